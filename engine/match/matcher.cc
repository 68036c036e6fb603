#include "match/matcher.h"

#include <hs.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "match/boundary.h"
#include "match/database.h"
#include "match/dfa.h"
#include "match/extend.h"
#include "match/walk.h"
#include "match/windows.h"

namespace phiveil {
namespace {

constexpr uint32_t kMaxWidth = 256;
constexpr uint32_t kDead = std::numeric_limits<uint32_t>::max();
constexpr uint32_t kNoMatch = std::numeric_limits<uint32_t>::max();

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using DatabasePtr = std::unique_ptr<hs_database_t, FreeDatabase>;
using ScratchPtr = std::unique_ptr<hs_scratch_t, FreeScratch>;

struct Expression {
  EdgeTest edge;  // an edge that grows is where growing ends, whatever the boundary
  EdgeTest end_edge;
  Extend extend = Extend::kNone;
  uint32_t max_width = 0;
  Dfa dfa;
};

// Where one expression stands while ends come in rising order.
struct Progress {
  uint32_t last_match = kNoMatch;  // in MatchScratch::Impl::found
  uint32_t last_end = 0;
  uint32_t reach = 0;     // of the last match that grew
  uint32_t walk_end = 0;  // furthest end of the walk at hand
};

struct End {
  uint32_t expression;
  uint32_t offset;
};

struct Found {
  Match match;
  uint32_t before;  // the match of the same expression found before it
};

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(Concat("rule pack is damaged: ", what, "; compile or install it again"));
}

absl::Status Deserialize(const std::string& bytes, DatabasePtr* database, hs_error_t* error) {
  hs_database_t* made = nullptr;
  *error = hs_deserialize_database(bytes.data(), bytes.size(), &made);
  database->reset(made);
  switch (*error) {
    case HS_SUCCESS:
    case HS_DB_PLATFORM_ERROR:
    case HS_DB_VERSION_ERROR:
      return absl::OkStatus();
    case HS_NOMEM:
      return absl::ResourceExhaustedError("no memory for the pattern database");
    default:
      return Damaged("the pattern database cannot be read");
  }
}

absl::StatusOr<DatabasePtr> LoadDatabase(const pb::Pack& pack) {
  if (hs_valid_platform() != HS_SUCCESS) {
    return absl::FailedPreconditionError("Hyperscan needs a processor with SSSE3");
  }
  DatabasePtr database;
  hs_error_t error = HS_SUCCESS;
  PHIVEIL_RETURN_IF_ERROR(Deserialize(pack.hs_database(), &database, &error));
  if (error == HS_SUCCESS) return database;
  // Made for another processor or by another Hyperscan.
  absl::StatusOr<std::string> anew = CompileDatabase(pack.expressions(), Platform::kHost);
  if (anew.ok()) {
    PHIVEIL_RETURN_IF_ERROR(Deserialize(*anew, &database, &error));
    if (error == HS_SUCCESS) return database;
  }
  return absl::FailedPreconditionError(Concat("rule pack was compiled for another machine (", pack.hs_platform(),
                                              ") and cannot be compiled for this one"));
}

absl::StatusOr<Expression> LoadExpression(const pb::Expression& in) {
  Expression out;
  if (!pb::Boundary_IsValid(in.boundary())) return Damaged("an expression has an unknown boundary");
  if (in.max_width() == 0 || in.max_width() > kMaxWidth) return Damaged("an expression has no sound width");
  const std::optional<Extend> extend = ExtendByName(in.extend());
  if (!extend) return Damaged("an expression grows in an unknown way");
  if (in.trigger() >> kTriggerCount != 0) return Damaged("an expression has an unknown trigger");
  if (in.trigger_before() > in.max_width() || in.trigger_after() > in.max_width()) {
    return Damaged("an expression's trigger lies outside its matches");
  }
  PHIVEIL_ASSIGN_OR_RETURN(out.dfa, Dfa::Parse(in.reverse_dfa()));
  out.edge = EdgeTest(GrowsLeft(*extend) ? pb::BOUNDARY_NONE : in.boundary());
  out.end_edge = *extend == Extend::kNone ? out.edge : EdgeTest(pb::BOUNDARY_NONE);
  out.extend = *extend;
  out.max_width = in.max_width();
  return out;
}

// An expression that is set aside from Hyperscan must be in an automaton, or it would never be found.
absl::Status CheckWalked(const pb::Pack& pack) {
  std::vector<bool> walked(static_cast<size_t>(pack.expressions_size()), false);
  for (const pb::Walk& walk : pack.walks()) {
    for (const pb::WalkSet& set : walk.sets()) {
      for (const uint32_t expression : set.expressions()) walked[expression] = true;
    }
  }
  for (int e = 0; e < pack.expressions_size(); ++e) {
    if (pack.expressions(e).walked() != walked[static_cast<size_t>(e)]) {
      return Damaged("an expression is neither walked nor scanned for, or both");
    }
  }
  return absl::OkStatus();
}

}  // namespace

struct MatchScratch::Impl {
  ScratchPtr hyperscan;
  std::vector<Window> windows;
  std::vector<End> ends;
  std::vector<Found> found;
  std::vector<Progress> progress;
  std::vector<uint32_t> touched;  // expressions that the walk at hand found
  uint64_t steps = 0;
};

struct Matcher::Impl {
  std::vector<Expression> expressions;
  std::vector<Walk> walks;
  WindowFinder windows;
  DatabasePtr database;  // nullptr: no expressions but walked ones
  ScratchPtr prototype;

  absl::Status ScanWindows(std::string_view view, MatchScratch::Impl* scratch) const;
  void WalkAll(std::string_view view, MatchScratch::Impl* scratch) const;
  void WalkBlock(const Walk& walk, std::string_view view, size_t block, const WalkMasks& masks, size_t later_digit,
                 MatchScratch::Impl* scratch) const;
  void WalkFromEdge(const Walk& walk, std::string_view view, size_t begin, size_t digit,
                    MatchScratch::Impl* scratch) const;
  void WalkFromAnywhere(const Walk& walk, std::string_view view, size_t begin, size_t digit,
                        MatchScratch::Impl* scratch) const;
  absl::Status ScanWindow(std::string_view view, const Window& window, MatchScratch::Impl* scratch) const;
  void FindBegins(std::string_view view, MatchScratch::Impl* scratch) const;
  void Accept(std::string_view view, End end, MatchScratch::Impl* scratch) const;
};

namespace {

struct ScanContext {
  const std::vector<Expression>* expressions;
  std::string_view view;
  size_t offset;
  std::vector<End>* ends;
};

int OnMatch(unsigned id, unsigned long long, unsigned long long to, unsigned, void* opaque) {
  auto* context = static_cast<ScanContext*>(opaque);
  const size_t end = context->offset + to;
  if (id < context->expressions->size() && (*context->expressions)[id].end_edge.PermitsEnd(context->view, end)) {
    context->ends->push_back({id, static_cast<uint32_t>(end)});
  }
  return 0;
}

// Adds a match whose end is beyond those of all found before. Of one expression the matches found
// have rising begins, as none contains another, so those that the new one contains come last.
void Add(const Match& match, Progress* progress, std::vector<Found>* found) {
  uint32_t last = progress->last_match;
  while (last != kNoMatch && (*found)[last].match.begin >= match.begin) {
    (*found)[last].match.expression = kDead;
    last = (*found)[last].before;
  }
  progress->last_match = static_cast<uint32_t>(found->size());
  found->push_back({match, last});
}

}  // namespace

absl::Status Matcher::Impl::ScanWindow(std::string_view view, const Window& window, MatchScratch::Impl* scratch) const {
  ScanContext context = {&expressions, view, window.begin, &scratch->ends};
  const hs_error_t error =
      hs_scan(database.get(), view.data() + window.begin, static_cast<unsigned>(window.end - window.begin), 0,
              scratch->hyperscan.get(), OnMatch, &context);
  if (error == HS_SUCCESS) return absl::OkStatus();
  return absl::InternalError(Concat("Hyperscan stopped with error ", error));
}

void Matcher::Impl::Accept(std::string_view view, End end, MatchScratch::Impl* scratch) const {
  const Expression& expression = expressions[end.expression];
  Progress& progress = scratch->progress[end.expression];
  if (end.offset <= progress.reach || end.offset <= progress.last_end) return;
  progress.last_end = end.offset;
  const size_t floor = end.offset > expression.max_width ? end.offset - expression.max_width : 0;
  const size_t begin = expression.dfa.FurthestBegin(view, end.offset, floor, expression.edge, &scratch->steps);
  if (begin == Dfa::kNone) return;
  if (expression.extend == Extend::kNone) {
    return Add({end.expression, static_cast<uint32_t>(begin), end.offset}, &progress, &scratch->found);
  }
  const Extension grown = ExtendMatch(expression.extend, view, begin, end.offset);
  scratch->steps += grown.reach - std::min(begin, grown.begin);
  progress.reach = static_cast<uint32_t>(grown.reach);
  if (!grown.accepted) return;
  progress.last_end = std::max(progress.last_end, static_cast<uint32_t>(grown.end));
  Add({end.expression, static_cast<uint32_t>(grown.begin), static_cast<uint32_t>(grown.end)}, &progress,
      &scratch->found);
}

absl::Status Matcher::Impl::ScanWindows(std::string_view view, MatchScratch::Impl* scratch) const {
  if (database == nullptr) return absl::OkStatus();
  windows.Find(view, &scratch->windows);
  for (const Window& window : scratch->windows) PHIVEIL_RETURN_IF_ERROR(ScanWindow(view, window, scratch));
  return absl::OkStatus();
}

// The longest match of each expression from here. One that ends no later than a match found before,
// which began earlier, lies within it.
void Matcher::Impl::WalkFromEdge(const Walk& walk, std::string_view view, size_t begin, size_t digit,
                                 MatchScratch::Impl* scratch) const {
  scratch->touched.clear();
  scratch->steps += walk.From(view, begin, digit, [&](uint32_t number, size_t end) {
    const Expression& expression = expressions[number];
    if (!expression.edge.PermitsBegin(view, begin) || !expression.end_edge.PermitsEnd(view, end)) return;
    if (expression.extend != Extend::kNone) return scratch->ends.push_back({number, static_cast<uint32_t>(end)});
    Progress& progress = scratch->progress[number];
    if (progress.walk_end == 0) scratch->touched.push_back(number);
    progress.walk_end = static_cast<uint32_t>(end);
  });
  for (const uint32_t number : scratch->touched) {
    Progress& progress = scratch->progress[number];
    const uint32_t end = std::exchange(progress.walk_end, 0);
    if (end <= progress.last_end) continue;
    progress.last_end = end;
    Add({number, static_cast<uint32_t>(begin), end}, &progress, &scratch->found);
  }
}

// Ends alone: where these begin and how they grow is found as for Hyperscan's.
void Matcher::Impl::WalkFromAnywhere(const Walk& walk, std::string_view view, size_t begin, size_t digit,
                                     MatchScratch::Impl* scratch) const {
  scratch->steps += walk.From(view, begin, digit, [&](uint32_t number, size_t end) {
    if (expressions[number].end_edge.PermitsEnd(view, end)) {
      scratch->ends.push_back({number, static_cast<uint32_t>(end)});
    }
  });
}

void Matcher::Impl::WalkBlock(const Walk& walk, std::string_view view, size_t block, const WalkMasks& masks,
                              size_t later_digit, MatchScratch::Impl* scratch) const {
  uint64_t begins = walk.Begins(masks);
  while (begins != 0) {
    const int bit = std::countr_zero(begins);
    const uint64_t digits = masks.digits >> bit;
    const size_t begin = block + static_cast<size_t>(bit);
    const size_t digit = digits != 0 ? begin + static_cast<size_t>(std::countr_zero(digits)) : later_digit;
    if (digit - begin > walk.furthest_digit()) {
      const size_t from = digit - walk.furthest_digit() - block;
      if (from >= kWalkBlock) return;
      begins &= ~uint64_t{0} << from;
      continue;
    }
    begins &= begins - 1;
    if (!walk.MayBegin(view[begin], digit - begin)) continue;
    if (walk.every_byte()) {
      WalkFromAnywhere(walk, view, begin, digit, scratch);
    } else {
      WalkFromEdge(walk, view, begin, digit, scratch);
    }
  }
}

void Matcher::Impl::WalkAll(std::string_view view, MatchScratch::Impl* scratch) const {
  if (walks.empty()) return;
  WalkMasks masks = MasksOf(view, 0), digit_masks;
  size_t digit_block = 0;  // the first block after the one at hand that holds a digit
  for (size_t block = 0; block < view.size(); block += kWalkBlock) {
    if (block > 0) masks = MasksOf(view, block);
    if (digit_block <= block) {
      for (digit_block = block + kWalkBlock; digit_block < view.size(); digit_block += kWalkBlock) {
        digit_masks = MasksOf(view, digit_block);
        if (digit_masks.digits != 0) break;
      }
    }
    size_t later_digit = view.size();
    if (digit_block < view.size())
      later_digit = digit_block + static_cast<size_t>(std::countr_zero(digit_masks.digits));
    for (const Walk& walk : walks) WalkBlock(walk, view, block, masks, later_digit, scratch);
  }
}

void Matcher::Impl::FindBegins(std::string_view view, MatchScratch::Impl* scratch) const {
  const auto before = [](const End& a, const End& b) { return a.offset < b.offset; };
  // Hyperscan gives them in order but does not promise to; those of walks come from many places.
  if (!std::is_sorted(scratch->ends.begin(), scratch->ends.end(), before)) {
    std::sort(scratch->ends.begin(), scratch->ends.end(), before);
  }
  for (const End& end : scratch->ends) Accept(view, end, scratch);
}

absl::StatusOr<std::unique_ptr<const Matcher>> Matcher::Create(const pb::Pack& pack) {
  auto impl = std::make_unique<Impl>();
  size_t scanned = 0;
  for (const pb::Expression& expression : pack.expressions()) {
    PHIVEIL_ASSIGN_OR_RETURN(Expression loaded, LoadExpression(expression));
    impl->expressions.push_back(std::move(loaded));
    if (expression.walked()) continue;
    impl->windows.Add(expression.trigger(), expression.trigger_before(), expression.trigger_after());
    ++scanned;
  }
  for (const pb::Walk& walk : pack.walks()) {
    PHIVEIL_ASSIGN_OR_RETURN(Walk loaded, Walk::Load(walk, impl->expressions.size()));
    impl->walks.push_back(std::move(loaded));
  }
  PHIVEIL_RETURN_IF_ERROR(CheckWalked(pack));
  if (scanned > 0) {
    PHIVEIL_ASSIGN_OR_RETURN(impl->database, LoadDatabase(pack));
    hs_scratch_t* scratch = nullptr;
    const hs_error_t error = hs_alloc_scratch(impl->database.get(), &scratch);
    impl->prototype.reset(scratch);
    if (error == HS_NOMEM) return absl::ResourceExhaustedError("no memory to match with");
    if (error != HS_SUCCESS) return Damaged("the pattern database cannot be used");
  }
  return std::unique_ptr<const Matcher>(new Matcher(std::move(impl)));
}

Matcher::Matcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Matcher::~Matcher() = default;

absl::StatusOr<std::unique_ptr<MatchScratch>> Matcher::NewScratch() const {
  auto impl = std::make_unique<MatchScratch::Impl>();
  if (impl_->prototype != nullptr) {
    hs_scratch_t* clone = nullptr;
    if (hs_clone_scratch(impl_->prototype.get(), &clone) != HS_SUCCESS) {
      return absl::ResourceExhaustedError("no memory to match with");
    }
    impl->hyperscan.reset(clone);
  }
  return std::unique_ptr<MatchScratch>(new MatchScratch(std::move(impl)));
}

absl::Status Matcher::Scan(std::string_view view, MatchScratch* scratch, std::vector<Match>* matches) const {
  MatchScratch::Impl& work = *scratch->impl_;
  matches->clear();
  work.ends.clear();
  work.found.clear();
  if (impl_->expressions.empty() || view.empty()) return absl::OkStatus();
  if (view.size() >= kDead) return absl::InvalidArgumentError("text is larger than 4 GiB");
  work.progress.assign(impl_->expressions.size(), {});
  impl_->WalkAll(view, &work);
  PHIVEIL_RETURN_IF_ERROR(impl_->ScanWindows(view, &work));
  impl_->FindBegins(view, &work);
  for (const Found& found : work.found) {
    if (found.match.expression != kDead) matches->push_back(found.match);
  }
  const auto key = [](const Match& match) { return uint64_t{match.begin} << 32 | match.expression; };
  std::sort(matches->begin(), matches->end(), [&](const Match& a, const Match& b) { return key(a) < key(b); });
  return absl::OkStatus();
}

MatchScratch::MatchScratch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MatchScratch::~MatchScratch() = default;
uint64_t MatchScratch::steps() const { return impl_->steps; }

}  // namespace phiveil
