#include "recognize/people.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "recognize/recognizer.h"

namespace phiveil {
namespace {

class PeopleTest : public ::testing::Test {
 protected:
  PeopleTest() {
    for (const char* name : {"Title", "Credential", "Relation", "Role"}) pack_.add_classes(name);
    bits_ = std::make_unique<NameBits>(pack_);
  }

  void Read(std::string_view text) {
    text_ = text;
    ASSERT_TRUE(doc_.Reset(text_).ok());
    const std::pair<std::string_view, std::string_view> kListed[] = {
        {"dr", "Title"}, {"mr", "Title"}, {"md", "Credential"}, {"wife", "Relation"}, {"nurse", "Role"}};
    for (Token& token : doc_.tokens()) {
      for (const auto& [word, list] : kListed) {
        if (token.hash == FoldedHash(word)) token.classes |= ListBits(pack_, {list});
      }
    }
    people_ = std::make_unique<People>(bits_.get());
  }

  // The person that the first mention of `name` stands for.
  uint32_t Learn(std::string_view name) {
    Candidate candidate;
    candidate.begin = static_cast<uint32_t>(text_.find(name));
    candidate.end = candidate.begin + static_cast<uint32_t>(name.size());
    std::tie(candidate.first_token, candidate.end_token) = TokenRange(doc_, candidate.begin, candidate.end);
    const uint32_t person = people_->Learn(doc_, candidate, true);
    people_->Vote(doc_, candidate, person);
    return person;
  }

  pb::Pack pack_;
  std::unique_ptr<NameBits> bits_;
  std::string text_;
  Document doc_;
  std::unique_ptr<People> people_;
};

TEST_F(PeopleTest, ManyWaysToNameOnePerson) {
  Read("Ruth A. Okafor; Okafor, Ruth; R. Okafor; Okafor; Ruth; Ana Ruiz");
  const uint32_t person = Learn("Ruth A. Okafor");
  EXPECT_EQ(person, 0u);
  for (const char* same : {"Okafor, Ruth", "R. Okafor", "Okafor", "Ruth"}) EXPECT_EQ(Learn(same), person) << same;
  EXPECT_EQ(Learn("Ana Ruiz"), 1u);
  EXPECT_EQ(people_->size(), 2u);
}

TEST_F(PeopleTest, AWordOfTwoPeopleSpeaksForNeither) {
  Read("Ruth Okafor and Ben Okafor; Okafor");
  EXPECT_EQ(Learn("Ruth Okafor"), 0u);
  EXPECT_EQ(Learn("Ben Okafor"), 1u);
  EXPECT_EQ(Learn("Okafor"), People::kSeveral);
}

TEST_F(PeopleTest, RolesFromTheWordsAround) {
  const struct {
    std::string_view text, name;
    Subtype role;
  } kCases[] = {
      {"seen by Dr. Okafor today", "Okafor", Subtype::kStaff},
      {"Ruth Okafor, MD", "Ruth Okafor", Subtype::kStaff},
      {"nurse Okafor came", "Okafor", Subtype::kStaff},
      {"his wife Ruth drove", "Ruth", Subtype::kRelative},
      {"Ruth (wife) drove", "Ruth", Subtype::kRelative},
      {"Patient: Ruth Okafor", "Ruth Okafor", Subtype::kPatient},
      {"Patient Name: Ruth Okafor", "Ruth Okafor", Subtype::kPatient},
      {"Ruth Okafor MRN 12", "Ruth Okafor", Subtype::kPatient},
      {"Mr. Okafor came", "Okafor", Subtype::kPatient},
      {"then Okafor came", "Okafor", Subtype::kNone},
  };
  for (const auto& c : kCases) {
    Read(c.text);
    EXPECT_EQ(people_->RoleOf(Learn(c.name)), c.role) << c.text;
  }
}

TEST_F(PeopleTest, TheStrongerEvidenceNamesTheRole) {
  Read("Mr. Ben Okafor, MD came");
  EXPECT_EQ(people_->RoleOf(Learn("Ben Okafor")), Subtype::kStaff);
  Read("wife Ruth; nurse Ruth");
  Learn("Ruth");
  const uint32_t person = people_->size() == 1 ? 0 : 1;
  EXPECT_EQ(people_->RoleOf(person), Subtype::kRelative);
}

TEST_F(PeopleTest, Initials) {
  Read("Ruth Adwoa Okafor and Ana Ruiz");
  Learn("Ruth Adwoa Okafor");
  Learn("Ana Ruiz");
  for (const char* letters : {"RO", "ro", "RAO"}) EXPECT_EQ(people_->ByInitials(letters), 0u) << letters;
  EXPECT_EQ(people_->ByInitials("AR"), 1u);
  for (const char* letters : {"OR", "R", "RBO", "AO", "RAOO", ""})
    EXPECT_EQ(people_->ByInitials(letters), People::kSeveral);
}

TEST_F(PeopleTest, UserNames) {
  Read("Ruth Adwoa Montgomery");
  Learn(text_);
  for (const char* login :
       {"rmontgomery", "montgomeryr", "ruthmontgomery", "ruthm", "rmontgom", "ramontgomery", "RMONTGOMERY"}) {
    EXPECT_EQ(people_->ByUserName(login), 0u) << login;
  }
  for (const char* other : {"montgomery", "amontgomery", "rmont", "ruth", "rmontgomerys", "rm", ""}) {
    EXPECT_EQ(people_->ByUserName(other), People::kSeveral) << other;
  }
}

TEST(OneEdit, InsertedLostChangedAndSwapped) {
  for (const char* near : {"okafo", "okaforr", "okofor", "koafor", "OKAFR", "xokafor"}) {
    EXPECT_TRUE(OneEditApart("Okafor", near)) << near;
    EXPECT_TRUE(OneEditApart(near, "Okafor")) << near;
  }
  for (const char* far : {"Okafor", "okafor", "okaf", "kofaor", "akafer", "", "okaforrr", "rofako"}) {
    EXPECT_FALSE(OneEditApart("Okafor", far)) << far;
    EXPECT_FALSE(OneEditApart(far, "Okafor")) << far;
  }
}

// However many others the text names, before these or after them.
TEST_F(PeopleTest, AmongManyPeopleEachIsFoundAsAmongFew) {
  const std::string few = "Ruth A. Okafor; Ana Ruiz; Okafor; Ruiz, A; Lindqvist; Jonas Lindqvist; Lindqvist, J";
  const std::vector<std::string> mentions = {"Ruth A. Okafor", "Ana Ruiz",        "Okafor",      "Ruiz, A",
                                             "Lindqvist",      "Jonas Lindqvist", "Lindqvist, J"};
  std::string others;
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) {
    const std::string tail = {static_cast<char>('a' + i % 26), static_cast<char>('a' + i / 26)};
    names.push_back("Xe" + tail + " Zu" + tail);
    others += names.back() + "; ";
  }
  const auto answers = [&](uint32_t before) {
    std::vector<uint32_t> out;
    const auto add = [&](uint32_t person) { out.push_back(person == People::kSeveral ? person : person - before); };
    for (const std::string& mention : mentions) add(Learn(mention));
    for (const char* login : {"rokafor", "okaforr", "raokafor", "ruthokafor", "rutho", "aruiz", "ruizr", "jlindqvi",
                              "jlindqvist", "lindqvistj", "jonaslindqvist", "okafor", "ruth"}) {
      add(people_->ByUserName(login));
    }
    for (const char* letters : {"ro", "RAO", "RBO", "ar", "JL", "lj"}) add(people_->ByInitials(letters));
    return out;
  };
  Read(few);
  const std::vector<uint32_t> expected = answers(0);
  ASSERT_GT(std::ranges::count_if(expected, [](uint32_t person) { return person != People::kSeveral; }), 12);
  for (const size_t before : {size_t{0}, size_t{10}, size_t{15}, size_t{16}, size_t{17}, names.size()}) {
    Read(others + few);
    for (size_t i = 0; i < before; ++i) ASSERT_EQ(Learn(names[i]), i);
    EXPECT_EQ(answers(static_cast<uint32_t>(before)), expected) << before << " others before";
  }
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(Learn(names[i]), i);
    EXPECT_EQ(people_->ByUserName("x" + names[i].substr(5)), i) << names[i];
  }
}

}  // namespace
}  // namespace phiveil
