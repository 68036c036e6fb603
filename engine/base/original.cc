#include "phiveil/original.h"

#include <cstring>
#include <utility>

#include "base/locked_slots.h"

namespace phiveil {

Original::Original(std::string_view value) : data_(base_internal::TakeSlot(value.size())), size_(value.size()) {
  if (size_ != 0) std::memcpy(data_, value.data(), size_);
}

Original::Original(Original&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Original& Original::operator=(Original&& other) noexcept {
  if (this != &other) {
    Wipe();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Original::~Original() { Wipe(); }

void Original::Wipe() {
  base_internal::GiveBack(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

}  // namespace phiveil
