#include "keys/secret_text.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "crypto/crypto.h"

namespace phiveil::keys_internal {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> DigitValues() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (size_t i = 0; i < kDigits.size(); ++i) values[static_cast<unsigned char>(kDigits[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kValues = DigitValues();

uint32_t Byte(std::string_view bytes, size_t i) {
  return i < bytes.size() ? static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) : 0;
}

}  // namespace

SecretText::SecretText(size_t capacity) : data_(new char[capacity]), capacity_(capacity) {}

SecretText SecretText::CopyOf(std::string_view text) {
  SecretText copy(text.size());
  if (!text.empty()) std::memcpy(copy.data_.get(), text.data(), text.size());
  copy.size_ = text.size();
  return copy;
}

SecretText::SecretText(SecretText&& other) noexcept
    : data_(std::move(other.data_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

SecretText& SecretText::operator=(SecretText&& other) noexcept {
  if (this != &other) {
    Wipe();
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

void SecretText::Wipe() {
  if (data_) crypto::Wipe(data_.get(), capacity_);
}

bool SecretText::Append(std::string_view text) {
  if (text.size() > room()) return false;
  if (!text.empty()) std::memcpy(data_.get() + size_, text.data(), text.size());
  size_ += text.size();
  return true;
}

bool EncodeBase64(std::string_view bytes, SecretText* out) {
  if (out->room() < Base64Size(bytes.size())) return false;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t bits = Byte(bytes, i) << 16 | Byte(bytes, i + 1) << 8 | Byte(bytes, i + 2);
    char group[4];
    for (size_t k = 0; k < 4; ++k) group[k] = i + k > bytes.size() ? '=' : kDigits[bits >> (18 - 6 * k) & 63];
    if (!out->Append({group, 4})) return false;
  }
  return true;
}

bool DecodeBase64(std::string_view text, SecretText* out) {
  if (text.size() % 4 != 0) return false;
  for (size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const size_t padding = !last ? 0 : text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
    uint32_t bits = 0;
    for (size_t k = 0; k < 4; ++k) {
      const int digit = k >= 4 - padding ? 0 : kValues[static_cast<unsigned char>(text[i + k])];
      if (digit < 0) return false;
      bits = bits << 6 | static_cast<uint32_t>(digit);
    }
    const char group[3] = {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8), static_cast<char>(bits)};
    for (size_t k = 3 - padding; k < 3; ++k) {
      if (group[k] != 0) return false;  // bits that stand for nothing
    }
    if (!out->Append({group, 3 - padding})) return false;
  }
  return true;
}

}  // namespace phiveil::keys_internal
