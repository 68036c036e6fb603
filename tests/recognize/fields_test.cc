#include "recognize/fields.h"

#include <gtest/gtest.h>

#include "base/concat.h"
#include "recognize/recognizer.h"

namespace phiveil {
namespace {

pb::Pack SomePack() {
  pb::Pack pack;
  const auto rule = [&pack](Category category, float score, std::initializer_list<std::string_view> names) {
    pb::Rule* out = pack.add_rules();
    out->set_id(Concat("r.", pack.rules_size()));
    out->set_category(static_cast<uint32_t>(category));
    (category == Category::kSafe ? out->set_veto(score) : out->set_score(score));
    for (std::string_view name : names) {
      pb::FieldName* field = pack.mutable_fields()->add_names();
      field->set_words(std::string(name));
      field->set_rule(static_cast<uint32_t>(pack.rules_size() - 1));
    }
    return out;
  };
  rule(Category::kName, 0.95f, {"patient"})->add_validators("has_letter");
  rule(Category::kMrn, 0.9f, {"patient id"})->add_validators("has_digit");
  rule(Category::kDate, 0.9f, {"date"});
  rule(Category::kDate, 0.9f, {"birth date"})->set_subtype(static_cast<uint32_t>(Subtype::kBirthDate));
  rule(Category::kSafe, 0.99f, {"code"});
  rule(Category::kSafe, 0.99f, {"object identifier", "anchor"});
  rule(Category::kOtherId, 0.9f, {"reference"})->add_allow("none of ours");
  rule(Category::kFacility, 0.9f, {"facility"});
  pack.mutable_fields()->add_no_values("unknown");
  return pack;
}

class FieldsTest : public ::testing::Test {
 protected:
  // "CATEGORY text" of what is found in `text`, "-text" for vetoes.
  std::vector<std::string> In(std::string_view text, float floor = 0.5f) {
    Read(text);
    evidence_.Clear();
    fields_.Add(doc_, structure_, floor, &evidence_);
    std::vector<std::string> out;
    for (const Candidate& c : evidence_.candidates) {
      EXPECT_EQ(c.source, Source::kField);
      EXPECT_EQ(c.reason_count, 1u);
      out.push_back(Concat(CategoryName(c.category), " ", doc_.view().substr(c.begin, c.end - c.begin)));
    }
    for (const Veto& v : evidence_.vetoes) out.push_back(Concat("-", doc_.view().substr(v.begin, v.end - v.begin)));
    return out;
  }
  void Read(std::string_view text) {
    text_ = text;
    const auto scratch = StructureScanner::NewScratch();
    fields_.scanner().Scan(text_, scratch.get(), &structure_);
    ASSERT_TRUE(doc_.Reset(text_, structure_.escapes).ok());
    fields_.scanner().Enter(doc_, scratch.get(), &structure_);
  }

  using List = std::vector<std::string>;
  const pb::Pack pack_ = SomePack();
  const Fields fields_{pack_};
  std::string text_;
  Structure structure_;
  Document doc_;
  Evidence evidence_;
};

TEST_F(FieldsTest, ValuesOfKnownFieldsAreEvidence) {
  const std::pair<std::string_view, List> cases[] = {
      {R"({"patient": "Ada Quill"})", {"NAME Ada Quill"}},
      {R"({"patient": " 'Ada Quill' "})", {"NAME Ada Quill"}},
      {R"({"patient": "4417"})", {"MRN 4417"}},
      {R"({"patient": "unknown"})", {}},
      {R"({"patient": "--"})", {}},
      {R"({"code": "4417"})", {"-4417"}},
      {R"({"x": "2.16.840.1.113883.6.1"})", {"-2.16.840.1.113883.6.1"}},
      {R"({"patient_id": "2.16.840.1.113883.6.1"})", {"MRN 2.16.840.1.113883.6.1"}},
      {R"({"x": "#ref-4"})", {"-#ref-4"}},
      {R"({"x": "#4 on the list"})", {}},
      {R"({"reference": "Patient/44"})", {"OTHER_ID 44", "-Patient/"}},
      {R"({"reference": "Practitioner?identifier=http://x.org|44"})",
       {"OTHER_ID 44", "-Practitioner?identifier=http://x.org|"}},
      {R"({"reference": "urn:uuid:0a-44"})", {"OTHER_ID 0a-44", "-urn:uuid:"}},
      {R"({"reference": "TEL:44"})", {"OTHER_ID 44", "-TEL:"}},
      {R"({"reference": "http://x.org/Patient/44"})", {"OTHER_ID http://x.org/Patient/44"}},
      {R"({"reference": "2024/44"})", {"OTHER_ID 2024/44"}},
      {R"({"reference": "Patient/"})", {"OTHER_ID Patient/"}},
      {R"({"reference": "none of ours"})", {}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(In(text), expected) << text;
}

TEST_F(FieldsTest, AYearAloneIsSaidToBeOne) {
  const std::pair<std::string_view, Subtype> cases[] = {{R"({"date": "1961"})", Subtype::kYear},
                                                        {R"({"date": "1961-02"})", Subtype::kNone},
                                                        {R"({"birthDate": "1961"})", Subtype::kBirthYear},
                                                        {R"({"birthDate": "1961-02-03"})", Subtype::kBirthDate}};
  for (const auto& [text, subtype] : cases) {
    In(text);
    ASSERT_EQ(evidence_.candidates.size(), 1u) << text;
    EXPECT_EQ(evidence_.candidates[0].subtype, subtype) << text;
  }
}

TEST_F(FieldsTest, TheFloorLeavesOut) {
  EXPECT_EQ(In(R"({"patient": "Ada", "date": "1961"})", 0.93f), (List{"NAME Ada"}));
}

TEST_F(FieldsTest, AValueIsKnownWhereItStandsAgain) {
  EXPECT_EQ(In(R"({"facility": "QBNORTH", "x": "QBNORTH", "y": "QBNORTH here", "code": "QBNORTH"})"),
            (List{"FACILITY QBNORTH", "FACILITY QBNORTH", "-QBNORTH"}));
  EXPECT_EQ(In(R"({"facility": "QB", "x": "QB"})"), (List{"FACILITY QB"})) << "too short";
  EXPECT_EQ(In(R"({"patient_id": "441", "x": "441"})"), (List{"MRN 441"})) << "too short";
  EXPECT_EQ(In(R"({"patient_id": "44171", "x": "44171"})"), (List{"MRN 44171", "MRN 44171"}));
  EXPECT_EQ(In(R"({"date": "20240131", "x": "20240131"})"), (List{"DATE 20240131"})) << "a day is not one person's";
}

TEST_F(FieldsTest, VetoesOfLongValuesAreCut) {
  const std::string value(1500, 'x');
  In(Concat(R"({"code": ")", value, R"("})"));
  ASSERT_EQ(evidence_.vetoes.size(), 3u);
  EXPECT_EQ(evidence_.vetoes[0].end, evidence_.vetoes[1].begin);
  EXPECT_EQ(evidence_.vetoes[2].end - evidence_.vetoes[0].begin, 1500u);
  EXPECT_TRUE(evidence_.vetoes[0].of_field);
}

class KeepToValuesTest : public FieldsTest {
 protected:
  // What is left of one candidate over `part` of `text`.
  List Kept(std::string_view text, std::string_view part, Source source) {
    Read(text);
    evidence_.Clear();
    Candidate candidate;
    candidate.begin = static_cast<uint32_t>(doc_.view().find(part));
    candidate.end = candidate.begin + static_cast<uint32_t>(part.size());
    std::tie(candidate.first_token, candidate.end_token) = TokenRange(doc_, candidate.begin, candidate.end);
    candidate.source = source;
    candidate.score = 0.9f;
    evidence_.candidates.push_back(candidate);
    KeepToValues(doc_, structure_, 0, &evidence_);
    List out;
    for (const Candidate& c : evidence_.candidates) {
      EXPECT_LT(c.first_token, c.end_token);
      out.emplace_back(doc_.view().substr(c.begin, c.end - c.begin));
    }
    return out;
  }
};

TEST_F(KeepToValuesTest, NothingLiesOverStructure) {
  constexpr std::string_view kText = R"(note {"a": "Ada Quill", "bcd": "Bo"} end)";
  const struct {
    std::string_view part;
    Source source;
    List kept;
  } cases[] = {
      {"note", Source::kForm, {"note"}},
      {"Ada Quill", Source::kForm, {"Ada Quill"}},
      {"Quill", Source::kForm, {"Quill"}},
      {R"(Quill", "bcd": "Bo)", Source::kForm, {"Quill", "Bo"}},
      {R"(Quill", "bcd": "Bo)", Source::kPattern, {}},
      {R"(Ada Quill", )", Source::kPattern, {"Ada Quill"}},
      {R"(note {"a": "Ada)", Source::kForm, {"note", "Ada"}},
      {R"("Bo"} end)", Source::kForm, {"Bo", "end"}},
      {"bcd", Source::kForm, {}},
      {"bcd", Source::kKnown, {}},
      {"Bo", Source::kModel, {}},
      {"Ada Quill", Source::kModel, {"Ada Quill"}},
      {"note", Source::kModel, {"note"}},
  };
  for (const auto& c : cases) EXPECT_EQ(Kept(kText, c.part, c.source), c.kept) << c.part;
}

TEST_F(KeepToValuesTest, OlderCandidatesStay) {
  Read(R"({"a": "Ada", "b": "Bo"})");
  evidence_.Clear();
  Candidate candidate;
  candidate.begin = 0;
  candidate.end = 9;
  evidence_.candidates.assign(2, candidate);
  KeepToValues(doc_, structure_, 1, &evidence_);
  ASSERT_FALSE(evidence_.candidates.empty());
  EXPECT_EQ(evidence_.candidates[0].end, 9u);
}

}  // namespace
}  // namespace phiveil
