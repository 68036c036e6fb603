#include "recognize/people.h"

#include <algorithm>

namespace phiveil {
namespace {

using namespace token_class;

constexpr size_t kShortest = 3;      // letters of a word worth remembering
constexpr size_t kShortestWord = 4;  // the same for ordinary words: "The" got into a name by accident
constexpr size_t kMostWords = 512;   // of one document
constexpr int kStrong = 4;           // votes
constexpr int kWeak = 1;
constexpr size_t kLongestLogin = 8;  // of systems that cut user names off

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool Compatible(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return true;
  if (a.size() == 1 || b.size() == 1) return Lower(a[0]) == Lower(b[0]);
  return SameLetters(a, b);
}

// Fewer are gone through in less time than an index takes.
constexpr size_t kFew = 16;

// Keys of the index: a surname, a given name, the first letters of both, the first two of a given name.
enum KeyKind : uint64_t { kSurname = 1, kGiven, kFirstLetters, kGivenLetters };
uint64_t WordKey(KeyKind kind, std::string_view word) { return FoldedHash(word) + kind; }
uint64_t LettersKey(KeyKind kind, char a, char b) {
  return kind << 32 | uint64_t{static_cast<uint8_t>(Lower(a))} << 8 | static_cast<uint8_t>(Lower(b));
}

constexpr uint32_t kAmbiguous = People::kSeveral - 1;

struct LabelHashes {
  std::vector<uint64_t> patient, doctor, courtesy, chart;
  uint64_t name = FoldedHash("name");
  LabelHashes() {
    for (std::string_view w : {"patient", "pt", "client", "re", "patients"}) patient.push_back(FoldedHash(w));
    for (std::string_view w : {"dr", "drs", "doctor", "doctors", "prof", "professor"}) doctor.push_back(FoldedHash(w));
    for (std::string_view w : {"mr", "mrs", "ms", "miss"}) courtesy.push_back(FoldedHash(w));
    for (std::string_view w : {"mrn", "dob", "yo", "yrs", "age"}) chart.push_back(FoldedHash(w));
  }
};

const LabelHashes& Labels() {
  static const LabelHashes labels;
  return labels;
}

bool Has(const std::vector<uint64_t>& hashes, uint64_t hash) {
  return std::find(hashes.begin(), hashes.end(), hash) != hashes.end();
}

}  // namespace

ClassBits ListBits(const pb::Pack& pack, std::initializer_list<std::string_view> names) {
  ClassBits bits = 0;
  for (int i = 0; i < pack.classes_size(); ++i) {
    if (std::find(names.begin(), names.end(), pack.classes(i)) != names.end()) {
      bits |= 1ull << (kFirstListBit + i);
    }
  }
  return bits;
}

NameBits::NameBits(const pb::Pack& pack)
    : ordinary(ListBits(pack, {"Common", "Clinical"})),
      never(ListBits(pack, {"Title", "Credential", "Particle", "Suffix", "Role", "Relation", "Month", "Weekday"})),
      title(ListBits(pack, {"Title"})),
      credential(ListBits(pack, {"Credential"})),
      relation(ListBits(pack, {"Relation"})),
      role(ListBits(pack, {"Role"})),
      verb(ListBits(pack, {"NameVerb"})),
      listed(ListBits(pack, {"First", "FirstWord", "Given", "Last", "LastWord"})),
      elsewhere(ListBits(pack, {"City", "County", "State", "StateCode", "Country", "Holiday", "FacilityBrand",
                                "OrgBrand", "Eponym", "Heading", "Month", "Weekday", "FacilityNoun", "OrgNoun"})) {}

bool SameLetters(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return Lower(x) == Lower(y); });
}

bool OneEditApart(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  size_t i = 0;
  while (i < a.size() && Lower(a[i]) == Lower(b[i])) ++i;
  if (a.size() < b.size()) return SameLetters(a.substr(i), b.substr(i + 1));
  if (i == a.size()) return false;
  if (SameLetters(a.substr(i + 1), b.substr(i + 1))) return true;
  return i + 1 < a.size() && Lower(a[i]) == Lower(b[i + 1]) && Lower(a[i + 1]) == Lower(b[i]) &&
         SameLetters(a.substr(i + 2), b.substr(i + 2));
}

// The words of one mention, as the parts of a name.
struct People::Parts {
  std::string_view given, surname;
  char middle = 0;
  std::vector<uint32_t> tokens;  // those worth remembering
};

uint32_t People::Find(const Parts& parts) const {
  uint32_t found = kSeveral;
  const bool single = parts.given.empty();
  const std::array<uint64_t, 2> keys = {WordKey(kSurname, parts.surname), WordKey(kGiven, parts.surname)};
  LookAt(std::span(keys).first(single ? 2 : 1), [&](uint32_t i) {
    const Person& person = people_[i];
    const bool fits = single ? SameLetters(parts.surname, person.surname) || SameLetters(parts.surname, person.given)
                             : SameLetters(parts.surname, person.surname) && Compatible(parts.given, person.given);
    if (fits && found != i) found = found == kSeveral ? i : kAmbiguous;
  });
  return found;
}

template <typename Look>
void People::LookAt(std::span<const uint64_t> keys, Look look) const {
  if (people_.size() <= kFew) {
    for (uint32_t i = 0; i < people_.size(); ++i) look(i);
    return;
  }
  for (const uint64_t key : keys) index_.ForEach(key, look);
}

// Under what they are called now.
void People::Index(uint32_t person) {
  const Person& names = people_[person];
  index_.Add(WordKey(kSurname, names.surname), person);
  if (names.given.empty()) return;
  index_.Add(WordKey(kGiven, names.given), person);
  index_.Add(LettersKey(kFirstLetters, names.given[0], names.surname[0]), person);
  if (names.given.size() > 1) index_.Add(LettersKey(kGivenLetters, names.given[0], names.given[1]), person);
}

void People::AddWord(const Document& doc, const Token& token, uint32_t person) {
  for (NameWord& word : words_) {
    if (word.hash != token.hash) continue;
    if (word.person != person) word.person = kSeveral;
    return;
  }
  if (words_.size() >= kMostWords) return;
  words_.push_back({token.hash, doc.Word(token), person, (token.classes & bits_->ordinary) != 0});
}

uint32_t People::Learn(const Document& doc, const Candidate& candidate, bool teaches) {
  const auto& tokens = doc.tokens();
  Parts parts;
  bool last_first = false;
  std::string_view last;
  for (uint32_t t = candidate.first_token; t < candidate.end_token; ++t) {
    const Token& token = tokens[t];
    if (token.classes & kSlash) return kSeveral;
    if ((token.classes & kComma) && !last.empty() && parts.given.empty()) last_first = true;
    if (!(token.classes & kAnyWord)) continue;
    const size_t length = token.end - token.begin;
    if ((token.classes & bits_->never) && !(token.classes & bits_->listed)) continue;
    const std::string_view word = doc.Word(token);
    const size_t shortest = (token.classes & bits_->ordinary) ? kShortestWord : kShortest;
    if (length >= shortest && !(token.classes & bits_->never)) parts.tokens.push_back(t);
    if (parts.given.empty() && !last.empty()) {
      parts.given = last_first ? word : last;
    } else if (!parts.given.empty()) {
      parts.middle = Lower(last_first ? word[0] : last[0]);
    }
    last = last_first && !last.empty() ? last : word;
  }
  parts.surname = last;
  if (parts.surname.empty()) return kSeveral;
  uint32_t person = Find(parts);
  if (person == kSeveral && parts.surname.size() > 1) {
    person = static_cast<uint32_t>(people_.size());
    people_.push_back({parts.given, parts.surname, parts.middle, {}});
    if (people_.size() == kFew + 1) {
      for (uint32_t i = 0; i < kFew; ++i) Index(i);
    }
    if (people_.size() > kFew) Index(person);
  }
  if (person == kAmbiguous) person = kSeveral;
  if (person != kSeveral && people_[person].given.size() < parts.given.size()) {
    people_[person].given = parts.given;
    if (people_.size() > kFew) Index(person);
  }
  if (person != kSeveral && people_[person].middle == 0) people_[person].middle = parts.middle;
  if (teaches) {
    for (uint32_t t : parts.tokens) AddWord(doc, tokens[t], person);
  }
  return person;
}

void People::LearnLogin(const Document& doc, const Candidate& candidate) {
  const std::string_view login = doc.view().substr(candidate.begin, candidate.end - candidate.begin);
  if (login.size() < 4 || logins_.size() >= kMostWords) return;
  logins_.push_back({Lower(login[0]), Lower(login[1])});
  const Token& word = doc.tokens()[candidate.first_token];
  const bool whole =
      candidate.end_token - candidate.first_token == 1 ||
      (candidate.end_token - candidate.first_token == 2 && (doc.tokens()[candidate.first_token + 1].classes & kNum));
  if (whole && (word.classes & kLower) && word.end - word.begin >= 4 && !(word.classes & bits_->ordinary)) {
    AddWord(doc, word, kSeveral);
  }
}

bool People::ByLogin(std::string_view letters) const {
  return letters.size() == 2 && std::any_of(logins_.begin(), logins_.end(), [&](const std::array<char, 2>& l) {
           return l[0] == letters[0] && l[1] == letters[1];
         });
}

void People::Vote(const Document& doc, const Candidate& candidate, uint32_t person) {
  if (person == kSeveral) return;
  auto& votes = people_[person].votes;
  const auto vote = [&votes](Subtype role, int weight) {
    uint8_t& sum = votes[static_cast<size_t>(role) - static_cast<size_t>(Subtype::kPatient)];
    sum = static_cast<uint8_t>(std::min(255, sum + weight));
  };
  if (candidate.subtype >= Subtype::kPatient && candidate.subtype <= Subtype::kStaff) vote(candidate.subtype, kStrong);
  const auto& tokens = doc.tokens();
  bool label = false;
  for (uint32_t back = 1; back <= 4 && back <= candidate.first_token; ++back) {
    const Token& token = tokens[candidate.first_token - back];
    if (token.classes & (kColon | kNl)) label = true;
    if (token.classes & (kDot | kLParen | kQuote | kColon | kNl | kHyphen)) continue;
    if (Has(Labels().doctor, token.hash)) vote(Subtype::kStaff, kStrong);
    if (Has(Labels().courtesy, token.hash)) vote(Subtype::kPatient, kWeak);
    if (token.classes & bits_->relation)
      vote(Subtype::kRelative, kStrong);
    else if (token.classes & bits_->role)
      vote(Subtype::kStaff, kStrong);
    else if (Has(Labels().patient, token.hash))
      vote(Subtype::kPatient, label ? kStrong : kWeak);
    else if (label && token.hash == Labels().name)
      continue;
    break;
  }
  for (uint32_t t = candidate.end_token; t < tokens.size() && t < candidate.end_token + 4; ++t) {
    const Token& token = tokens[t];
    if (token.classes & (kComma | kLParen | kNum | kHash)) continue;
    if ((token.classes & bits_->credential) && (token.classes & (kUpper | kMixed)))
      vote(Subtype::kStaff, kStrong);
    else if (token.classes & bits_->relation)
      vote(Subtype::kRelative, kStrong);
    else if (Has(Labels().chart, token.hash))
      vote(Subtype::kPatient, kStrong);
    break;
  }
}

Subtype People::RoleOf(uint32_t person) const {
  if (person >= people_.size()) return Subtype::kNone;
  const auto& votes = people_[person].votes;
  const auto best = std::max_element(votes.begin(), votes.end());
  const bool tie = std::count(votes.begin(), votes.end(), *best) > 1;
  if (*best == 0 || tie) return Subtype::kNone;
  return static_cast<Subtype>(static_cast<size_t>(Subtype::kPatient) + static_cast<size_t>(best - votes.begin()));
}

uint32_t People::ByInitials(std::string_view letters) const {
  if (letters.size() < 2 || letters.size() > 3) return kSeveral;
  uint32_t first = kSeveral;
  const std::array<uint64_t, 1> keys = {LettersKey(kFirstLetters, letters[0], letters.back())};
  LookAt(keys, [&](uint32_t i) {
    const Person& person = people_[i];
    if (i >= first || person.given.empty() || Lower(person.given[0]) != Lower(letters[0])) return;
    if (Lower(person.surname[0]) != Lower(letters.back())) return;
    if (letters.size() == 2 || person.middle == Lower(letters[1])) first = i;
  });
  return first;
}

bool People::IsUserNameOf(const Person& person, std::string_view login) const {
  const std::string_view given = person.given, surname = person.surname;
  if (given.empty() || surname.size() < 3) return false;
  const std::string_view rest = login.substr(1);
  const char first = Lower(login[0]), given_first = Lower(given[0]);
  if (first == given_first) {
    if (SameLetters(rest, surname)) return true;
    // Systems that cut user names off.
    if (rest.size() >= 6 && login.size() <= kLongestLogin && SameLetters(rest, surname.substr(0, rest.size())))
      return true;
    if (person.middle == Lower(rest[0]) && SameLetters(rest.substr(1), surname)) return true;
    if (given.size() > 2 && login.size() > given.size() && SameLetters(login.substr(0, given.size()), given) &&
        (SameLetters(login.substr(given.size()), surname) ||
         SameLetters(login.substr(given.size()), surname.substr(0, 1)))) {
      return true;
    }
  }
  const bool surname_first = Lower(login.back()) == given_first && login.size() == surname.size() + 1;
  return surname_first && SameLetters(login.substr(0, surname.size()), surname);
}

uint32_t People::ByUserName(std::string_view login) const {
  if (login.size() < 4) return kSeveral;
  uint32_t first = kSeveral;
  const std::array<uint64_t, 4> keys = {
      LettersKey(kFirstLetters, login[0], login[1]), LettersKey(kFirstLetters, login[0], login[2]),
      LettersKey(kGivenLetters, login[0], login[1]), LettersKey(kFirstLetters, login.back(), login[0])};
  LookAt(keys, [&](uint32_t i) {
    if (i < first && IsUserNameOf(people_[i], login)) first = i;
  });
  return first;
}

}  // namespace phiveil
