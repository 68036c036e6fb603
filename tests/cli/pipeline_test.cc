#include "cli/pipeline.h"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace phiveil::cli {
namespace {

struct Watch {
  std::mutex mutex;
  std::vector<size_t> written;
  std::set<std::thread::id> writers;
  size_t under_way = 0, most_under_way = 0, bytes_under_way = 0, most_bytes = 0;
};

// Groups are told apart by `records`.
PipelineStages Stages(size_t groups, size_t bytes, Watch* watch) {
  PipelineStages stages;
  stages.read = [next = size_t{0}, groups, bytes, watch](Group* group) mutable {
    if (next == groups) return false;
    group->records = next++;
    group->bytes = bytes;
    const std::lock_guard lock(watch->mutex);
    watch->most_under_way = std::max(watch->most_under_way, ++watch->under_way);
    watch->bytes_under_way += bytes;
    watch->most_bytes = std::max(watch->most_bytes, watch->bytes_under_way);
    return true;
  };
  stages.process = [](Group* group) {
    std::mt19937 random(static_cast<unsigned>(group->records));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 900));
  };
  stages.write = [watch, bytes](Group* group) {
    const std::lock_guard lock(watch->mutex);
    watch->written.push_back(group->records);
    watch->writers.insert(std::this_thread::get_id());
    --watch->under_way;
    watch->bytes_under_way -= bytes;
    return absl::OkStatus();
  };
  return stages;
}

std::vector<size_t> UpTo(size_t count) {
  std::vector<size_t> numbers(count);
  for (size_t i = 0; i < count; ++i) numbers[i] = i;
  return numbers;
}

TEST(Pipeline, WritesInTheOrderOfReadingAtAnyThreadCount) {
  for (const int threads : {1, 2, 3, 8}) {
    Watch watch;
    EXPECT_TRUE(RunPipeline({.threads = threads}, Stages(300, 1, &watch)).ok());
    EXPECT_EQ(watch.written, UpTo(300));
    EXPECT_EQ(watch.writers, std::set<std::thread::id>{std::this_thread::get_id()});
  }
}

TEST(Pipeline, NothingToReadIsNothingToDo) {
  Watch watch;
  EXPECT_TRUE(RunPipeline({.threads = 4}, Stages(0, 1, &watch)).ok());
  EXPECT_TRUE(watch.written.empty());
}

TEST(Pipeline, WhatIsUnderWayIsBounded) {
  Watch groups, bytes, large;
  // One more than the limit: the reader holds a finished group while it waits for room.
  EXPECT_TRUE(RunPipeline({.threads = 3, .max_groups = 5}, Stages(200, 1, &groups)).ok());
  EXPECT_LE(groups.most_under_way, 6u);
  EXPECT_TRUE(RunPipeline({.threads = 3, .max_groups = 100, .max_bytes = 1000}, Stages(200, 300, &bytes)).ok());
  EXPECT_LE(bytes.most_bytes, 1300u);
  EXPECT_TRUE(RunPipeline({.threads = 3, .max_groups = 100, .max_bytes = 1000}, Stages(50, 5000, &large)).ok());
  EXPECT_LE(large.most_under_way, 2u);
  EXPECT_EQ(large.written, UpTo(50));
}

TEST(Pipeline, AFailedWriteEndsTheRun) {
  Watch watch;
  PipelineStages stages = Stages(1000, 1, &watch);
  bool cancelled = false;
  stages.cancel = [&] { cancelled = true; };
  stages.write = [&, inner = stages.write](Group* group) {
    if (group->records == 7) return absl::ResourceExhaustedError("full");
    return inner(group);
  };
  EXPECT_TRUE(absl::IsResourceExhausted(RunPipeline({.threads = 4}, stages)));
  EXPECT_EQ(watch.written, UpTo(7));
  EXPECT_TRUE(cancelled);
}

TEST(Pipeline, AFailedGroupIsNotWrittenNorAnyAfterIt) {
  Watch watch;
  PipelineStages stages = Stages(1000, 1, &watch);
  stages.process = [](Group* group) {
    if (group->records == 20) group->status = absl::UnavailableError("vault");
  };
  EXPECT_TRUE(absl::IsUnavailable(RunPipeline({.threads = 4}, stages)));
  EXPECT_EQ(watch.written, UpTo(20));
}

}  // namespace
}  // namespace phiveil::cli
