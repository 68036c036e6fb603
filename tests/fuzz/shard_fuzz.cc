// Any bytes as a shard's file, and a genuine shard with any change made to it: only the genuine one is opened.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/file_ops.h"
#include "crypto/key_access.h"
#include "vault/open_vault.h"

namespace phiveil::vault_internal {
namespace {

void Require(bool condition) {
  if (!condition) abort();
}

class Place {
 public:
  Place() {
    std::string name = std::filesystem::temp_directory_path() / "phiveil-fuzz-XXXXXX";
    Require(mkdtemp(name.data()) != nullptr);
    path_ = name + "/shard";
    const auto vault = OpenVault({.path = "shard:" + path_, .key = &key_});
    Require(vault.ok());
    std::vector<TokenCode> codes;
    for (const char* subject : {"ana", "ben"}) {
      const Vault::Value values[] = {{Category::kName, "Ana Ruiz"}, {Category::kMrn, "00482913"}};
      const auto ticket = (*vault)->Assign(subject, values, &codes);
      Require(ticket.ok() && (*vault)->Commit(*ticket).ok());
    }
  }
  ~Place() { std::filesystem::remove_all(std::filesystem::path(path_).parent_path()); }

  // Closed by now.
  std::string Genuine() const {
    const crypto::FileDescriptor fd(open(path_.c_str(), O_RDONLY));
    return *crypto::ReadAt(fd.get(), 0, 1 << 20, path_);
  }

  bool Opens(std::string_view bytes) {
    const std::string tried = path_ + ".tried";
    {
      const crypto::FileDescriptor fd(open(tried.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
      Require(crypto::WriteAll(crypto::FileOps::System(), fd.get(), bytes, tried).ok());
    }
    const auto opened = OpenStore({.path = "shard:" + tried, .key = &key_}, Access::kRead, {});
    if (!opened.ok()) return false;
    const auto snapshot = opened->store->Snapshot();
    Require(snapshot.ok() && (*snapshot)->ForEach("", [](auto, auto) { return absl::OkStatus(); }).ok());
    return true;
  }

 private:
  KeyEncryptionKey key_ = *KeyAccess::Parse("phiveil-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9zgHjb");
  std::string path_;
};

// Triples of an offset and a mask; what is left of the input cuts the file or is appended to it.
std::string Patched(std::string file, std::string_view patch) {
  for (; patch.size() >= 3; patch.remove_prefix(3)) {
    const size_t at = (static_cast<unsigned char>(patch[0]) << 8 | static_cast<unsigned char>(patch[1])) % file.size();
    file[at] = static_cast<char>(file[at] ^ patch[2]);
  }
  if (patch.size() == 2) file.resize(file.size() - static_cast<unsigned char>(patch[0]) % file.size());
  return patch.size() == 1 ? file.append(patch) : file;
}

}  // namespace
}  // namespace phiveil::vault_internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace vi = phiveil::vault_internal;
  static vi::Place place;
  static const std::string genuine = place.Genuine();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  vi::Require(place.Opens(genuine));
  if (input != genuine) vi::Require(!place.Opens(input));
  const std::string changed = vi::Patched(genuine, input);
  if (changed != genuine) vi::Require(!place.Opens(changed));
  return 0;
}
