#ifndef PHIVEIL_PIPELINE_H_
#define PHIVEIL_PIPELINE_H_

// The first half of the flow: text -> validate and normalise -> tokenise -> match -> recognise ->
// resolve. Shared by the engine, by a pack's self-test and by explanations.

#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "phiveil/deidentifier.h"
#include "phiveil/rule_pack.h"
#include "recognize/recognizer.h"
#include "resolve/resolve.h"

namespace phiveil {

struct RulePack::Impl {
  std::unique_ptr<const PackTables> tables;
  std::unique_ptr<const Recognizer> recognizer;
};

// Everything one thread needs to read one document after another.
struct Workspace {
  Document doc;
  std::unique_ptr<RecognizeScratch> recognize;
  Evidence evidence;
  ResolveScratch resolve;
  std::vector<Decision> decisions;
};

class WorkspacePool {
 public:
  explicit WorkspacePool(const Recognizer* recognizer) : recognizer_(recognizer) {}

  // Returns itself to the pool. Of those that long documents made large, one is kept until the next
  // long one, and let go when none comes soon: fresh memory is about a fifth of what such a document costs.
  class Lease {
   public:
    Lease(WorkspacePool* pool, std::unique_ptr<Workspace> workspace) : pool_(pool), workspace_(std::move(workspace)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Workspace* operator->() const { return workspace_.get(); }
    Workspace& operator*() const { return *workspace_; }

   private:
    WorkspacePool* pool_;
    std::unique_ptr<Workspace> workspace_;
  };
  absl::StatusOr<Lease> Take(size_t text_size);

 private:
  const Recognizer* recognizer_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> idle_;
  std::unique_ptr<Workspace> large_;
  uint32_t small_texts_ = 0;  // taken while large_ waited
};

// Fills the workspace's evidence and decisions for `text`.
absl::Status Read(const Recognizer& recognizer, std::string_view text, const Request& request,
                  const Thresholds& thresholds, float floor, Workspace* workspace);

// Decisions as findings in bytes of the input.
std::vector<Finding> MakeFindings(const RulePack& pack, const Request& request, const Workspace& workspace);

// The candidate's reasons in words, and the id of the rule or built-in source behind it.
std::vector<Reason> DescribeReasons(const RulePack& pack, const Request& request, const Evidence& evidence,
                                    const Candidate& candidate);
std::string RuleId(const RulePack& pack, const Request& request, const Candidate& candidate);

Thresholds DefaultThresholds();

}  // namespace phiveil

#endif  // PHIVEIL_PIPELINE_H_
