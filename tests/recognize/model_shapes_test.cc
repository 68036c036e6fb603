#include "recognize/model_shapes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "recognize/recognizer.h"
#include "tests/recognize/bars.h"
#include "tests/recognize/listed.h"

namespace phiveil {
namespace {

// What `ask` says of the stretch between the bars of `marked`.
template <typename Ask>
auto Asked(std::string marked, Ask ask) {
  constexpr ListedWord kListed[] = {{"march", "Month"},    {"nine", "NumberWord"}, {"ohio", "State"},
                                    {"new", "State"},      {"york", "State"},      {"west", "State"},
                                    {"virginia", "State"}, {"oh", "StateCode"}};
  pb::Pack pack;
  const auto [begin, end] = TakeBars(&marked);
  Document doc;
  EXPECT_TRUE(doc.Reset(marked).ok());
  MarkLists(kListed, &pack, &doc);
  const auto [first, last] = TokenRange(doc, begin, end);
  return ask(ModelShapes(pack), doc, first, last);
}

std::optional<ModelType> TypeOf(ModelType type, std::string marked) {
  return Asked(std::move(marked), [type](const ModelShapes& shapes, const Document& doc, uint32_t first, uint32_t end) {
    return shapes.TypeOf(type, doc, first, end);
  });
}

bool IsState(std::string marked) {
  return Asked(std::move(marked), [](const ModelShapes& shapes, const Document& doc, uint32_t first, uint32_t end) {
    return shapes.IsState(doc, first, end);
  });
}

TEST(ModelShapesTest, WhatADateMayBe) {
  for (const char* text : {"on |3/4|", "on |3/4/25|", "on |the 9th|", "in |March|", "|March 3rd|", "on |12|",
                           "|nine| days", "|2020|", "|12\xE6\x9C\x88|5"}) {
    EXPECT_EQ(TypeOf(ModelType::kDate, text), ModelType::kDate) << text;
  }
  for (const char* text : {"|3/3/4|", "|12.6/12|", "cell |5C|", "bed |3W11|", "wound |closure|"}) {
    EXPECT_EQ(TypeOf(ModelType::kDate, text), std::nullopt) << text;
  }
  EXPECT_EQ(TypeOf(ModelType::kDate, "car |HH5 9RSX|"), ModelType::kNumber);
}

TEST(ModelShapesTest, WhatANumberMayBe) {
  for (const char* text : {"|A-118|", "|432.8825|", "code |12|", "|nine nine|", "|SMITHSON|", "|7/118842|"}) {
    EXPECT_EQ(TypeOf(ModelType::kNumber, text), ModelType::kNumber) << text;
  }
  for (const char* text : {"I/O |750/1900|", "acc |0.64|", "|S| 5", "|ID| 5", "QB  |400|  QD", "70  -|140|  130"}) {
    EXPECT_EQ(TypeOf(ModelType::kNumber, text), std::nullopt) << text;
  }
}

TEST(ModelShapesTest, WhatANameMayBe) {
  for (const char* text : {"|Ana Ruiz|", "|alund7|", "|W1LLI4MS|", "|Curtis|", "|Artemisia|"}) {
    EXPECT_EQ(TypeOf(ModelType::kName, text), ModelType::kName) << text;
  }
  for (const char* text :
       {"|25000rpm|", "|T2 t=-0.7|", "a lot of |peristalsis|", "|Cryptosporidiosis Odell|", "s/p |Sphincterotomy|"})
    EXPECT_EQ(TypeOf(ModelType::kName, text), std::nullopt) << text;
}

TEST(ModelShapesTest, AStateIsNoTown) {
  for (const char* text : {"from |Ohio|", "in |West Virginia|, where"}) EXPECT_TRUE(IsState(text)) << text;
  for (const char* text : {"in |New York|", "of |Virginia|, OH", "at |Orrin|", "|Orrin, Ohio|"}) {
    EXPECT_FALSE(IsState(text)) << text;
  }
}

TEST(ModelShapesTest, ColumnsPart) {
  Document doc;
  ASSERT_TRUE(doc.Reset("one two  three\tfour").ok());
  EXPECT_TRUE(ModelShapes::BeginsColumn(doc, 0));
  EXPECT_FALSE(ModelShapes::BeginsColumn(doc, 1));
  EXPECT_TRUE(ModelShapes::BeginsColumn(doc, 2));
  EXPECT_TRUE(ModelShapes::BeginsColumn(doc, 3));
}

}  // namespace
}  // namespace phiveil
