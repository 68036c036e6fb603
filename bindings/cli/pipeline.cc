#include "cli/pipeline.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace phiveil::cli {
namespace {

constexpr std::chrono::milliseconds kTick(200);

class Pipeline {
 public:
  Pipeline(const PipelineLimits& limits, const PipelineStages& stages)
      : limits_(limits),
        stages_(stages),
        max_groups_(limits.max_groups > 0 ? limits.max_groups : 2 * static_cast<size_t>(limits.threads) + 2) {}

  absl::Status Run() {
    std::vector<std::thread> threads;
    threads.emplace_back([this] { Read(); });
    for (int i = 0; i < limits_.threads; ++i) threads.emplace_back([this] { Work(); });
    absl::Status status = Write();
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    if (!status.ok() && stages_.cancel) stages_.cancel();
    for (std::thread& thread : threads) thread.join();
    return status;
  }

 private:
  struct Numbered {
    uint64_t number = 0;
    std::unique_ptr<Group> group;
  };

  void Read() {
    for (uint64_t number = 0;; ++number) {
      auto group = std::make_unique<Group>();
      const bool more = stages_.read(group.get());
      std::unique_lock lock(mutex_);
      const size_t bytes = group->bytes;
      if (more) changed_.wait(lock, [&] { return stopping_ || HasRoom(bytes); });
      if (!more || stopping_) {
        read_ = number;
        all_read_ = true;
        changed_.notify_all();
        return;
      }
      ++groups_;
      bytes_ += bytes;
      todo_.push_back({number, std::move(group)});
      changed_.notify_all();
    }
  }

  bool HasRoom(size_t bytes) const {
    return groups_ == 0 || (groups_ < max_groups_ && bytes_ + bytes <= limits_.max_bytes);
  }

  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || !todo_.empty() || all_read_; });
      if (stopping_ || todo_.empty()) return;
      Numbered next = std::move(todo_.front());
      todo_.pop_front();
      lock.unlock();
      stages_.process(next.group.get());
      lock.lock();
      done_.emplace(next.number, std::move(next.group));
      changed_.notify_all();
    }
  }

  absl::Status Write() {
    for (uint64_t number = 0;; ++number) {
      std::unique_ptr<Group> group;
      {
        std::unique_lock lock(mutex_);
        while (!Arrived(number) && !(all_read_ && number == read_)) {
          if (changed_.wait_for(lock, kTick) == std::cv_status::timeout) Tick(&lock);
        }
        if (!Arrived(number)) return absl::OkStatus();
        group = std::move(done_.begin()->second);
        done_.erase(done_.begin());
      }
      const size_t bytes = group->bytes;
      if (!group->status.ok()) return group->status;
      if (absl::Status status = stages_.write(group.get()); !status.ok()) return status;
      group.reset();
      if (std::chrono::steady_clock::now() >= next_tick_) Tick(nullptr);
      {
        const std::lock_guard lock(mutex_);
        --groups_;
        bytes_ -= bytes;
      }
      changed_.notify_all();
    }
  }

  bool Arrived(uint64_t number) const { return !done_.empty() && done_.begin()->first == number; }

  void Tick(std::unique_lock<std::mutex>* lock) {
    next_tick_ = std::chrono::steady_clock::now() + kTick;
    if (!stages_.tick) return;
    if (lock != nullptr) lock->unlock();
    stages_.tick();
    if (lock != nullptr) lock->lock();
  }

  const PipelineLimits& limits_;
  const PipelineStages& stages_;
  const size_t max_groups_;
  std::chrono::steady_clock::time_point next_tick_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Numbered> todo_;
  std::map<uint64_t, std::unique_ptr<Group>> done_;
  size_t groups_ = 0, bytes_ = 0;  // under way
  uint64_t read_ = 0;
  bool all_read_ = false, stopping_ = false;
};

}  // namespace

absl::Status RunPipeline(const PipelineLimits& limits, const PipelineStages& stages) {
  return Pipeline(limits, stages).Run();
}

}  // namespace phiveil::cli
