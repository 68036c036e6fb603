#include "match/matcher.h"

#include <hs.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "match/boundary.h"
#include "match/database.h"
#include "match/dfa.h"
#include "match/extend.h"
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
  uint32_t reach = 0;  // of the last match that grew
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

}  // namespace

struct MatchScratch::Impl {
  ScratchPtr hyperscan;
  std::vector<Window> windows;
  std::vector<End> ends;
  std::vector<Found> found;
  std::vector<Progress> progress;
  uint64_t steps = 0;
};

struct Matcher::Impl {
  std::vector<Expression> expressions;
  WindowFinder windows;
  DatabasePtr database;  // nullptr: no expressions
  ScratchPtr prototype;

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

void Matcher::Impl::FindBegins(std::string_view view, MatchScratch::Impl* scratch) const {
  const auto before = [](const End& a, const End& b) { return a.offset < b.offset; };
  // Hyperscan gives them in order but does not promise to.
  if (!std::is_sorted(scratch->ends.begin(), scratch->ends.end(), before)) {
    std::sort(scratch->ends.begin(), scratch->ends.end(), before);
  }
  scratch->progress.assign(expressions.size(), {});
  for (const End& end : scratch->ends) Accept(view, end, scratch);
}

absl::StatusOr<std::unique_ptr<const Matcher>> Matcher::Create(const pb::Pack& pack) {
  auto impl = std::make_unique<Impl>();
  for (const pb::Expression& expression : pack.expressions()) {
    PHIVEIL_ASSIGN_OR_RETURN(Expression loaded, LoadExpression(expression));
    impl->expressions.push_back(std::move(loaded));
    impl->windows.Add(expression.trigger(), expression.trigger_before(), expression.trigger_after());
  }
  if (!impl->expressions.empty()) {
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
  if (impl_->database == nullptr) return absl::OkStatus();
  if (view.size() >= kDead) return absl::InvalidArgumentError("text is larger than 4 GiB");
  impl_->windows.Find(view, &work.windows);
  for (const Window& window : work.windows) PHIVEIL_RETURN_IF_ERROR(impl_->ScanWindow(view, window, &work));
  impl_->FindBegins(view, &work);
  for (const Found& found : work.found) {
    if (found.match.expression != kDead) matches->push_back(found.match);
  }
  std::sort(matches->begin(), matches->end(), [](const Match& a, const Match& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.expression < b.expression;
  });
  return absl::OkStatus();
}

MatchScratch::MatchScratch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MatchScratch::~MatchScratch() = default;
uint64_t MatchScratch::steps() const { return impl_->steps; }

}  // namespace phiveil
