// Any bytes as what keys are read from: a key file, a wrapped key file, a key's URI, an AWS shared file, and the answer
// of AWS KMS, of Vault's transit engine or of a metadata service.

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "crypto/file_ops.h"
#include "crypto/key_access.h"
#include "keys/aws_credentials.h"
#include "keys/json_string.h"
#include "keys/wrapped_key_file.h"
#include "phiveil/keys.h"

namespace {

using namespace phiveil;
using namespace phiveil::keys_internal;

void Require(bool condition) {
  if (!condition) abort();
}

std::string Folder() {
  std::string name = std::filesystem::temp_directory_path() / "phiveil-fuzz-XXXXXX";
  Require(mkdtemp(name.data()) != nullptr);
  return name;
}

struct Place {
  std::string folder = Folder();
  ~Place() { std::filesystem::remove_all(folder); }
};

// What is read is written as the same bytes.
void TryWrappedKeyFile(std::string_view bytes) {
  static const Place place;
  const std::string read = place.folder + "/read", written = place.folder + "/written";
  {
    const crypto::FileDescriptor fd(open(read.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    Require(crypto::WriteAll(crypto::FileOps::System(), fd.get(), bytes, read).ok());
  }
  const auto file = WrappedKeyFile::Read(read);
  if (!file.ok()) return;
  Require(file->Write(written, true, crypto::FileOps::System()).ok());
  const crypto::FileDescriptor fd(open(written.c_str(), O_RDONLY));
  Require(*crypto::ReadAt(fd.get(), 0, bytes.size() + 1, written) == bytes);
}

void TryAnswer(std::string_view json) {
  for (const char* name : {"CiphertextBlob", "Plaintext", "KeyId", "__type", "AccessKeyId", "Token", "errors"}) {
    const auto found = JsonStringAt(json, {name});
    if (found) Require(found->view().size() <= json.size());
  }
  for (const char* name : {"ciphertext", "plaintext"}) {
    const auto found = JsonStringAt(json, {"data", name});
    if (found) Require(found->view().size() <= json.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto key = KeyAccess::Parse(input);
  if (key.ok()) Require(key->id().size() == 16 && key->Derive("purpose").size() == 32);
  TryWrappedKeyFile(input);
  TryAnswer(input);
  for (const char* section : {"default", "profile ward"}) {
    const std::string_view value = IniValue(input, section, "aws_access_key_id");
    if (!value.empty()) Require(value.data() >= input.data() && value.data() + value.size() <= input.data() + size);
  }
  const std::string uri(input);
  if (IsKeyService(uri)) MakeKeyWrapper(uri, {}).status().IgnoreError();
  KeyFileOf(uri, {}).status().IgnoreError();
  return 0;
}
