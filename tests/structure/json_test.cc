#include "structure/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "structure_fixture.h"

namespace phiveil {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::Scan;

TEST(Json, ValuesHaveTheNamesOfTheirKeys) {
  const struct {
    std::string_view text;
    std::vector<std::string> named;
  } kCases[] = {
      {R"({"patientName": "Ada Quill"})", {"patient name=Ada Quill"}},
      {R"({"patient": {"name": "Ada Quill", "mrn": 4417}})", {"patient name=Ada Quill", "mrn=4417"}},
      {R"({"patient": [{"name": "Ada Quill"}, {"name": "Bo Reed"}]})",
       {"patient name=Ada Quill", "patient name=Bo Reed"}},
      {R"({"name": [{"given": ["Ada", "May"], "family": "Quill"}]})",
       {"name given=Ada", "name given=May", "name family=Quill"}},
      {R"({"home_phone": "555 0143", "phoneType": "cell"})", {"phone=555 0143"}},
      {R"({"a": {"b": {"mrn": "1"}}, "mrn": null, "zip": true})", {"mrn=1"}},
      {R"([{"mrn": "1"}, {"mrn": "2"}])", {"mrn=1", "mrn=2"}},
      {R"({"resourceType": "Patient", "id": "f44", "name": "x"})", {"patient id=f44", "patient name=x"}},
      {R"({"telecom": {"system": "phone", "value": "555"}})", {"phone=555"}},
      {R"({"identifier": {"system": "http://x.org/sid/us-ssn", "value": "219"}})", {"us ssn=219"}},
      {R"({"id": {"system": "urn:oid:2.16.840.1.113883.4.1", "value": "219"}})", {"2.16.840.1.113883.4.1=219"}},
      {R"({"fields": [{"label": "MRN", "value": 7}, {"label": "ward", "value": "4B"}]})", {"mrn=7"}},
      {R"({"url": "http://x.org/StructureDefinition/patient-birthDate", "valueDate": "1961"})", {"birth date=1961"}},
      {R"({"type": {"coding": [{"code": "x", "display": "MRN"}]}, "value": "7"})", {"code=x", "mrn=7"}},
      {R"({"mrn": ""})", {}},
      {R"({"mrn": "  "})", {}},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(Scan(c.text).Named(), ::testing::IsSupersetOf(c.named)) << c.text;
    EXPECT_EQ(Scan(c.text).Named().size(), c.named.size() + (c.text.find("\"system\"") != std::string_view::npos))
        << c.text;
  }
}

TEST(Json, IsReadAlsoWhereItIsNotQuiteJson) {
  const std::vector<std::string> kBoth = {"patient name=Ada Quill", "mrn=4417"};
  for (std::string_view text : {
           R"({'patientName': 'Ada Quill', 'mrn': 4417})",
           R"({"patientName": "Ada Quill", "mrn": 4417,})",
           R"({"patientName": "Ada Quill",, "mrn": 4417})",
           R"({"patientName": "Ada Quill" "mrn": 4417})",
           R"({"patientName": "Ada Quill", mrn: 4417})",
           R"({"patientName": "Ada Quill", "mrn": 4417]})",
           R"({"list": [{"patientName": "Ada Quill"}, "mrn": 4417}})",
           R"({"patientName": "Ada Quill", "mrn": 4417)",
           R"({"patientName": "Ada Quill", "mrn": "4417)",
           "{\"patientName\": \"Ada Quill\", \"mrn\": \"4417\nand then prose",
           "{\"patientName\": \"Ada Quill\",\n\n  \"mrn\"\n:\n 4417}",
           "prose {\"patientName\": \"Ada Quill\", \"mrn\": 4417} prose \"here\": x",
           "{\"patientName\": \"Ada Quill\"}\n{\"mrn\": 4417}\n",
           "{\"patientName\": \"Ada Quill\", \"mrn\": 4417} {",
           "{\xE2\x80\x9CpatientName\xE2\x80\x9D: \xE2\x80\x9C"
           "Ada Quill\xE2\x80\x9D, \xE2\x80\x9Cmrn\xE2\x80\x9D: 4417}",
       }) {
    EXPECT_THAT(Scan(text).Named(), ElementsAreArray(kBoth)) << text;
  }
}

TEST(Json, ProseIsNotJson) {
  for (std::string_view text : {"{", "{}", "{ }", "a {b} c", "{\"no key\"}", "[1, 2, 3]", "[**Name**] {see note}",
                                "{a: b}", "He said \"no\": {and left}", "set {1, 2}", "{\"open"}) {
    EXPECT_THAT(Scan(text).structure.regions, IsEmpty()) << text;
    EXPECT_THAT(Scan(text).structure.values, IsEmpty()) << text;
  }
}

TEST(Json, StructureIsAllButValues) {
  EXPECT_EQ(Scan(R"(x {"mrn": "44", "n": [1, "b"], "t": true} y)").Open(),
            R"(x .........44.........1...b.............. y)");
  EXPECT_EQ(Scan("{\"mrn\": \"44\", \"zip").Open(), ".........44.......");
}

TEST(Json, EscapesAreRead) {
  const auto scanned = Scan(R"({"note": "a\nb\t\"c\"\/d \u00e9\ud83d\ude00\u0007 \ud83d x\\n", "k\n": 1})");
  EXPECT_EQ(scanned.Plain(), "{\"note\": \"a\nb\t\"c\"/d \u00e9\U0001F600  \\ud83d x\\n\", \"k\\n\": 1}");
}

TEST(Json, AStringEndsWithItsLineUnlessItClearlyGoesOn) {
  const struct {
    std::string_view text;
    size_t end;
  } kCases[] = {
      {"a\"", 1}, {"a\\\"b\"", 4}, {"a\\\\\"", 3}, {"a\nb\", \"c\"", 3}, {"a\nb \"c\" d", 1},
      {"a", 1},   {"", 0},         {"\"", 0},      {"a\nb", 1},          {"a\nb\"}", 3},
  };
  for (const auto& c : kCases) EXPECT_EQ(EndOfString(c.text, 0, '"'), c.end) << c.text;
}

// --- The two readers against each other ------------------------------------------------------------

std::string RandomJson(std::mt19937* rng, int depth) {
  const auto space = [&] { return std::string((*rng)() % 3, " \n\t"[(*rng)() % 3]); };
  const auto text = [&] {
    constexpr std::string_view kPieces[] = {"name", "mrn", "patient", "Ada", " ", "\\n", "\\\"",     "\\\\", "\\u00e9",
                                            "{",    "}",   ":",       ",",   "[", "'",   "\xC3\xA9", "7"};
    std::string out = "\"";
    for (size_t i = 0, n = (*rng)() % 5; i < n; ++i) out += kPieces[(*rng)() % std::size(kPieces)];
    return out + "\"";
  };
  switch ((*rng)() % (depth > 0 ? 6 : 3)) {
    case 0:
      return text();
    case 1:
      return std::to_string(static_cast<int>((*rng)() % 2000) - 1000) + ((*rng)() % 2 == 0 ? "" : ".5e3");
    case 2:
      return std::string(std::array{"true", "false", "null"}[(*rng)() % 3]);
    case 3: {
      std::string out = "[" + space();
      for (size_t i = 0, n = (*rng)() % 4; i < n; ++i)
        out += (i == 0 ? "" : "," + space()) + RandomJson(rng, depth - 1) + space();
      return out + "]";
    }
    default: {
      std::string out = "{" + space();
      for (size_t i = 0, n = (*rng)() % 4; i < n; ++i) {
        const std::string key =
            (*rng)() % 4 == 0
                ? text()
                : std::string("\"") + std::array{"name", "mrn", "type", "value", "system", "patient"}[(*rng)() % 6] +
                      "\"";
        out += (i == 0 ? "" : "," + space()) + key + space() + ":" + space() + RandomJson(rng, depth - 1) + space();
      }
      return out + "}";
    }
  }
}

// What a reader tells, as one line.
template <typename Read>
std::string Told(std::string_view text, Read read) {
  static const FieldNames* const names = new FieldNames(testing::SomeFields());
  Structure structure;
  StructureBuilder builder(text, *names, &structure);
  JsonFields fields(&builder);
  if (!read(&fields)) return "no";
  std::string out;
  for (const FieldValue& v : structure.values) out += Concat(v.begin, "-", v.end, ":", v.name, "/", v.other, " ");
  for (const Escape& e : structure.escapes) out += Concat("e", e.begin, "-", e.end, " ");
  return out;
}

TEST(JsonProperty, BothReadersTellTheSame) {
  std::mt19937 rng(31);
  JsonParser parser;
  int objects = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::string text = RandomJson(&rng, 4);
    if (text[0] != '{' && text[0] != '[') continue;
    const std::string parsed = Told(text, [&](JsonFields* fields) { return parser.Read(text, fields); });
    const std::string scanned =
        Told(text, [&](JsonFields* fields) { return ScanJson(text, 0, fields) == text.size(); });
    ASSERT_EQ(parsed, scanned) << text;
    ASSERT_NE(parsed, "no") << text;
    objects += !parsed.empty();
  }
  EXPECT_GT(objects, 1000);
}

TEST(JsonProperty, AnyCutAndAnyChangeIsRead) {
  std::mt19937 rng(32);
  constexpr std::string_view kSigns = "{}[]\":,'\\\n a1\0";
  for (int round = 0; round < 4000; ++round) {
    std::string text = RandomJson(&rng, 3);
    for (size_t i = 0, n = rng() % 4; i < n && !text.empty(); ++i)
      text[rng() % text.size()] = kSigns[rng() % kSigns.size()];
    Scan(std::string_view(text).substr(0, rng() % (text.size() + 1)));
  }
}

TEST(Json, DepthIsBounded) {
  std::string deep = "{\"mrn\": \"1\", \"a\": ";
  for (int i = 0; i < 100000; ++i) deep += "[";
  EXPECT_THAT(Scan(deep).Named(), ElementsAre("mrn=1"));
  std::string objects;
  for (int i = 0; i < 20000; ++i) objects += "{\"a\":";
  EXPECT_THAT(Scan(objects).Named(), IsEmpty());
}

}  // namespace
}  // namespace phiveil
