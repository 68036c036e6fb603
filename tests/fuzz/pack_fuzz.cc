// Arbitrary bytes as a rule pack: an error or a pack that works, never undefined behaviour.
//
// The bytes are tried as a whole file, and as the body of one with a good magic and checksum, since the fuzzer
// will not guess a SHA-256. The pattern database is Hyperscan's own format with a checksum of its own; what the
// fuzzer reaches is everything around it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "match/lexicon.h"
#include "match/matcher.h"
#include "pack/pack_tables.h"

namespace {

constexpr std::string_view kText =
    "Med. Rec. No. 00482913, seen 3/4/2025 at https://x.example/a(b). Boston New York\njo@mail.example.org a.jpg\n";
constexpr int kMaxExpressions = 8;
constexpr size_t kMaxPattern = 64;  // what does not load is compiled anew, and that may take long

void Use(const phiveil::pb::Pack& pack) {
  if (const auto matcher = phiveil::Matcher::Create(pack); matcher.ok()) {
    const auto scratch = (*matcher)->NewScratch();
    std::vector<phiveil::Match> matches;
    if (scratch.ok()) (void)(*matcher)->Scan(kText, scratch->get(), &matches);
    for (const phiveil::Match& match : matches) {
      if (match.begin >= match.end || match.end > kText.size()) __builtin_trap();
    }
  }
  if (const auto lexicon = phiveil::Lexicon::Create(pack.lexicon()); lexicon.ok()) {
    phiveil::Document doc;
    std::vector<phiveil::CueHit> hits;
    if (!doc.Reset(kText).ok()) __builtin_trap();
    (*lexicon)->Mark(&doc, &hits);
    for (const phiveil::CueHit& hit : hits) {
      if (hit.first_token >= hit.end_token || hit.end_token > doc.tokens().size()) __builtin_trap();
      (void)(*lexicon)->Links(hit.phrase);
      (void)(*lexicon)->PhraseText(hit.phrase);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto tables = phiveil::ParsePack(bytes); tables.ok()) Use((*tables)->pack);

  phiveil::pb::Pack body;
  if (!body.ParseFromArray(data, static_cast<int>(size)) || body.expressions_size() > kMaxExpressions) return 0;
  for (const phiveil::pb::Expression& expression : body.expressions()) {
    if (expression.pattern().size() > kMaxPattern) return 0;
  }
  if (const auto tables = phiveil::ParsePack(phiveil::SerializePack(body)); tables.ok()) Use((*tables)->pack);
  return 0;
}
