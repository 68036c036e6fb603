#include "transform/restore.h"

#include "base/status_macros.h"

namespace phiveil {
namespace {

bool HasBrackets(std::string_view text, const TokenMention& mention) {
  const char first = text[mention.begin];
  return first == '[' || first == '\\' || first == '&';
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
        out.text.append(text.substr(copied, mention->begin - copied));
        out.text.append(hit.value.ExposeOriginal());
        copied = mention->end;
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
