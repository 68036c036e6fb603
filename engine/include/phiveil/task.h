#ifndef PHIVEIL_TASK_H_
#define PHIVEIL_TASK_H_

// The minimum a task needs (45 CFR 164.502(b), 164.514(d): minimum necessary; GDPR Art. 5(1)(c)).
//
//   TaskProfile task = …;                       // rules/tasks/summarise.yaml
//   Deidentifier::Create({.pack = pack, .policy = policy, .task = &task, …});
//
// A task takes away from a policy and never adds to it:
// - A category that the task does not name in `may_stay` neither stays nor shows anything of itself,
//   whatever the policy keeps: in its place stands a token, without a vault a tag.
// - A section of a note passes only when the task names it. What stands under a heading nobody named,
//   or before the first heading, is unknown and is left out too, unless `pass_unknown`.
// - In a JSON object only the fields of the top level that the task names pass; null stands for the
//   others. In an HL7 v2 message only the segments (`DG1`) and fields (`OBX-5`) that it names, and MSH.
// In the place of what is left out stands `[section left out]`.
//
// A heading is a line of its own, or the words before a colon at a line's begin, of at most eight words.
// On a line of its own any such words end the section before, when they end with a colon, stand in capitals
// or in a Markdown heading. Before further text they do so when the task names them, or when they stand in
// four capitals or more; "BP: 120/80" belongs to its section.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "phiveil/category.h"

namespace phiveil {

struct TaskProfile {
  std::string name;
  std::string version;
  std::string about;    // for people
  std::string purpose;  // written into the audit log where the caller gives none
  std::array<bool, kCategoryCount> may_stay{};
  std::vector<std::string> sections;  // that pass; small letters
  std::vector<std::string> left_out;  // known not to; small letters
  std::vector<std::string> fields;    // of records; as written in them
  bool pass_unknown = false;
};

// A stretch of a text in bytes.
struct TextStretch {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// What of `text` the task leaves out, in order, not overlapping.
std::vector<TextStretch> LeftOut(std::string_view text, const TaskProfile& task);

}  // namespace phiveil

#endif  // PHIVEIL_TASK_H_
