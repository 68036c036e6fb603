// Any bytes as vault records, and genuine records with any change made to them: nothing opens but
// what was sealed, and nothing reads out of bounds.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "change.h"
#include "crypto/key_access.h"
#include "vault/record.h"
#include "vault/sealer.h"

namespace phiveil::vault_internal {
namespace {

void Require(bool condition) {
  if (!condition) abort();
}

// One vault with one value, made anew in each process: the properties hold for any.
struct Genuine {
  KeyEncryptionKey key = *KeyAccess::Parse("phiveil-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9zgHjb");
  std::string meta, subject, value, counters, head, alias, name;
  Sealer sealer = *Sealer::MakeNew(key, 0, &meta);
  Subject owner;

  Genuine() {
    owner.tag = *sealer.SubjectTag({}, "subject");
    Require(sealer.NewSubject(&owner, &subject).ok());
    Require(sealer.SealValue(owner, Category::kName, "7QK2F", "Ana Ruiz", &value).ok());
    Require(sealer.SealName(owner, "", "subject", &name).ok());
    alias = *sealer.SealAlias({Category::kName, TokenCode::Make(Category::kName, "AAAA"),
                               TokenCode::Make(Category::kName, "BBBB"), owner.tag});
    counters = *sealer.SealCounters(0, {1, 2, 3, 4});
    head = *sealer.SealHead(1);
  }
};

// What parses is written back as the same bytes; of a meta record in a later format only the fields that are
// promised to stay are read.
void Parse(std::string_view bytes) {
  const auto meta = DecodeMeta(bytes);
  if (meta && meta->format >= kOldestFormat && meta->format <= kVaultFormat) Require(EncodeMeta(*meta) == bytes);
  if (const auto r = DecodeCounters(bytes)) Require(EncodeCounters(*r) == bytes);
  if (const auto r = DecodeSubject(bytes)) Require(EncodeSubject(*r) == bytes);
  if (const auto r = DecodeValue(bytes)) {
    Require(EncodeValuePrefix(r->subject, r->category).append(r->sealed) == bytes);
  }
  if (const auto r = DecodeHead(bytes)) Require(EncodeHead(*r) == bytes);
  KeyAccess::Parse(bytes).status().IgnoreError();
}

void OpenAll(const Genuine& g, std::string_view bytes) {
  Subject opened;
  std::string tenant, name;
  opened.tag = g.owner.tag;
  if (Sealer::FromMeta(g.key, bytes).ok()) Require(bytes == g.meta);
  if (g.sealer.OpenSubject(bytes, &opened).ok()) Require(bytes == g.subject);
  if (g.sealer.OpenCounters(0, bytes).ok()) Require(bytes == g.counters);
  if (g.sealer.OpenHead(bytes).ok()) Require(bytes == g.head);
  if (g.sealer.OpenName(g.owner, bytes, &tenant, &name).ok()) Require(bytes == g.name);
  if (g.sealer.OpenAlias("AAAA", bytes).ok()) Require(bytes == g.alias);
  if (const auto record = DecodeValue(bytes)) {
    const auto value = g.sealer.OpenValue(g.owner, *record, "7QK2F");
    if (value.ok()) Require(bytes == g.value && value->ExposeOriginal() == "Ana Ruiz");
  }
}

}  // namespace
}  // namespace phiveil::vault_internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace vi = phiveil::vault_internal;
  static const auto* const genuine = new vi::Genuine;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  vi::Parse(input);
  vi::OpenAll(*genuine, input);
  for (const std::string* record : {&genuine->meta, &genuine->subject, &genuine->value, &genuine->counters,
                                    &genuine->head, &genuine->alias, &genuine->name}) {
    const std::string changed = phiveil::Change(*record, input);
    vi::Parse(changed);
    vi::OpenAll(*genuine, changed);
  }
  return 0;
}
