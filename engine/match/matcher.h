#ifndef PHIVEIL_MATCH_MATCHER_H_
#define PHIVEIL_MATCH_MATCHER_H_

// The one place that knows Hyperscan: a pack's expressions run over a view. Those that begin at a
// token's edge, or anywhere but near a digit, are walked from there (walk.h); the rest are scanned for.
// Which way an expression goes shows in nothing but the time.
//
//   auto matcher = Matcher::Create(pack);            // shared by threads
//   auto scratch = matcher->NewScratch();            // one a thread, reused
//   matcher->Scan(view, scratch->get(), &matches);
//
// Each match is the longest at its leftmost start for its expression, with the expression's
// boundary respected at both edges; matches of one expression do not contain each other, but they
// may overlap (1-2 and 2-3 in 1-2-3). In order of begin, then expression. The time is linear in the
// view, whatever stands in it.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pack/pack_tables.h"

namespace phiveil {

struct Match {
  uint32_t expression;
  uint32_t begin;
  uint32_t end;
  bool operator==(const Match&) const = default;
};

class MatchScratch;

class Matcher {
 public:
  // FAILED_PRECONDITION when the database was compiled for another machine and cannot be compiled
  // anew from the expressions; DATA_LOSS when a table is damaged.
  static absl::StatusOr<std::unique_ptr<const Matcher>> Create(const pb::Pack& pack);
  ~Matcher();

  absl::StatusOr<std::unique_ptr<MatchScratch>> NewScratch() const;
  // Replaces `matches`. INVALID_ARGUMENT for a view of 4 GiB or more.
  absl::Status Scan(std::string_view view, MatchScratch* scratch, std::vector<Match>* matches) const;

 private:
  struct Impl;
  explicit Matcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class MatchScratch {
 public:
  ~MatchScratch();

  // Bytes read to find begins and to grow matches, since it was made: what a text costs beyond the
  // scan itself.
  uint64_t steps() const;

 private:
  friend class Matcher;
  struct Impl;
  explicit MatchScratch(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace phiveil

#endif  // PHIVEIL_MATCH_MATCHER_H_
