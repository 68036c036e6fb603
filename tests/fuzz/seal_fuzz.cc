// Any text as one that holds seals, and a genuine seal with any change made to it: none opens but the genuine one.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "transform/seal.h"

namespace {

using namespace phiveil;

void Require(bool condition) {
  if (!condition) abort();
}

struct Genuine {
  SubjectSealer sealer = *SubjectSealer::From(std::string(32, 's'), TokenCode::Make(Category::kOtherId, "7QK2F9ABCDE"));
  std::string seal = *sealer.Seal(Category::kName, "Ana Ruiz", false);
  std::string bytes = FindSealMention(seal, 0)->sealed;

  void Try(std::string_view text) const {
    size_t from = 0;
    for (auto found = FindSealMention(text, 0); found; found = FindSealMention(text, from)) {
      Require(found->begin >= from && found->begin < found->end && found->end <= text.size());
      from = found->end;
      const auto hit = sealer.Open(*found);
      Require(hit.ok());
      const bool genuine = found->category == Category::kName && found->sealed == bytes;
      Require((hit->answer == Vault::Answer::kFound) == genuine);
      if (genuine) Require(hit->value.ExposeOriginal() == "Ana Ruiz");
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const genuine = new Genuine;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  genuine->Try(input);
  std::string changed = genuine->seal;
  std::string_view patch = input;
  for (; patch.size() >= 2; patch.remove_prefix(2)) {
    const size_t at = static_cast<unsigned char>(patch[0]) % changed.size();
    changed[at] = static_cast<char>(changed[at] ^ patch[1]);
  }
  genuine->Try(changed);
  return 0;
}
