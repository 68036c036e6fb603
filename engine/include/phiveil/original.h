#ifndef PHIVEIL_ORIGINAL_H_
#define PHIVEIL_ORIGINAL_H_

// The only thing outside the input and the restored text that ever holds an identifier in clear.
//
//   Original value = ...;                      // from the vault
//   out.append(value.ExposeOriginal());        // the one way out: grep for it in a review
//
// Values up to 128 bytes lie in locked memory, which is neither swapped nor dumped, as far as the
// process may lock it (256 KiB). The bytes are wiped (OPENSSL_cleanse) when the object dies, is moved from or is
// assigned to. It cannot be copied, printed, compared or hashed by accident.

#include <cstddef>
#include <string_view>

namespace phiveil {

class Original {
 public:
  Original() = default;
  explicit Original(std::string_view value);
  Original(Original&& other) noexcept;
  Original& operator=(Original&& other) noexcept;
  Original(const Original&) = delete;
  Original& operator=(const Original&) = delete;
  ~Original();

  // The value itself. Keep the view no longer than this object.
  std::string_view ExposeOriginal() const { return {data_, size_}; }

  size_t size() const { return size_; }

 private:
  void Wipe();

  char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_ORIGINAL_H_
