// Assign, Commit and Lookup: what the header promises of a vault that nothing bad happens to.

#include <set>

#include "vault/code_source.h"
#include "vault/open_vault.h"
#include "vault_fixture.h"

namespace phiveil {
namespace {

using testing::HasSubstr;

TEST_F(VaultTest, GivesBackWhatWasPutIn) {
  auto vault = MustOpen();
  const std::string large(100'000, 'x');
  const std::vector<Vault::Value> values = {{Category::kName, "Ana Ruiz"}, {Category::kDate, "3/4/1961"},
                                            {Category::kName, ""},         {Category::kPhoto, large},
                                            {Category::kMrn, "\xff\0\n"},  {Category::kOtherId, "Ana Ruiz"}};
  std::vector<TokenCode> codes;
  const auto ticket = vault->Assign("patient-17", values, &codes);
  ASSERT_TRUE(ticket.ok()) << ticket.status();
  ASSERT_EQ(codes.size(), values.size());
  const auto check = [&](Vault& v) {
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_TRUE(codes[i].ChecksAs(values[i].category));
      EXPECT_EQ(Answer(v, "patient-17", values[i].category, codes[i]), "=" + std::string(values[i].text));
    }
  };
  check(*vault);  // before it is on disk
  ASSERT_TRUE(vault->Commit(*ticket).ok());
  check(*vault);
  vault.reset();
  check(*MustOpen());
}

TEST_F(VaultTest, SameValueSameCode) {
  auto vault = MustOpen();
  const TokenCode code = AssignOne(*vault, "s", Category::kName, "Ruiz");
  EXPECT_EQ(AssignOne(*vault, "s", Category::kName, "Ruiz"), code);
  EXPECT_EQ(KeepOne(*vault, "s", Category::kName, "Ruiz"), code);
  vault.reset();
  vault = MustOpen();
  EXPECT_EQ(AssignOne(*vault, "s", Category::kName, "Ruiz"), code);
  const std::vector<Vault::Value> twice = {
      {Category::kName, "Soto"}, {Category::kName, "Ruiz"}, {Category::kName, "Soto"}};
  std::vector<TokenCode> codes;
  ASSERT_TRUE(vault->Assign("s", twice, &codes).ok());
  EXPECT_EQ(codes[0], codes[2]);
  EXPECT_EQ(codes[1], code);
}

TEST_F(VaultTest, OtherSubjectCategoryOrBytesOtherCode) {
  auto vault = MustOpen();
  std::set<std::string> seen;
  const std::vector<std::tuple<const char*, Category, const char*>> all = {
      {"s", Category::kName, "Ruiz"}, {"s", Category::kName, "ruiz"}, {"s", Category::kCity, "Ruiz"},
      {"t", Category::kName, "Ruiz"}, {"s", Category::kName, "Rui"},  {"s ", Category::kName, "Ruiz"},
      {"sR", Category::kName, "uiz"}};
  for (const auto& [subject, category, text] : all) {
    EXPECT_TRUE(seen.insert(std::string(AssignOne(*vault, subject, category, text).view())).second);
  }
}

TEST_F(VaultTest, TellsForeignFromUnknown) {
  auto vault = MustOpen();
  const TokenCode code = AssignOne(*vault, "s", Category::kName, "Ruiz");
  for (int committed = 0; committed < 2; ++committed) {
    EXPECT_EQ(Answer(*vault, "s", Category::kName, code), "=Ruiz");
    EXPECT_EQ(Answer(*vault, "", Category::kName, code), "=Ruiz");
    EXPECT_EQ(Answer(*vault, "t", Category::kName, code), "foreign");
    EXPECT_EQ(Answer(*vault, "s", Category::kCity, code), "unknown");
    const std::string_view random = code.view().substr(0, code.view().size() - 1);
    EXPECT_EQ(Answer(*vault, "s", Category::kCity, TokenCode::Make(Category::kCity, random)), "unknown");
    EXPECT_EQ(Answer(*vault, "s", Category::kName, TokenCode()), "unknown");
    KeepOne(*vault, "u", Category::kName, "Vega");
  }
  // Codes that were never drawn: all of a length that is not in use yet.
  for (char c : kTokenAlphabet) {
    EXPECT_EQ(Answer(*vault, "s", Category::kName, TokenCode::Make(Category::kName, std::string(8, c))), "unknown");
  }
}

TEST_F(VaultTest, RefusesWhatCannotBeAMapping) {
  auto vault = MustOpen();
  std::vector<TokenCode> codes;
  const std::vector<std::pair<std::string, Vault::Value>> bad = {
      {"", {Category::kName, "x"}}, {"s", {Category::kSafe, "x"}}, {"s", {static_cast<Category>(28), "x"}}};
  for (const auto& [subject, value] : bad) {
    EXPECT_EQ(vault->Assign(subject, {&value, 1}, &codes).status().code(), absl::StatusCode::kInvalidArgument);
  }
  const std::string long_text(vault_internal::kMaxValueSize + 1, 'x');
  const Vault::Value value{Category::kPhoto, long_text};
  EXPECT_EQ(vault->Assign("s", {&value, 1}, &codes).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(vault->Assign("s", {}, &codes).ok());
  EXPECT_TRUE(codes.empty());
  EXPECT_EQ(vault->Commit(77).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(VaultTest, RefusesAKeyThatWasMovedFrom) {
  const KeyEncryptionKey other = std::move(key_);
  EXPECT_EQ(OpenVault(Options()).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(VaultTest, CountsWhatIsOnDisk) {
  auto vault = MustOpen();
  const auto id = vault->Info()->id;
  EXPECT_EQ(id.size(), 32u);
  KeepOne(*vault, "s", Category::kName, "a");
  KeepOne(*vault, "s", Category::kName, "b");
  KeepOne(*vault, "t", Category::kName, "a");
  KeepOne(*vault, "t", Category::kName, "a");
  AssignOne(*vault, "u", Category::kName, "never committed");
  for (int opened = 0; opened < 2; ++opened) {
    const auto info = vault->Info();
    ASSERT_TRUE(info.ok());
    EXPECT_EQ(info->id, id);
    EXPECT_EQ(info->format, 2u);
    EXPECT_EQ(info->key_id, key_.id());
    EXPECT_EQ(info->subjects, 2u);
    EXPECT_EQ(info->mappings, 3u);
    vault.reset();
    vault = MustOpen();
  }
}

TEST_F(VaultTest, CodesGrowWithTheVaultAndAreUnique) {
  auto vault = MustOpen();
  std::set<std::string> random_parts;
  std::vector<size_t> lengths(12);
  for (int subject = 0; subject < 40; ++subject) {
    std::vector<std::string> texts;
    std::vector<Vault::Value> values;
    for (int i = 0; i < 1000; ++i) texts.push_back(std::to_string(i));
    for (const std::string& text : texts) values.push_back({Category::kMrn, text});
    std::vector<TokenCode> codes;
    const auto ticket = vault->Assign(std::to_string(subject), values, &codes);
    ASSERT_TRUE(ticket.ok() && vault->Commit(*ticket).ok());
    for (const TokenCode& code : codes) {
      ++lengths[code.view().size() - 1];
      EXPECT_TRUE(random_parts.emplace(code.view().substr(0, code.view().size() - 1)).second);
    }
  }
  EXPECT_EQ(lengths[4], 1024u);
  EXPECT_EQ(lengths[5], 32768u - 1024u);
  EXPECT_EQ(lengths[6], 40000u - 32768u);
  vault.reset();
  vault = MustOpen();
  EXPECT_EQ(KeepOne(*vault, "new", Category::kName, "x").view().size(), 7u);
}

// A cache of no size: everything known comes from the store, everything pending is still found.
TEST_F(VaultTest, WorksWithoutRoomForACache) {
  VaultOptions options = Options();
  options.cache_bytes = 0;
  auto vault = OpenVault(options);
  ASSERT_TRUE(vault.ok()) << vault.status();
  std::vector<TokenCode> first;
  for (int i = 0; i < 2000; ++i) {
    first.push_back(AssignOne(**vault, std::to_string(i % 50), Category::kMrn, std::to_string(i)));
  }
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 2000; ++i) {
      ASSERT_EQ(AssignOne(**vault, std::to_string(i % 50), Category::kMrn, std::to_string(i)), first[i]) << i;
      ASSERT_EQ(Answer(**vault, std::to_string(i % 50), Category::kMrn, first[i]), "=" + std::to_string(i));
    }
    KeepOne(**vault, "s", Category::kName, std::to_string(round));
  }
  EXPECT_EQ((*vault)->Info()->mappings, 2002u);
}

// Assigning without ever committing must not hold everything in memory: past some size the vault
// writes by itself, and what was written is there after a reopening.
TEST_F(VaultTest, WritesByItselfWhenTooMuchIsPending) {
  auto vault = MustOpen();
  const std::string text(1 << 20, 'x');
  for (int i = 0; i < 12; ++i) AssignOne(*vault, "s", Category::kPhoto, text + std::to_string(i));
  vault.reset();
  EXPECT_GE(MustOpen()->Info()->mappings, 8u);
}

TEST(CodeLength, LeavesAThousandCodesFreeForEachUsed) {
  for (int length = 4; length < 11; ++length) {
    const uint64_t limit = uint64_t{1} << (5 * length - 10);
    EXPECT_EQ(vault_internal::CodeLength(limit - 1, 0), length);
    EXPECT_EQ(vault_internal::CodeLength(limit, 0), length + 1);
    EXPECT_EQ(vault_internal::CodeLength(0, static_cast<uint8_t>(length)), length);
  }
  EXPECT_EQ(vault_internal::CodeLength(~uint64_t{0}, 0), 11);
}

TEST(DrawRandomPart, UsesTheWholeAlphabetEvenly) {
  std::array<int, 128> seen{};
  std::string random;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    ASSERT_TRUE(vault_internal::DrawRandomPart(8, &random).ok());
    ASSERT_EQ(random.size(), 8u);
    for (char c : random) ++seen[static_cast<unsigned char>(c)];
  }
  // 5,000 expected of each; ten standard deviations either side.
  for (size_t c = 0; c < seen.size(); ++c) {
    const bool in_alphabet = kTokenAlphabet.find(static_cast<char>(c)) != std::string_view::npos;
    EXPECT_NEAR(seen[c], in_alphabet ? kDraws * 8 / 32 : 0, in_alphabet ? 700 : 0) << c;
  }
}

}  // namespace
}  // namespace phiveil
