#include "transform/restore.h"

#include <algorithm>

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

// Between `copied` and `end`, with the surrogates there taken back.
void AppendGap(std::string_view text, size_t copied, size_t end, const std::vector<BackEdit>& surrogates, size_t* next,
               Restored* out) {
  for (; *next < surrogates.size() && surrogates[*next].begin < end; ++*next) {
    const BackEdit& edit = surrogates[*next];
    if (edit.begin < copied || edit.end > end) continue;
    out->text.append(text.substr(copied, edit.begin - copied)).append(edit.original);
    copied = edit.end;
    ++out->restored;
  }
  out->text.append(text.substr(copied, end - copied));
}

struct Mention {
  size_t begin, end;  // what goes when it is restored
  bool brackets;
  absl::StatusOr<Vault::Hit> hit;
};

absl::StatusOr<std::vector<Mention>> FindMentions(std::string_view text, const TokenLookup& lookup,
                                                  const RestoreParts& parts, uint32_t* altered) {
  std::vector<Mention> mentions;
  for (auto token = FindTokenMention(text, 0); token; token = FindTokenMention(text, token->end)) {
    if (!token->intact) {
      ++*altered;
      continue;
    }
    const size_t quote = token->begin > 0 && BroughtQuotes(text, *token) ? 1 : 0;
    mentions.push_back(
        {token->begin - quote, token->end + quote, HasBrackets(text, *token), lookup(token->category, token->code)});
    PHIVEIL_RETURN_IF_ERROR(mentions.back().hit.status());
  }
  if (!parts.seals) return mentions;
  for (auto seal = FindSealMention(text, 0); seal; seal = FindSealMention(text, seal->end)) {
    const bool quoted =
        seal->bare && seal->begin > 0 && text[seal->begin - 1] == '"' && text.substr(seal->end, 1) == "\"";
    mentions.push_back({seal->begin - (quoted ? 1 : 0), seal->end + (quoted ? 1 : 0), true, parts.seals(*seal)});
    PHIVEIL_RETURN_IF_ERROR(mentions.back().hit.status());
  }
  std::ranges::sort(mentions, {}, &Mention::begin);
  return mentions;
}

}  // namespace

absl::StatusOr<Restored> RestoreText(std::string_view text, const TokenLookup& lookup, const RestoreParts& parts) {
  Restored out;
  out.text.reserve(text.size());
  PHIVEIL_ASSIGN_OR_RETURN(const std::vector<Mention> mentions, FindMentions(text, lookup, parts, &out.altered));
  size_t copied = 0, next = 0;
  for (const Mention& mention : mentions) {
    if (mention.begin < copied) continue;
    switch (mention.hit->answer) {
      case Vault::Answer::kFound:
        ++out.restored;
        AppendGap(text, copied, mention.begin, parts.surrogates, &next, &out);
        out.text.append(mention.hit->value.ExposeOriginal());
        copied = mention.end;
        break;
      case Vault::Answer::kForeign:
        ++out.foreign;
        break;
      case Vault::Answer::kUnknown:
        if (mention.brackets) ++out.unknown;
        break;
    }
  }
  AppendGap(text, copied, text.size(), parts.surrogates, &next, &out);
  return out;
}

}  // namespace phiveil
