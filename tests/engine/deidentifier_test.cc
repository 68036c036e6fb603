#include "phiveil/deidentifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "support/engine.h"

namespace phiveil {
namespace {

using testing::Engine;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kNote =
    "Patient: Maria Okonkwo  DOB: 03/04/1961  MRN: 00482913\n"
    "Seen by Dr. Henrik Aaltonen on 12 March 2024. Call (555) 010-2233 or write m.okonkwo@mail.example.\n"
    "BP 120/80, metformin 500 mg twice daily. Okonkwo will return in 3 weeks.\n";

TEST(DeidentifierTest, RedactsAndRestores) {
  Engine engine;
  auto out = engine->Redact(kNote, {.subject = "p1"});
  ASSERT_TRUE(out.ok()) << out.status();
  for (const char* secret : {"Okonkwo", "Maria", "00482913", "Aaltonen", "010-2233", "mail.example", "03/04"}) {
    EXPECT_THAT(out->text, Not(HasSubstr(secret)));
  }
  for (const char* kept : {"BP 120/80", "metformin 500 mg", "3 weeks", "2024]", "1961]"}) {
    EXPECT_THAT(out->text, HasSubstr(kept));
  }
  auto back = engine->Restore(out->text, {.subject = "p1"});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->text, kNote);
  EXPECT_EQ(back->restored, out->findings.size());
}

TEST(DeidentifierTest, SameValueSameSubjectSameToken) {
  Engine engine;
  const std::string_view text = "Patient: Maria Okonkwo. Later Dr. Aaltonen met Maria Okonkwo again.";
  const auto first = engine->Redact(text, {.subject = "p1"});
  const auto again = engine->Redact(text, {.subject = "p1"});
  const auto other = engine->Redact(text, {.subject = "p2"});
  ASSERT_TRUE(first.ok() && again.ok() && other.ok());
  EXPECT_EQ(first->text, again->text);
  EXPECT_NE(first->text, other->text);
}

TEST(DeidentifierTest, TokensShowTheRoleOfThePerson) {
  Engine engine;
  constexpr std::string_view kVisit =
      "Patient: Maria Okonkwo  DOB: 03/04/1961\nSeen by Dr. Henrik Aaltonen.\n"
      "Her husband Tobias drove. Okonkwo and Tobias asked Aaltonen about the dose.\n";
  const auto out = engine->Redact(kVisit, {.subject = "p1"});
  ASSERT_TRUE(out.ok()) << out.status();
  const auto tokens_of = [&](std::string_view role) {
    return std::count_if(out->findings.begin(), out->findings.end(),
                         [&](const Finding& finding) { return RoleName(finding.subtype) == role; });
  };
  for (const char* role : {"patient", "staff", "relative"}) {
    EXPECT_EQ(tokens_of(role), 2) << role;  // where the text says it, and at the bare name
    EXPECT_THAT(out->text, HasSubstr(std::string(" ") + role + "]"));
  }
  const auto back = engine->Restore(out->text, {.subject = "p1"});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->text, kVisit);
}

TEST(DeidentifierTest, AnotherSubjectsTokensAreForeign) {
  Engine engine;
  const auto out = engine->Redact("Patient: Maria Okonkwo", {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  const auto back = engine->Restore(out->text, {.subject = "p2"});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->foreign, 1u);
  EXPECT_EQ(back->restored, 0u);
  EXPECT_EQ(back->text, out->text);
}

TEST(DeidentifierTest, AlignmentMapsBothWays) {
  Engine engine("tag_only");
  const std::string text = "MRN: 00482913. Weight 80 kg.";
  const auto out = engine->Redact(text, {});
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(out->text, "MRN: [MRN]. Weight 80 kg.");
  EXPECT_EQ(out->alignment.ToOutput(text.find("Weight")), out->text.find("Weight"));
  EXPECT_EQ(out->alignment.ToInput(out->text.find("Weight")), text.find("Weight"));
  EXPECT_EQ(out->alignment.ToOutput(text.find("829")), out->text.find('['));
}

TEST(DeidentifierTest, RefusesWhatIsNotUtf8AndSaysWhere) {
  Engine engine;
  const auto out = engine->Redact(
      "Patient: Mar\xff"
      "ia",
      {});
  ASSERT_EQ(out.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(out.status().message()), HasSubstr("12"));
  EXPECT_THAT(std::string(out.status().message()), Not(HasSubstr("Mar")));
}

TEST(DeidentifierTest, OneBadRecordDoesNotSpoilItsBatch) {
  Engine engine;
  const std::vector<Record> records = {{.text = "MRN: 00482913"}, {.text = "\xff"}, {.text = ""}};
  const auto out = engine->RedactBatch(records);
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(out->size(), 3u);
  EXPECT_TRUE((*out)[0].ok());
  EXPECT_FALSE((*out)[1].ok());
  EXPECT_TRUE((*out)[2].ok());
  EXPECT_EQ((*out)[2]->text, "");
}

TEST(DeidentifierTest, ReadingCallsAreInTheAuditLogWithoutTheirText) {
  Engine engine;
  ASSERT_TRUE(engine->Find(kNote, {.subject = "p1", .actor = "ana", .purpose = "tuning"}).ok());
  ASSERT_TRUE(engine->Explain(kNote, {.subject = "p1", .actor = "ben"}, 0, kNote.size()).ok());
  EXPECT_FALSE(engine->Find("\xff", {.actor = "cleo"}).ok());
  ASSERT_TRUE(engine.audit->Flush().ok());
  const auto lines = engine.AuditLines();
  ASSERT_EQ(lines.size(), 3u);
  for (const std::string_view part :
       {"\"verb\":\"find\"", "\"actor\":\"ana\"", "\"purpose\":\"tuning\"", "\"decision\":\"allowed\"", "\"NAME\":"})
    EXPECT_THAT(lines[0], HasSubstr(part));
  EXPECT_THAT(lines[1], HasSubstr("\"verb\":\"explain\""));
  EXPECT_THAT(lines[2], HasSubstr("\"decision\":\"denied\""));
  for (const std::string& line : lines) EXPECT_THAT(line, Not(HasSubstr("Okonkwo")));
  EXPECT_THAT(lines[0].substr(lines[0].find("\"input\":"), 74), lines[1].substr(lines[1].find("\"input\":"), 74));
}

TEST(DeidentifierTest, EveryCallIsInTheAuditLogWithoutItsText) {
  Engine engine;
  ASSERT_TRUE(engine->Redact(kNote, {.subject = "p1", .actor = "etl", .purpose = "summary"}).ok());
  std::string all;
  for (const std::string& line : engine.AuditLines()) all += line;
  EXPECT_THAT(all, HasSubstr("etl"));
  EXPECT_THAT(all, HasSubstr("safe_harbor@"));
  EXPECT_THAT(all, Not(HasSubstr("Okonkwo")));
  EXPECT_THAT(all, Not(HasSubstr("p1\"")));
  const auto report = VerifyAuditLog(engine.folder / "audit.jsonl", engine.key.get());
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->intact) << report->problem;
  EXPECT_EQ(report->records, 1u);
}

TEST(DeidentifierTest, KnownIdentifiersAreFoundWithoutALabel) {
  Engine engine("tag_only");
  const std::string_view text = "ruiz olvera said so; 4471 9902 was on the band";
  const auto plain = engine->Redact(text, {});
  const auto known = engine->Redact(text, {.known = {.names = {"Ruiz Olvera, Ana"}, .mrn = {"44719902"}}});
  ASSERT_TRUE(plain.ok() && known.ok());
  EXPECT_EQ(known->text, "[NAME] said so; [MRN] was on the band");
}

TEST(DeidentifierTest, OutsideSpansAreWeighed) {
  Engine engine("tag_only");
  const std::string_view text = "kiddo stayed with faith overnight";
  const auto at = static_cast<uint32_t>(text.find("faith"));
  const auto weak = engine->Find(text, {.spans = {{at, at + 5, Category::kName, 0.3f, "ner"}}, .rules_only = true});
  const auto strong = engine->Find(text, {.spans = {{at, at + 5, Category::kName, 0.9f, "ner"}}, .rules_only = true});
  ASSERT_TRUE(weak.ok() && strong.ok());
  EXPECT_TRUE(weak->empty());
  ASSERT_EQ(strong->size(), 1u);
  EXPECT_EQ((*strong)[0].rule, "outside.ner");
}

TEST(DeidentifierTest, OutsideSpansBeyondTheTextAreLeftOut) {
  Engine engine("tag_only");
  const auto out = engine->Find(
      "bed", {.spans = {{0, 900, Category::kName, 0.9f, "x"}, {2, 1, Category::kName, 0.9f, "x"}}, .rules_only = true});
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->empty());
}

// A forged or quoted token must neither be restored into a value nor be lost.
TEST(DeidentifierTest, LookAlikesOfTheInputComeBackAsTheyWere) {
  Engine engine;
  const auto first = engine->Redact("Patient: Maria Okonkwo", {.subject = "p1"});
  ASSERT_TRUE(first.ok());
  const std::string token = first->text.substr(first->text.find('['));
  const std::string crafted = "quoting " + token + " and [NAME_00000] and \\[DATE\\_7QK2F\\] here";
  const auto out = engine->Redact(crafted, {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  EXPECT_THAT(out->text, Not(HasSubstr(token)));
  const auto back = engine->Restore(out->text, {.subject = "p1"});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->text, crafted);
}

TEST(DeidentifierTest, RandomUnicodeComesBack) {
  Engine engine;
  std::mt19937 random(3);
  const std::vector<std::string> pieces = {"Dr. Ana Ruiz ",
                                           "MRN 00482913",
                                           "\n",
                                           "\r\n",
                                           "\t",
                                           "\u00e9",
                                           "e\u0301",
                                           "\u200b",
                                           "\u00ad",
                                           "\ufb01",
                                           "\uff11\uff12",
                                           "\u4e2d\u6587",
                                           "\U0001F600",
                                           "03/04/2025",
                                           "[NAME_7QK2F]",
                                           "555-010-2233",
                                           "\u00a0",
                                           "\u2019s",
                                           "[",
                                           "]",
                                           "\\",
                                           "_",
                                           "\"",
                                           "{",
                                           "a@b.example",
                                           "\u2028",
                                           "\ufeff",
                                           "\0"};
  for (int round = 0; round < 400; ++round) {
    std::string text;
    for (int i = 0; i < 30; ++i) text += pieces[random() % pieces.size()];
    const auto out = engine->Redact(text, {.subject = "r"});
    ASSERT_TRUE(out.ok()) << out.status();
    const auto back = engine->Restore(out->text, {.subject = "r"});
    ASSERT_TRUE(back.ok()) << back.status();
    ASSERT_EQ(back->text, text) << out->text;
  }
}

TEST(DeidentifierTest, ThreadsAgree) {
  Engine engine;
  const auto notes = testing::ReadNotes(testing::CorporaFolder("notes"));
  ASSERT_FALSE(notes.empty());
  std::vector<std::string> expected;
  for (const auto& note : notes) expected.push_back(engine->Redact(note.text, {.subject = note.name})->text);
  std::vector<std::thread> threads;
  std::vector<int> wrong(8, 0);
  for (size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < notes.size(); ++i) {
        const size_t n = (i + t * 7) % notes.size();
        const auto out = engine->Redact(notes[n].text, {.subject = notes[n].name});
        if (!out.ok() || out->text != expected[n]) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, ::testing::Each(0));
}

// A vault that has stopped working.
class BrokenVault : public Vault {
 public:
  absl::StatusOr<Ticket> Assign(std::string_view, std::span<const Value>, std::vector<TokenCode>*) override {
    return absl::ResourceExhaustedError("no space left");
  }
  absl::Status Commit(Ticket) override { return absl::ResourceExhaustedError("no space left"); }
  absl::StatusOr<Hit> Lookup(std::string_view, Category, const TokenCode&) override {
    return absl::ResourceExhaustedError("no space left");
  }
  absl::StatusOr<VaultInfo> Info() override { return absl::ResourceExhaustedError("no space left"); }
};

TEST(DeidentifierTest, AFaultOfTheVaultStopsTheBatch) {
  BrokenVault vault;
  const auto engine = Deidentifier::Create(
      {.pack = testing::BuiltinRules(), .policy = testing::NamedPolicy("safe_harbor"), .vault = &vault});
  ASSERT_TRUE(engine.ok());
  const std::vector<Record> records = {{.text = "nothing here"}, {.text = "MRN: 00482913"}};
  EXPECT_EQ((*engine)->RedactBatch(records).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE((*engine)->Redact("MRN: 00482913", {}).ok());
  EXPECT_TRUE((*engine)->Redact("nothing here", {}).ok());
}

TEST(DeidentifierTest, NeedsTheVaultItsPolicyNeeds) {
  const auto engine =
      Deidentifier::Create({.pack = testing::BuiltinRules(), .policy = testing::NamedPolicy("safe_harbor")});
  EXPECT_EQ(engine.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Deidentifier::Create({.pack = testing::BuiltinRules(), .policy = testing::NamedPolicy("tag_only")}).ok());
}

}  // namespace
}  // namespace phiveil
