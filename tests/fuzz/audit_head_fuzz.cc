// Any bytes as the audit log's head, and a genuine head with any change made to it: only the genuine one is believed.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "audit/audit_head.h"
#include "crypto/key_access.h"

namespace {

using namespace phiveil;

void Require(bool condition) {
  if (!condition) abort();
}

struct Genuine {
  KeyEncryptionKey key = *KeyAccess::Parse("phiveil-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9zgHjb");
  audit_internal::AuditKeys keys = *audit_internal::AuditKeys::From(key);
  std::string bytes;

  Genuine() {
    audit_internal::AuditHead head;
    head.end.seq = 7;
    head.size = 1234;
    head.segment = 2;
    bytes = *audit_internal::EncodeHead(head, keys);
  }

  void Try(std::string_view head) const {
    const auto read = audit_internal::DecodeHead(head, &keys);
    Require(read.ok() == (head == bytes));
    if (read.ok()) Require(read->end.seq == 7 && read->size == 1234 && read->segment == 2);
    // The signature covers all but itself and the MAC; format 1 has none.
    const auto by_public_key = audit_internal::DecodeHead(head, nullptr, keys.public_key);
    if (by_public_key.ok() && !by_public_key->public_key.empty()) {
      Require(by_public_key->end.seq == 7 && by_public_key->size == 1234 && by_public_key->segment == 2);
    }
    audit_internal::DecodeHead(head, nullptr).status().IgnoreError();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const genuine = new Genuine;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  genuine->Try(input);
  std::string changed = genuine->bytes;
  std::string_view patch = input;
  for (; patch.size() >= 3; patch.remove_prefix(3)) {
    const size_t at =
        (static_cast<unsigned char>(patch[0]) << 8 | static_cast<unsigned char>(patch[1])) % changed.size();
    changed[at] = static_cast<char>(changed[at] ^ patch[2]);
  }
  genuine->Try(changed.append(patch));
  return 0;
}
