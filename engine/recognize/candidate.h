#ifndef PHIVEIL_RECOGNIZE_CANDIDATE_H_
#define PHIVEIL_RECOGNIZE_CANDIDATE_H_

// Evidence gathered about a stretch of the view, before anything is decided.

#include <cstdint>
#include <vector>

#include "phiveil/category.h"
#include "phiveil/finding.h"

namespace phiveil {

enum class Source : uint8_t { kPattern, kForm, kKnown, kMemory, kOutside, kModel, kField };

// One reason, in numbers; turned into words only when somebody asks.
struct Contribution {
  enum class Kind : uint8_t { kRule, kCue, kVeto, kMemory, kKnown, kOutside, kRefused, kModel, kField };
  Kind kind;
  uint16_t distance = 0;  // kCue: words between, plus one; kField: the HL7 field, plus one
  uint32_t ref = 0;       // rule, phrase, index of the outside span, number of the validator, name of the field
  float weight = 0;
};

struct Candidate {
  uint32_t begin = 0;  // view bytes
  uint32_t end = 0;
  uint32_t first_token = 0;
  uint32_t end_token = 0;
  Category category = Category::kSafe;
  Subtype subtype = Subtype::kNone;
  Source source = Source::kPattern;
  bool labelled = false;  // a cue, or the form itself, names what stands here
  uint32_t rule = 0;      // kPattern, kForm, kField; else 0
  float score = 0;
  uint32_t first_reason = 0;  // in Evidence::reasons
  uint32_t reason_count = 0;
};

struct Veto {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t rule = 0;
  float weight = 0;
  bool of_field = false;  // a field's own word: it also lowers what has a label
};

// All that was gathered about one document. Reused from document to document.
struct Evidence {
  std::vector<Candidate> candidates;
  std::vector<Veto> vetoes;
  std::vector<Contribution> reasons;

  // Reasons of one candidate lie side by side: those of an older one move to the end to take one more.
  void AddReason(Candidate* candidate, Contribution reason) {
    if (candidate->first_reason + candidate->reason_count != reasons.size()) {
      const auto at = static_cast<uint32_t>(reasons.size());
      reasons.reserve(at + candidate->reason_count + 1);
      for (uint32_t r = 0; r < candidate->reason_count; ++r) reasons.push_back(reasons[candidate->first_reason + r]);
      candidate->first_reason = at;
    }
    reasons.push_back(reason);
    ++candidate->reason_count;
  }

  void Clear() {
    candidates.clear();
    vetoes.clear();
    reasons.clear();
  }
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_CANDIDATE_H_
