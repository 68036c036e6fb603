#include "base/locked_slots.h"

#include <openssl/crypto.h>
#include <sys/mman.h>

#include <mutex>
#include <vector>

namespace phiveil::base_internal {
namespace {

constexpr size_t kSlots = 2048;
constexpr size_t kBytes = kSlots * kSlotSize;

class Slots {
 public:
  Slots() {
    void* const memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    if (mlock(memory, kBytes) != 0) {
      munmap(memory, kBytes);
      return;
    }
    madvise(memory, kBytes, MADV_DONTDUMP);
    begin_ = static_cast<char*>(memory);
    free_.reserve(kSlots);
    for (size_t i = kSlots; i-- > 0;) free_.push_back(begin_ + i * kSlotSize);
  }

  char* Take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return nullptr;
    char* const slot = free_.back();
    free_.pop_back();
    return slot;
  }

  void Give(char* slot) {
    const std::lock_guard lock(mutex_);
    free_.push_back(slot);
  }

  bool Owns(const char* memory) const { return begin_ != nullptr && memory >= begin_ && memory < begin_ + kBytes; }

 private:
  char* begin_ = nullptr;
  std::mutex mutex_;
  std::vector<char*> free_;
};

// Never destroyed: originals may outlive the end of main.
Slots& AllSlots() {
  static Slots* const slots = new Slots;
  return *slots;
}

}  // namespace

char* TakeSlot(size_t size) {
  char* const slot = size <= kSlotSize ? AllSlots().Take() : nullptr;
  return slot != nullptr ? slot : new char[size];
}

void GiveBack(char* memory, size_t size) {
  if (memory == nullptr) return;
  OPENSSL_cleanse(memory, size);
  if (AllSlots().Owns(memory)) {
    AllSlots().Give(memory);
  } else {
    delete[] memory;
  }
}

bool IsLocked(const char* memory) { return AllSlots().Owns(memory); }

}  // namespace phiveil::base_internal
