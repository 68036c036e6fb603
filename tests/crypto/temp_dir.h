#ifndef PHIVEIL_TESTS_CRYPTO_TEMP_DIR_H_
#define PHIVEIL_TESTS_CRYPTO_TEMP_DIR_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace phiveil {

// A directory of one test's own, gone with it. In memory where there is plenty of it: these tests
// sync thousands of times.
class TempDir {
 public:
  TempDir() {
    std::error_code error;
    const auto memory = std::filesystem::space("/dev/shm", error);
    const bool roomy = !error && memory.available > (1u << 30);
    std::string name =
        (roomy ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) / "phiveil-test-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_CRYPTO_TEMP_DIR_H_
