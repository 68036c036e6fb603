#include "match/extend.h"

#include <algorithm>
#include <array>

namespace phiveil {
namespace {

class CharSet {
 public:
  // Letters, digits, bytes from 0x80 on, and `others`.
  constexpr explicit CharSet(std::string_view others) {
    for (size_t b = 0x80; b < 256; ++b) has_[b] = true;
    for (size_t b = '0'; b <= '9'; ++b) has_[b] = true;
    for (size_t b = 'a'; b <= 'z'; ++b) has_[b] = has_[b - 'a' + 'A'] = true;
    for (char c : others) has_[static_cast<uint8_t>(c)] = true;
  }
  constexpr bool Has(char c) const { return has_[static_cast<uint8_t>(c)]; }

 private:
  std::array<bool, 256> has_ = {};
};

constexpr CharSet kUrlBytes("-._~:/?#[]@!$&'()*+,;=%");
constexpr CharSet kLocalBytes(
    "._+-'%");  // what addresses use, not all that RFC 5322 lets them: = | ^ & / separate fields
constexpr CharSet kDomainBytes("-.");
constexpr CharSet kPathBytes("\\/._-~+%#@&()");
constexpr CharSet kSchemeBytes("");
constexpr std::string_view kClosing = ".,;:!?)]}'\"";

size_t GrowRight(const CharSet& set, std::string_view view, size_t end) {
  while (end < view.size() && set.Has(view[end])) ++end;
  return end;
}

size_t GrowLeft(const CharSet& set, std::string_view view, size_t begin) {
  while (begin > 0 && set.Has(view[begin - 1])) --begin;
  return begin;
}

// Leaves closing punctuation out, but keeps a bracket that closes one inside.
size_t StripRight(std::string_view view, size_t begin, size_t head_end, size_t end) {
  std::array<int, 3> open = {};  // ( [ {, minus those closed
  constexpr std::string_view kOpen = "([{";
  constexpr std::string_view kClose = ")]}";
  for (size_t i = begin; i < end; ++i) {
    if (const size_t o = kOpen.find(view[i]); o != std::string_view::npos) ++open[o];
    if (const size_t c = kClose.find(view[i]); c != std::string_view::npos) --open[c];
  }
  for (; end > head_end && kClosing.find(view[end - 1]) != std::string_view::npos; --end) {
    const size_t c = kClose.find(view[end - 1]);
    if (c == std::string_view::npos) continue;
    if (open[c] >= 0) break;
    ++open[c];
  }
  return end;
}

Extension ExtendUrl(std::string_view view, size_t begin, size_t end) {
  const size_t reach = GrowRight(kUrlBytes, view, end);
  return {begin, StripRight(view, begin, end, reach), reach, true};
}

Extension ExtendPath(std::string_view view, size_t begin, size_t end) {
  const size_t reach = GrowRight(kPathBytes, view, end);
  size_t from = GrowLeft(kPathBytes, view, begin);
  const bool rooted = view[from] == '\\' || view[from] == '/';
  if (rooted && from > 1 && view[from - 1] == ':') from = GrowLeft(kSchemeBytes, view, from - 1);  // C:\, file://
  while (from < begin && view[from] == '(') ++from;
  return {from, StripRight(view, from, end, reach), reach, true};
}

// A domain that a line break parts after its first dot goes on in the next line. After a later dot
// the line break is more likely a sentence's end.
size_t GrowDomain(std::string_view view, size_t begin) {
  const size_t reach = GrowRight(kDomainBytes, view, begin);
  const bool parted = reach > begin && reach + 1 < view.size() && view[reach - 1] == '.' && view[reach] == '\n' &&
                      view.substr(begin, reach - begin).find('.') == reach - 1 - begin;
  const bool goes_on = parted && view[reach + 1] >= 'a' && view[reach + 1] <= 'z';
  return goes_on ? GrowRight(kDomainBytes, view, reach + 1) : reach;
}

Extension ExtendEmail(std::string_view view, size_t begin, size_t end) {
  const size_t at = view.substr(begin, end - begin).find('@');
  if (at == std::string_view::npos) return {begin, end, end, false};
  const size_t middle = begin + at;
  size_t from = GrowLeft(kLocalBytes, view, middle);
  while (from < begin && std::string_view(".'-%+").find(view[from]) != std::string_view::npos) ++from;
  const size_t reach = GrowDomain(view, middle + 1);
  size_t to = reach;
  while (to > middle + 1 && (view[to - 1] == '.' || view[to - 1] == '-')) --to;
  const std::string_view domain = view.substr(middle + 1, to - middle - 1);
  const size_t dot = domain.find('.');
  const bool accepted = from < middle && dot != std::string_view::npos && dot > 0;
  return {from, std::max(to, end), std::max(reach, end), accepted};
}

}  // namespace

std::optional<Extend> ExtendByName(std::string_view name) {
  if (name.empty()) return Extend::kNone;
  if (name == "url") return Extend::kUrl;
  if (name == "email") return Extend::kEmail;
  if (name == "path") return Extend::kPath;
  return std::nullopt;
}

Extension ExtendMatch(Extend kind, std::string_view view, size_t begin, size_t end) {
  switch (kind) {
    case Extend::kUrl:
      return ExtendUrl(view, begin, end);
    case Extend::kEmail:
      return ExtendEmail(view, begin, end);
    case Extend::kPath:
      return ExtendPath(view, begin, end);
    case Extend::kNone:
      break;
  }
  return {begin, end, end, true};
}

}  // namespace phiveil
