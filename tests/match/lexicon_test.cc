#include "match/lexicon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "match/lexicon_table.h"

namespace phiveil {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ClassBits kCity = 1ull << token_class::kFirstListBit;
constexpr ClassBits kLast = kCity << 1;
constexpr ClassBits kFacility = 1ull << 63;

std::unique_ptr<const Lexicon> Make(const pb::Lexicon& tables) {
  auto lexicon = Lexicon::Create(tables);
  EXPECT_TRUE(lexicon.ok()) << lexicon.status();
  return *std::move(lexicon);
}

struct Marked {
  std::vector<std::string> hits;        // "phrase @ first-end"
  std::vector<std::string> classified;  // "word city last"
};

Marked Mark(const Lexicon& lexicon, const std::string& text) {
  Document doc;
  EXPECT_TRUE(doc.Reset(text).ok());
  std::vector<CueHit> hits;
  lexicon.Mark(&doc, &hits);
  Marked out;
  for (const CueHit& hit : hits) {
    const size_t begin = doc.tokens()[hit.first_token].begin;
    const size_t end = doc.tokens()[hit.end_token - 1].end;
    out.hits.push_back(lexicon.PhraseText(hit.phrase) + " @ " + std::string(doc.view().substr(begin, end - begin)));
  }
  for (const Token& token : doc.tokens()) {
    std::string names;
    if (token.classes & kCity) names += " city";
    if (token.classes & kLast) names += " last";
    if (token.classes & kFacility) names += " facility";
    if (!names.empty()) out.classified.push_back(std::string(doc.Word(token)) + names);
  }
  return out;
}

TEST(LexiconTest, MarksWordsWhateverTheirCase) {
  LexiconBuilder builder;
  builder.AddToClass("Boston", kCity);
  builder.AddToClass("O'Brien", kLast);
  builder.AddToClass("Peña", kLast);
  builder.AddToClass("boston", kLast);
  const auto lexicon = Make(builder.Build());
  EXPECT_THAT(Mark(*lexicon, "BOSTON, O'Brien; obrien PENA's Bostonian").classified,
              ElementsAre("BOSTON city last", "O'Brien last", "obrien last", "PENA last"));
  EXPECT_EQ(lexicon->Classes("Boston", FoldedHash("Boston")), kCity | kLast);
  EXPECT_EQ(lexicon->Classes("Denver", FoldedHash("Denver")), 0u);
}

TEST(LexiconTest, LongestPhraseGivesItsClass) {
  LexiconBuilder builder;
  builder.AddToClass("New York", kCity);
  builder.AddToClass("New York Presbyterian Hospital", kFacility);
  builder.AddToClass("York", kLast);
  const auto lexicon = Make(builder.Build());
  EXPECT_THAT(Mark(*lexicon, "in New York now").classified, ElementsAre("New city", "York city last"));
  EXPECT_THAT(Mark(*lexicon, "New York Presbyterian").classified, ElementsAre("New city", "York city last"));
  EXPECT_THAT(
      Mark(*lexicon, "New York-Presbyterian Hospital").classified,
      ElementsAre("New facility", "York last facility", "- facility", "Presbyterian facility", "Hospital facility"));
}

TEST(LexiconTest, CuePhrasesAreHitsAllOfThem) {
  LexiconBuilder builder;
  builder.AddCue("med rec no", 1, 0);
  builder.AddCue("med rec", 1, 1);
  builder.AddCue("med", 2, 0);
  builder.AddCue("Rec. No.", 3, 0);
  builder.AddCue("med rec no", 4, 2);
  builder.AddCue("MED-REC-NO", 4, 2);
  const auto lexicon = Make(builder.Build());
  EXPECT_THAT(Mark(*lexicon, "Med. Rec. No. 123").hits,
              ElementsAre("med @ Med", "med rec @ Med. Rec", "med rec no @ Med. Rec. No", "rec no @ Rec. No"));
  Document doc;
  ASSERT_TRUE(doc.Reset("med rec no").ok());
  std::vector<CueHit> hits;
  lexicon->Mark(&doc, &hits);
  ASSERT_EQ(hits.size(), 4u);
  const auto links = lexicon->Links(hits[2].phrase);
  ASSERT_EQ(links.size(), 2u) << "the same cue twice is one link";
  EXPECT_EQ(links[0].rule, 1u);
  EXPECT_EQ(links[1].rule, 4u);
  EXPECT_EQ(links[1].cue, 2u);
}

TEST(LexiconTest, WhatBreaksAPhrase) {
  LexiconBuilder builder;
  builder.AddCue("date of birth", 0, 0);
  builder.AddCue("driver license", 0, 1);
  const auto lexicon = Make(builder.Build());
  const struct {
    const char* text;
    bool found;
  } cases[] = {{"date of birth", true},
               {"Date-of-Birth", true},
               {"DATE_OF_BIRTH", true},
               {"date / of / birth", true},
               {"date. of. birth", true},
               {"date, of birth", true},
               {"date\nof birth", true},
               {"date\n\nof birth", false},
               {"date: of birth", false},
               {"date; of birth", false},
               {"date (of) birth", false},
               {"date! of birth", false},
               {"date|of|birth", false},
               {"date of the birth", false},
               {"date of", false},
               {"date......of birth", true},
               {"date - - - - - of birth", false},
               {"Driver's License", true},
               {"drivers license", false},
               {"date \"of\" birth", true}};
  for (const auto& c : cases) EXPECT_EQ(!Mark(*lexicon, c.text).hits.empty(), c.found) << c.text;
}

TEST(LexiconTest, EmptyLexiconFindsNothing) {
  const auto lexicon = Make(pb::Lexicon());
  EXPECT_THAT(Mark(*lexicon, "any words 123").classified, IsEmpty());
  EXPECT_EQ(lexicon->Classes("any", FoldedHash("any")), 0u);
  EXPECT_THAT(Mark(*Make(LexiconBuilder().Build()), "any words 123").hits, IsEmpty());
  EXPECT_THAT(Mark(*lexicon, "").hits, IsEmpty());
}

TEST(LexiconTest, EntriesWithoutWordsAreNothing) {
  LexiconBuilder builder;
  builder.AddToClass("--", kCity);
  builder.AddCue("", 0, 0);
  EXPECT_EQ(builder.Build().entries(), "");
}

TEST(LexiconTest, BuildingTwiceGivesTheSameBytes) {
  LexiconBuilder a, b;
  for (const char* word : {"boston", "new york", "albany"}) a.AddToClass(word, kCity);
  for (const char* word : {"albany", "boston", "new york"}) b.AddToClass(word, kCity);
  EXPECT_EQ(a.Build().SerializeAsString(), b.Build().SerializeAsString());
}

std::string RandomWord(std::mt19937* random, int least, int most) {
  std::string word;
  for (int i = std::uniform_int_distribution<int>(least, most)(*random); i > 0; --i) {
    word.push_back(static_cast<char>('a' + std::uniform_int_distribution<int>(0, 25)(*random)));
  }
  return word;
}

TEST(LexiconTest, AgreesWithAMap) {
  std::mt19937 random(5);
  std::map<std::string, ClassBits> oracle;
  LexiconBuilder builder;
  while (oracle.size() < 200000) {
    const std::string word = RandomWord(&random, 2, 12);
    const ClassBits bits = kCity << (random() % 36);
    oracle[word] |= bits;
    builder.AddToClass(word, bits);
  }
  const auto lexicon = Make(builder.Build());
  for (const auto& [word, bits] : oracle) ASSERT_EQ(lexicon->Classes(word, FoldedHash(word)), bits) << word;
  size_t present = 0;
  for (int i = 0; i < 300000; ++i) {
    const std::string word = RandomWord(&random, 2, 6);
    const auto it = oracle.find(word);
    present += it != oracle.end();
    ASSERT_EQ(lexicon->Classes(word, FoldedHash(word)), it == oracle.end() ? 0 : it->second) << word;
  }
  EXPECT_GT(present, 1000u);

  // The same through a document, longer than what is fetched ahead.
  std::string text;
  std::vector<ClassBits> expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string word = RandomWord(&random, 2, 4);
    const auto it = oracle.find(word);
    expected.push_back(it == oracle.end() ? 0 : it->second);
    text += word + " ";
  }
  Document doc;
  ASSERT_TRUE(doc.Reset(text).ok());
  std::vector<CueHit> hits;
  lexicon->Mark(&doc, &hits);
  ASSERT_EQ(doc.tokens().size(), expected.size());
  const ClassBits lists = ~uint64_t{0} << token_class::kFirstListBit;
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(doc.tokens()[i].classes & lists, expected[i]) << i;
}

// Words that all have the same home bucket: the table spills and loses none.
TEST(LexiconTest, FullBucketsSpill) {
  constexpr size_t kWords = 45;
  const size_t buckets = kWords * 100 / (lexicon_table::kSlots * 60) + 1;
  for (size_t home : {size_t{0}, buckets - 1}) {
    std::mt19937 random(9);
    std::map<std::string, ClassBits> words;
    LexiconBuilder builder;
    while (words.size() < kWords) {
      const std::string word = RandomWord(&random, 3, 9);
      if (lexicon_table::Home(FoldedHash(word), buckets) != home) continue;
      words[word] = kCity << (words.size() % 36);
      builder.AddToClass(word, words[word]);
    }
    const pb::Lexicon tables = builder.Build();
    ASSERT_EQ(tables.buckets().size(), buckets * lexicon_table::kBucketBytes);
    const auto lexicon = Make(tables);
    for (const auto& [word, bits] : words) EXPECT_EQ(lexicon->Classes(word, FoldedHash(word)), bits) << word;
    for (int i = 0; i < 2000; ++i) {
      const std::string other = RandomWord(&random, 10, 12);
      EXPECT_EQ(lexicon->Classes(other, FoldedHash(other)), 0u);
    }
  }
}

// Entries are confirmed by their letters: a table whose fingerprints all fit still tells words apart.
TEST(LexiconTest, EqualFingerprintsAreToldApart) {
  LexiconBuilder builder;
  for (const char* word : {"boston", "albany", "denver"}) builder.AddToClass(word, kCity);
  pb::Lexicon tables = builder.Build();
  ASSERT_EQ(tables.buckets().size(), lexicon_table::kBucketBytes);
  const uint32_t fingerprint = lexicon_table::Fingerprint(FoldedHash("denver"));
  for (size_t slot = 0; slot < 3; ++slot) {
    for (size_t i = 0; i < 4; ++i)
      (*tables.mutable_buckets())[slot * 4 + i] = static_cast<char>(fingerprint >> (8 * i) & 0xff);
  }
  const auto lexicon = Make(tables);
  EXPECT_EQ(lexicon->Classes("denver", FoldedHash("denver")), kCity);
  EXPECT_THAT(Mark(*lexicon, "Denver").classified, ElementsAre("Denver city"));
  EXPECT_EQ(lexicon->Classes("austin", FoldedHash("denver")), 0u);
}

TEST(LexiconTest, ManyPhrasesOfOneWord) {
  std::mt19937 random(13);
  LexiconBuilder builder;
  std::map<std::string, uint32_t> cues;
  while (cues.size() < 2000) {
    std::string phrase = "saint";
    for (size_t i = 0, n = 1 + random() % 3; i < n; ++i)
      phrase += " " + RandomWord(&random, 1, 1 + static_cast<int>(i) * 2);
    if (cues.try_emplace(phrase, cues.size()).second) builder.AddCue(phrase, 0, cues[phrase]);
  }
  const auto lexicon = Make(builder.Build());
  for (const auto& [phrase, cue] : cues) {
    Document doc;
    ASSERT_TRUE(doc.Reset(phrase).ok());
    std::vector<CueHit> hits;
    lexicon->Mark(&doc, &hits);
    std::vector<std::string> expected;  // itself and what it begins with
    for (size_t end = phrase.find(' ', 6);; end = phrase.find(' ', end + 1)) {
      if (cues.count(phrase.substr(0, end))) expected.push_back(phrase.substr(0, end));
      if (end == std::string::npos) break;
    }
    std::vector<std::string> found;
    for (const CueHit& hit : hits) found.push_back(lexicon->PhraseText(hit.phrase));
    ASSERT_EQ(found, expected);
    ASSERT_EQ(lexicon->Links(hits.back().phrase)[0].cue, cue);
  }
}

pb::Lexicon Sample() {
  LexiconBuilder builder;
  for (const char* word : {"boston", "albany", "new york", "new jersey", "new york city"})
    builder.AddToClass(word, kCity);
  builder.AddCue("date of birth", 3, 1);
  return builder.Build();
}

TEST(LexiconTest, DamagedTablesAreErrors) {
  const std::vector<std::pair<const char*, void (*)(pb::Lexicon*)>> damage = {
      {"cut buckets", [](pb::Lexicon* l) { l->mutable_buckets()->pop_back(); }},
      {"cut entries", [](pb::Lexicon* l) { l->mutable_entries()->pop_back(); }},
      {"no entries", [](pb::Lexicon* l) { l->clear_entries(); }},
      {"no words", [](pb::Lexicon* l) { l->clear_words(); }},
      {"word too long", [](pb::Lexicon* l) { (*l->mutable_entries())[14] = 1; }},
      {"word offset wraps", [](pb::Lexicon* l) { l->mutable_entries()->replace(8, 4, "\xff\xff\xff\xff"); }},
      {"structural class", [](pb::Lexicon* l) { (*l->mutable_entries())[0] = 1; }},
      {"no phrases", [](pb::Lexicon* l) { l->clear_phrases(); }},
      {"phrase without words", [](pb::Lexicon* l) { l->mutable_phrases(0)->clear_words(); }},
      {"phrase of another word", [](pb::Lexicon* l) { l->mutable_phrases(0)->set_words(0, "other"); }},
      {"phrase with a structural class", [](pb::Lexicon* l) { l->mutable_phrases(0)->set_classes(1); }},
      {"phrases out of order", [](pb::Lexicon* l) { l->mutable_phrases()->SwapElements(2, 3); }},
      {"hole in a bucket", [](pb::Lexicon* l) { l->mutable_buckets()->replace(0, 4, std::string(4, '\0')); }},
      {"entry out of bounds", [](pb::Lexicon* l) { (*l->mutable_buckets())[34] = 1; }},
      {"no free slot", [](pb::Lexicon* l) { l->mutable_buckets()->replace(0, 32, std::string(32, '\7')); }},
  };
  ASSERT_TRUE(Lexicon::Create(Sample()).ok());
  ASSERT_EQ(Sample().buckets().size(), lexicon_table::kBucketBytes);
  for (const auto& [what, apply] : damage) {
    pb::Lexicon bad = Sample();
    apply(&bad);
    EXPECT_EQ(Lexicon::Create(bad).status().code(), absl::StatusCode::kDataLoss) << what;
  }
}

TEST(LexiconTest, RandomDamageStaysInBounds) {
  std::mt19937 random(17);
  const pb::Lexicon good = Sample();
  int loaded = 0;
  for (int i = 0; i < 20000; ++i) {
    pb::Lexicon bad = good;
    std::string* const table = random() % 3 == 0 ? bad.mutable_words()
                               : random() % 2    ? bad.mutable_buckets()
                                                 : bad.mutable_entries();
    (*table)[random() % table->size()] = static_cast<char>(random() % 4 ? random() % 16 : random());
    const auto lexicon = Lexicon::Create(bad);
    if (!lexicon.ok()) continue;
    ++loaded;
    Mark(**lexicon, "Boston, New York City; date of birth: Albany");
  }
  EXPECT_GT(loaded, 1000);
}

}  // namespace
}  // namespace phiveil
