#include <algorithm>
#include <cstring>

#include "phiveil/token.h"

namespace phiveil {
namespace {

constexpr size_t kMaxBackslashes = 4;  // JSON inside JSON
constexpr size_t kMaxEmphasis = 3;     // [***NAME_7QK2F***]
constexpr size_t kMaxHint = 24;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'z'); }
bool IsNameCharacter(char c) { return IsAlnum(c) || c == '_'; }
bool IsEmphasis(char c) { return c == '*' || c == '`' || c == '~' || c == '_'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

// A bracket as text carries it: itself or escaped for HTML; for JSON behind a backslash.
struct Bracket {
  char character;
  std::string_view json;
  std::string_view html[5];
};
constexpr Bracket kOpen = {'[', "u005b", {"&#91;", "&#x5b;", "&lbrack;", "&lsqb;", "&#091;"}};
constexpr Bracket kClose = {']', "u005d", {"&#93;", "&#x5d;", "&rbrack;", "&rsqb;", "&#093;"}};

struct Extent {
  size_t begin;
  size_t end;
  size_t backslashes;  // that are there for the escape, in [begin, end)
};

// The one place where mentions are recognised: around an underscore.
class MentionReader {
 public:
  explicit MentionReader(std::string_view text, size_t from) : text_(text), from_(from) {}

  std::optional<TokenMention> Around(size_t underscore);

 private:
  size_t BackslashesBefore(size_t at) const {
    size_t count = 0;
    while (count < kMaxBackslashes && at - count > from_ && text_[at - count - 1] == '\\') ++count;
    return count;
  }

  // Where `name` begins that ends before `end`, its underscores escaped or not.
  std::optional<size_t> NameBefore(size_t end, std::string_view name) const;
  bool FindCategory(size_t end);
  std::optional<Extent> OpenBefore(size_t at) const;
  std::optional<Extent> CloseAt(size_t at) const;
  std::optional<Extent> CloseBehindHint(size_t at) const;
  std::optional<TokenMention> InBrackets(size_t code_begin, size_t code_end);
  std::optional<TokenMention> Bare(size_t code_begin, size_t code_end);

  const std::string_view text_;
  const size_t from_;
  Category category_ = Category::kSafe;
  size_t name_begin_ = 0;
};

std::optional<size_t> MentionReader::NameBefore(size_t end, std::string_view name) const {
  size_t at = end;
  for (size_t i = name.size(); i-- > 0;) {
    if (at == from_ || Lower(text_[at - 1]) != Lower(name[i])) return std::nullopt;
    --at;
    if (name[i] == '_') at -= BackslashesBefore(at);
  }
  return at;
}

// Names end each other (ZIP, IP): only the whole word counts.
bool MentionReader::FindCategory(size_t end) {
  end -= BackslashesBefore(end);
  if (end == from_ || !IsAlnum(text_[end - 1])) return false;
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    const std::optional<size_t> begin = NameBefore(end, CategoryName(category));
    if (!begin.has_value()) continue;
    const bool word_goes_on = *begin > from_ && IsAlnum(text_[*begin - 1]);
    if (word_goes_on && !OpenBefore(*begin).has_value()) continue;  // \u005b ends in a letter
    category_ = category;
    name_begin_ = *begin;
    return true;
  }
  return false;
}

std::optional<Extent> MentionReader::OpenBefore(size_t at) const {
  for (size_t i = 0; i < kMaxEmphasis && at > from_ && IsEmphasis(text_[at - 1]); ++i) --at;
  const std::string_view before = text_.substr(from_, at - from_);
  if (before.empty()) return std::nullopt;
  if (before.back() == kOpen.character) {
    const size_t backslashes = BackslashesBefore(at - 1);
    return Extent{at - 1 - backslashes, at, backslashes};
  }
  const auto ends_with = [before](std::string_view form) {
    return before.size() >= form.size() && EqualIgnoringCase(before.substr(before.size() - form.size()), form);
  };
  if (ends_with(kOpen.json)) {
    const size_t begin = at - kOpen.json.size();
    const size_t backslashes = BackslashesBefore(begin);
    if (backslashes > 0) return Extent{begin - backslashes, at, 0};
  }
  for (const std::string_view form : kOpen.html) {
    if (ends_with(form)) return Extent{at - form.size(), at, 0};
  }
  return std::nullopt;
}

std::optional<Extent> MentionReader::CloseAt(size_t at) const {
  const size_t begin = at;
  while (at < text_.size() && at - begin < kMaxBackslashes && text_[at] == '\\') ++at;
  const std::string_view rest = text_.substr(at);
  if (rest.starts_with(kClose.character)) return Extent{begin, at + 1, at - begin};
  const auto begins_with = [rest](std::string_view form) {
    return EqualIgnoringCase(rest.substr(0, form.size()), form);
  };
  if (at > begin && begins_with(kClose.json)) return Extent{begin, at + kClose.json.size(), 0};
  if (at > begin) return std::nullopt;
  for (const std::string_view form : kClose.html) {
    if (begins_with(form)) return Extent{at, at + form.size(), 0};
  }
  return std::nullopt;
}

// A hint is one word, so that nothing which somebody wrote into the brackets is lost with it, and holds
// no bracket and no underscore, so that one token never swallows another. It may have been wrapped onto
// the next line.
std::optional<Extent> MentionReader::CloseBehindHint(size_t at) const {
  for (size_t i = 0; i < kMaxEmphasis && at < text_.size() && IsEmphasis(text_[at]); ++i) ++at;
  if (const auto close = CloseAt(at)) return close;
  if (at >= text_.size() || (!IsSpace(text_[at]) && text_[at] != ':')) return std::nullopt;
  const size_t limit = std::min(text_.size(), at + kMaxHint);
  if (text_[at] == ':') ++at;
  while (at < limit && IsSpace(text_[at])) ++at;
  for (; at < limit; ++at) {
    if (const auto close = CloseAt(at)) return close;
    if (text_[at] == '[' || text_[at] == '_' || IsSpace(text_[at])) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<TokenMention> MentionReader::InBrackets(size_t code_begin, size_t code_end) {
  const std::optional<Extent> open = OpenBefore(name_begin_);
  if (!open.has_value()) return std::nullopt;
  const std::optional<Extent> close = CloseBehindHint(code_end);
  if (!close.has_value()) return std::nullopt;
  const std::string_view code = text_.substr(code_begin, code_end - code_begin);
  std::optional<TokenCode> parsed = TokenCode::Parse(code);
  // A word is not a damaged code: [DATE_TIME].
  if (!parsed.has_value() && std::ranges::none_of(code, IsDigit)) return std::nullopt;
  TokenMention mention;
  // Backslashes before the bracket are an escape only as far as the other bracket has them too;
  // otherwise they were there before the token was.
  mention.begin = open->begin + open->backslashes - std::min(open->backslashes, close->backslashes);
  mention.end = close->end;
  mention.category = category_;
  if (parsed.has_value()) mention.code = *parsed;
  mention.intact = mention.code.ChecksAs(category_);
  return mention;
}

std::optional<TokenMention> MentionReader::Bare(size_t code_begin, size_t code_end) {
  if (name_begin_ > from_ && IsNameCharacter(text_[name_begin_ - 1])) return std::nullopt;
  if (code_end < text_.size() && IsNameCharacter(text_[code_end])) return std::nullopt;
  const std::optional<TokenCode> code = TokenCode::Parse(text_.substr(code_begin, code_end - code_begin));
  if (!code.has_value() || !code->ChecksAs(category_)) return std::nullopt;
  return TokenMention{name_begin_, code_end, category_, *code, true};
}

std::optional<TokenMention> MentionReader::Around(size_t underscore) {
  const size_t code_begin = underscore + 1;
  size_t code_end = code_begin;
  const size_t limit = std::min(text_.size(), code_begin + TokenCode::kMaxRandom + 2);
  while (code_end < limit && IsAlnum(text_[code_end])) ++code_end;
  const size_t size = code_end - code_begin;
  if (size < TokenCode::kMinRandom || size > TokenCode::kMaxRandom + 1) return std::nullopt;
  if (!FindCategory(underscore)) return std::nullopt;
  if (auto mention = InBrackets(code_begin, code_end)) return mention;
  return Bare(code_begin, code_end);
}

}  // namespace

std::optional<TokenMention> FindTokenMention(std::string_view text, size_t from) {
  // Each underscore is looked at once, and only a bounded stretch around it.
  for (size_t at = from; at < text.size(); ++at) {
    const void* found = std::memchr(text.data() + at, '_', text.size() - at);
    if (found == nullptr) break;
    at = static_cast<size_t>(static_cast<const char*>(found) - text.data());
    if (auto mention = MentionReader(text, from).Around(at)) return mention;
  }
  return std::nullopt;
}

}  // namespace phiveil
