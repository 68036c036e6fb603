#include "recognize/memory.h"

#include <algorithm>

#include "recognize/mentions.h"

namespace phiveil {
namespace {

constexpr float kCovers = 0.50f;       // a candidate this strong needs no mention
constexpr float kEstablished = 0.70f;  // a candidate this strong teaches its words

}  // namespace

std::string_view NameMemory::KindName(uint32_t kind) {
  constexpr std::string_view kNames[] = {
      "name established elsewhere in the text",
      "user name of a person named in the text",
      "name established elsewhere in the text, in two parts",
      "name established elsewhere in the text, misspelt",
      "name established elsewhere in the text, spelled out",
      "initials where notes are signed",
      "letters that English names and words do not have",
      "dates of the same month in the text",
      "number over 89 behind a person's name",
  };
  return kind < std::size(kNames) ? kNames[kind] : kNames[kWord];
}

void NameMemory::Add(const Document& doc, Evidence* evidence) const {
  People people(&bits_);
  Mentions mentions(doc, bits_, &people, evidence);
  mentions.AddAccented();
  auto& all = evidence->candidates;
  std::vector<uint32_t> named;
  for (uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].category != Category::kName || all[i].score < kCovers) continue;
    named.push_back(i);
    mentions.Cover(all[i].first_token, all[i].end_token);
  }
  // Whole names first: a surname alone then finds whom it stands for.
  std::vector<uint32_t> person_of(named.size(), People::kSeveral);
  for (const bool whole : {true, false}) {
    for (size_t n = 0; n < named.size(); ++n) {
      const Candidate& candidate = all[named[n]];
      if ((candidate.end_token - candidate.first_token > 1) != whole) continue;
      if (candidate.subtype == Subtype::kUserName) {
        people.LearnLogin(doc, candidate);
        continue;
      }
      person_of[n] = people.Learn(doc, candidate, candidate.score >= kEstablished);
      people.Vote(doc, candidate, person_of[n]);
    }
  }
  for (size_t n = 0; n < named.size(); ++n) {
    Candidate& candidate = all[named[n]];
    if (candidate.subtype == Subtype::kUserName) continue;
    if (const Subtype role = people.RoleOf(person_of[n]); role != Subtype::kNone) candidate.subtype = role;
  }
  if (!people.words().empty()) mentions.AddWords();
  if (people.size() > 0) mentions.AddInitials();
}

}  // namespace phiveil
