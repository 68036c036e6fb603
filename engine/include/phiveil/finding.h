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
  kPatient = 6,    // NAME: roles, where known
  kRelative = 7,
  kStaff = 8,
  kUserName = 9,
  kToken = 10,  // OTHER_ID: text of the input that could be taken for one of our tokens
};

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
  float score = 0;              // 0..1; findings reach their category's threshold
  std::string rule;             // the rule that weighed most
  std::vector<Reason> reasons;  // filled when asked for
};

}  // namespace phiveil

#endif  // PHIVEIL_FINDING_H_
