#ifndef PHIVEIL_CLI_PIPELINE_H_
#define PHIVEIL_CLI_PIPELINE_H_

// Reader thread -> worker threads -> the caller, who writes in the order of reading.
//
// What is under way is bounded in groups and in bytes, so memory does not grow with the input. A
// group larger than the bound passes alone.

#include <cstddef>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "cli/group.h"

namespace phiveil::cli {

struct PipelineStages {
  std::function<bool(Group*)> read;           // false at the end; one thread
  std::function<void(Group*)> process;        // many threads
  std::function<absl::Status(Group*)> write;  // the calling thread, in order
  std::function<void()> tick;                 // the calling thread, a few times a second
  std::function<void()> cancel;               // the run ends early: wakes a read that waits
};

struct PipelineLimits {
  int threads = 1;
  size_t max_groups = 0;  // 0: twice the threads and two
  size_t max_bytes = size_t{64} << 20;
};

// Runs until the input ends, a group failed or `write` did. Groups before the failed one have been
// written; nothing after it is.
absl::Status RunPipeline(const PipelineLimits& limits, const PipelineStages& stages);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_PIPELINE_H_
