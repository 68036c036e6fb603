#ifndef PHIVEIL_FINDING_H_
#define PHIVEIL_FINDING_H_

// What `Find` decided, and why. Never the text itself.
//
//   for (const Finding& f : *engine->Find(note, {}))
//     Use(note.substr(f.begin, f.end - f.begin), CategoryName(f.category), f.score);

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "phiveil/category.h"

namespace phiveil {

// What more a rule says of the value, so that a policy can treat it apart.
enum class Subtype : uint8_t {
  kNone = 0,
  kYear = 1,       // DATE: a year alone
  kBirthYear = 2,  // DATE: a year alone that is a year of birth
  kBirthDate = 3,  // DATE: a full date of birth
  kWeekday = 4,    // DATE: a day of the week alone
  kTime = 5,       // DATE: a clock time alone
  // NAME: the role of the person, where the text tells it; the same at every mention of one person.
  kPatient = 6,
  kRelative = 7,  // family, friend, neighbour
  kStaff = 8,     // who treats, records, signs
  kUserName = 9,  // NAME: a name in a machine
  kToken = 10,    // OTHER_ID: text of the input that could be taken for one of our tokens
};

// "patient", "relative", "staff"; empty for what is no role. A role identifies nobody: a policy may let
// tokens show it (`show: role`), and the output formats write it beside the category.
std::string_view RoleName(Subtype subtype);

// One reason to believe, or not to. `weight` is what it added to the score; negative for a veto.
struct Reason {
  std::string what;  // "rule us.mrn.labelled", "cue 'unit no' 2 before", "veto us.safe.dose", "memory"
  float weight = 0;
};

struct Finding {
  uint32_t begin = 0;  // bytes of the input text
  uint32_t end = 0;
  Category category = Category::kOtherId;
  Subtype subtype = Subtype::kNone;
  bool stays = false;           // the policy leaves it as it is: a state, an age under 90, a year where it may stay
  bool bare = false;            // a number of JSON, or what stands there without quotes: its token is put into quotes
  float score = 0;              // 0..1; findings reach their category's threshold
  std::string rule;             // the rule that weighed most
  std::vector<Reason> reasons;  // filled when asked for
};

}  // namespace phiveil

#endif  // PHIVEIL_FINDING_H_
