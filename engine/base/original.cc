#include "phiveil/original.h"

#include <openssl/crypto.h>

#include <cstring>
#include <utility>

namespace phiveil {

Original::Original(std::string_view value) : data_(new char[value.size()]), size_(value.size()) {
  if (size_ != 0) std::memcpy(data_.get(), value.data(), size_);
}

Original::Original(Original&& other) noexcept : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

Original& Original::operator=(Original&& other) noexcept {
  if (this != &other) {
    Wipe();
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Original::~Original() { Wipe(); }

void Original::Wipe() {
  if (data_ != nullptr) OPENSSL_cleanse(data_.get(), size_);
  data_.reset();
  size_ = 0;
}

}  // namespace phiveil
