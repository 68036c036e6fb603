#include "transform/restore.h"

#include "base/status_macros.h"

namespace phiveil {
namespace {

bool HasBrackets(std::string_view text, const TokenMention& mention) {
  const char first = text[mention.begin];
  return first == '[' || first == '\\' || first == '&';
}

// Whether the quotes around the token came with it. Quotes behind a backslash are another string's.
bool BroughtQuotes(std::string_view text, const TokenMention& mention) {
  constexpr std::string_view kEnd = "#]\"";
  static_assert(kEnd[0] == kBareSign);
  const size_t begin = mention.begin;
  return begin > 0 && text[begin - 1] == '"' && (begin == 1 || text[begin - 2] != '\\') &&
         text.substr(mention.end - 2, kEnd.size()) == kEnd;
}

// What stands before the mention and the original in its place; returns the mention's end.
size_t AppendRestored(std::string_view text, size_t copied, const TokenMention& mention, std::string_view original,
                      std::string* out) {
  const size_t quote = mention.begin > copied && BroughtQuotes(text, mention) ? 1 : 0;
  out->append(text.substr(copied, mention.begin - quote - copied));
  out->append(original);
  return mention.end + quote;
}

}  // namespace

absl::StatusOr<Restored> RestoreText(std::string_view text, const TokenLookup& lookup) {
  Restored out;
  out.text.reserve(text.size());
  size_t copied = 0;
  for (auto mention = FindTokenMention(text, 0); mention; mention = FindTokenMention(text, mention->end)) {
    if (!mention->intact) {
      ++out.altered;
      continue;
    }
    PHIVEIL_ASSIGN_OR_RETURN(const Vault::Hit hit, lookup(mention->category, mention->code));
    switch (hit.answer) {
      case Vault::Answer::kFound:
        ++out.restored;
        copied = AppendRestored(text, copied, *mention, hit.value.ExposeOriginal(), &out.text);
        break;
      case Vault::Answer::kForeign:
        ++out.foreign;
        break;
      case Vault::Answer::kUnknown:
        if (HasBrackets(text, *mention)) ++out.unknown;
        break;
    }
  }
  out.text.append(text.substr(copied));
  return out;
}

}  // namespace phiveil
