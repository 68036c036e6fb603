#ifndef PHIVEIL_KEYS_SECRET_TEXT_H_
#define PHIVEIL_KEYS_SECRET_TEXT_H_

// Text that must not linger: what carries a key, a token or a password on its way. The bytes never
// move, because a buffer that grows leaves a copy behind, and are wiped at the end.

#include <cstddef>
#include <memory>
#include <string_view>

namespace phiveil::keys_internal {

class SecretText {
 public:
  SecretText() = default;
  // Room for `capacity` bytes, none in use.
  explicit SecretText(size_t capacity);
  static SecretText CopyOf(std::string_view text);

  SecretText(SecretText&& other) noexcept;
  SecretText& operator=(SecretText&& other) noexcept;
  ~SecretText() { Wipe(); }

  // False, and nothing is appended, when there is no room.
  [[nodiscard]] bool Append(std::string_view text);

  std::string_view view() const { return {data_.get(), size_}; }
  size_t size() const { return size_; }
  size_t room() const { return capacity_ - size_; }
  bool empty() const { return size_ == 0; }

 private:
  void Wipe();

  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// Base 64 as of RFC 4648, section 4, with padding. False when there is no room, or, decoding, for
// anything but the one spelling of the bytes.
[[nodiscard]] bool EncodeBase64(std::string_view bytes, SecretText* out);
[[nodiscard]] bool DecodeBase64(std::string_view text, SecretText* out);
constexpr size_t Base64Size(size_t bytes) { return (bytes + 2) / 3 * 4; }

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_SECRET_TEXT_H_
