#include "transform/restore.h"

#include <gtest/gtest.h>

#include <string>

#include "fake_vault.h"

namespace phiveil {
namespace {

class RestoreTest : public ::testing::Test {
 protected:
  RestoreTest() {
    const Vault::Value value{Category::kName, "Ana Ruiz"};
    ana_ = std::string(vault_.Assign({&value, 1})[0].view());
    const TokenCode foreign = TokenCode::Make(Category::kName, "ZZZZ");
    vault_.AddForeign(Category::kName, foreign);
    foreign_ = std::string(foreign.view());
    unknown_ = std::string(TokenCode::Make(Category::kName, "YYYY").view());
  }

  Restored Restore(std::string_view text) {
    auto back =
        RestoreText(text, [this](Category category, const TokenCode& code) { return vault_.Lookup(category, code); });
    EXPECT_TRUE(back.ok());
    return back.ok() ? *std::move(back) : Restored();
  }

  testing::FakeVault vault_;
  std::string ana_, foreign_, unknown_;
};

TEST_F(RestoreTest, EveryTolerantForm) {
  std::string lower = ana_;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  const std::pair<std::string, std::string> cases[] = {
      {"[NAME_" + ana_ + "]", "Ana Ruiz"},
      {"[name_" + lower + "]", "Ana Ruiz"},
      {"\\[NAME\\_" + ana_ + "\\]", "Ana Ruiz"},
      {"**[NAME_" + ana_ + "]**", "**Ana Ruiz**"},
      {"{\"a\":\"\\u005bNAME_" + ana_ + "\\u005d\"}", "{\"a\":\"Ana Ruiz\"}"},
      {"&#91;NAME_" + ana_ + "&#93;", "Ana Ruiz"},
      {"[NAME_" + ana_ + " patient]'s chart", "Ana Ruiz's chart"},
      {"[NAME_" + ana_ + " paciente]", "Ana Ruiz"},
      {"(NAME_" + ana_ + ")", "(Ana Ruiz)"},
      {"{\"a\": \"[NAME_" + ana_ + " #]\"}", "{\"a\": Ana Ruiz}"},
      {"\"[NAME_" + ana_ + " patient#]\"", "Ana Ruiz"},
      {"\"[NAME_" + ana_ + " patient]\"", "\"Ana Ruiz\""},
      {"\"[NAME_" + ana_ + " #] said\"", "\"Ana Ruiz said\""},
      {"[NAME_" + ana_ + " #]", "Ana Ruiz"},
      {"\\\"[NAME_" + ana_ + " #]\\\"", "\\\"Ana Ruiz\\\""},
      {"[[NAME_" + ana_ + "]](x)", "[Ana Ruiz](x)"},
  };
  for (const auto& [text, expected] : cases) {
    const Restored back = Restore(text);
    EXPECT_EQ(back.text, expected);
    EXPECT_EQ(back.restored, 1u) << text;
    EXPECT_EQ(back.unknown + back.altered + back.foreign, 0u) << text;
  }
}

TEST_F(RestoreTest, TellsUnknownAlteredAndForeignApart) {
  const std::string text = "[NAME_" + unknown_ + "] NAME_" + unknown_ + " [NAME_" + foreign_ + "] NAME_" + foreign_ +
                           " [NAME_00000] [DATE_" + ana_ + "] [NAME] plain";
  const Restored back = Restore(text);
  EXPECT_EQ(back.text, text);
  EXPECT_EQ(back.restored, 0u);
  EXPECT_EQ(back.unknown, 1u);  // without brackets it is no token of anybody's
  EXPECT_EQ(back.foreign, 2u);
  EXPECT_EQ(back.altered, 2u);
}

TEST_F(RestoreTest, LeavesTheRestAsItIs) {
  for (const std::string_view text : {"", "plain", "a_b", "[NAME_", "\\", "\xFF\xFE"})
    EXPECT_EQ(Restore(text).text, text);
}

TEST_F(RestoreTest, PassesOnTheVaultsError) {
  const auto back = RestoreText("[NAME_" + ana_ + "]", [](Category, const TokenCode&) -> absl::StatusOr<Vault::Hit> {
    return absl::DataLossError("damaged");
  });
  EXPECT_EQ(back.status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace phiveil
