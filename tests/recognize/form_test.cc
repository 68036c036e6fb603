#include "recognize/form.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace phiveil {
namespace {

using namespace token_class;

// Builds `first <middle{1,3}>` style programs by hand: what the compiler writes for them.
class FormTest : public ::testing::Test {
 protected:
  static void AddTest(pb::Form* form, ClassBits require, ClassBits forbid = 0, uint64_t word = 0) {
    pb::Alternative* alt = form->add_tests()->add_alternatives();
    alt->set_require(require);
    alt->set_forbid(forbid);
    alt->set_word(word);
  }
  static void Add(pb::Form* form, pb::Instruction::Op op, uint32_t a = 0, uint32_t b = 0) {
    pb::Instruction* in = form->add_code();
    in->set_op(op);
    in->set_a(a);
    in->set_b(b);
  }

  // 'dr' Dot? < Cap{1,3} >
  static pb::Pack Titled() {
    pb::Pack pack;
    pack.add_rules()->set_id("titled");
    pb::Form* form = pack.add_forms();
    form->add_first_words(FoldedHash("dr"));
    AddTest(form, 0, 0, FoldedHash("dr"));
    AddTest(form, kDot);
    AddTest(form, kCap);
    Add(form, pb::Instruction::TEST, 0);
    Add(form, pb::Instruction::SPLIT, 2, 3);
    Add(form, pb::Instruction::TEST, 1);
    Add(form, pb::Instruction::BEGIN);
    Add(form, pb::Instruction::TEST, 2);
    Add(form, pb::Instruction::SPLIT, 6, 9);
    Add(form, pb::Instruction::TEST, 2);
    Add(form, pb::Instruction::SPLIT, 8, 9);
    Add(form, pb::Instruction::TEST, 2);
    Add(form, pb::Instruction::END);
    Add(form, pb::Instruction::MATCH);
    return pack;
  }

  static std::vector<std::string> Found(const pb::Pack& pack, std::string_view text) {
    Document doc;
    EXPECT_TRUE(doc.Reset(text).ok());
    FormScratch scratch;
    Forms(pack).Run(doc, &scratch);
    std::vector<std::string> out;
    for (const FormMatch& m : scratch.matches) {
      const auto& tokens = doc.tokens();
      out.emplace_back(
          doc.view().substr(tokens[m.first_token].begin, tokens[m.end_token - 1].end - tokens[m.first_token].begin));
    }
    return out;
  }
};

TEST_F(FormTest, FindsWhatIsEnclosed) {
  struct Case {
    const char* text;
    std::vector<std::string> found;
  };
  const Case cases[] = {
      {"Seen by Dr. Ana Ruiz today", {"Ana Ruiz"}},
      {"dr Ruiz and DR. Oyelaran-Smith", {"Ruiz", "Oyelaran"}},
      {"Dr. A", {}},
      {"Dr. Anna Maria Lopez Garcia", {"Anna Maria Lopez"}},
      {"doctor Ruiz", {}},
      {"Dr.", {}},
      {"", {}},
  };
  for (const Case& c : cases) EXPECT_EQ(Found(Titled(), c.text), c.found) << c.text;
}

TEST_F(FormTest, DoesNotCrossAHardLineBreak) {
  EXPECT_EQ(Found(Titled(), "Seen by Dr. Ana\n  Ruiz"), std::vector<std::string>{"Ana"});
}

TEST_F(FormTest, StartsByClassAsWell) {
  pb::Pack pack;
  pack.add_rules()->set_id("caps");
  pb::Form* form = pack.add_forms();
  form->set_first_any(kUpper | kMixed);
  AddTest(form, kUpper);
  form->mutable_tests(0)->add_alternatives()->set_require(kMixed);
  Add(form, pb::Instruction::TEST, 0);
  Add(form, pb::Instruction::MATCH);
  EXPECT_EQ(Found(pack, "one TWO McCoy Four"), (std::vector<std::string>{"TWO", "McCoy"}));
}

TEST_F(FormTest, ForbiddenClassesKeepATokenOut) {
  pb::Pack pack;
  pack.add_rules()->set_id("cap_inside");
  pb::Form* form = pack.add_forms();
  form->set_first_any(kCap);
  AddTest(form, kCap, kSentStart);
  Add(form, pb::Instruction::TEST, 0);
  Add(form, pb::Instruction::MATCH);
  EXPECT_EQ(Found(pack, "Then Ruth left. Then Ann came."), (std::vector<std::string>{"Ruth", "Ann"}));
}

// The last token that decides may lie a whole stretch ahead, wherever in a block the form begins.
TEST_F(FormTest, WhatAFormNeedsMayStandAtItsFarEnd) {
  for (const bool by_word : {false, true}) {
    for (const uint32_t length : {2u, 7u, 8u, 9u, 31u, 32u, 33u}) {
      pb::Pack pack;
      pack.add_rules()->set_id("far");
      pb::Form* form = pack.add_forms();
      form->add_first_words(FoldedHash("dr"));
      AddTest(form, 0, 0, FoldedHash("dr"));
      AddTest(form, 0);
      AddTest(form, by_word ? 0 : kNum, 0, by_word ? FoldedHash("stop") : 0);
      Add(form, pb::Instruction::TEST, 0);
      for (uint32_t i = 2; i < length; ++i) Add(form, pb::Instruction::TEST, 1);
      Add(form, pb::Instruction::TEST, 2);
      Add(form, pb::Instruction::MATCH);
      for (uint32_t before = 0; before < 2 * Forms::kBlock; ++before) {
        std::string text, expected = "dr ";
        for (uint32_t i = 0; i < before; ++i) text += "on ";
        for (uint32_t i = 2; i < length; ++i) expected += "on ";
        expected += by_word ? "stop" : "7";
        EXPECT_EQ(Found(pack, text + expected), std::vector<std::string>{expected}) << length << " " << before;
        EXPECT_TRUE(Found(pack, text + "dr on " + expected.substr(3)).empty()) << length << " " << before;
      }
    }
  }
}

// (Cap? Cap? … )^n Num: exponential for a matcher that does not remember where it has been.
TEST_F(FormTest, NestedOptionsStayCheap) {
  pb::Pack pack;
  pack.add_rules()->set_id("hostile");
  pb::Form* form = pack.add_forms();
  form->set_first_any(kCap);
  AddTest(form, kCap);
  AddTest(form, kNum);
  constexpr uint32_t kOptions = 60;
  for (uint32_t i = 0; i < kOptions; ++i) {
    Add(form, pb::Instruction::SPLIT, 2 * i + 1, 2 * i + 2);
    Add(form, pb::Instruction::TEST, 0);
  }
  Add(form, pb::Instruction::TEST, 1);
  Add(form, pb::Instruction::MATCH);
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "Abc ";
  EXPECT_TRUE(Found(pack, text).empty());
  EXPECT_FALSE(Found(pack, text + "7").empty());
}

}  // namespace
}  // namespace phiveil
