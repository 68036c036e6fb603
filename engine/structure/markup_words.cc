#include "structure/markup_words.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "structure/builder.h"

namespace phiveil {
namespace {

// Sorted, in lower case.
constexpr std::string_view kLook[] = {
    "a",        "article",  "b",       "big",     "blockquote", "body",     "br",    "button", "caption",   "center",
    "col",      "colgroup", "content", "dd",      "del",        "div",      "dl",    "dt",     "em",        "font",
    "footer",   "footnote", "form",    "h1",      "h2",         "h3",       "h4",    "h5",     "h6",        "head",
    "header",   "hr",       "html",    "i",       "img",        "input",    "ins",   "item",   "li",        "link",
    "linkhtml", "list",     "main",    "mark",    "meta",       "nav",      "ol",    "p",      "paragraph", "pre",
    "q",        "s",        "script",  "section", "select",     "small",    "span",  "strike", "strong",    "style",
    "sub",      "sup",      "table",   "tbody",   "td",         "textarea", "tfoot", "th",     "thead",     "tr",
    "tt",       "u",        "ul"};
constexpr std::string_view kWords[] = {"abbr",   "address", "aside",  "cite",   "code",   "data",   "details",
                                       "figure", "label",   "legend", "object", "option", "output", "param",
                                       "source", "summary", "text",   "time",   "title",  "var"};
constexpr std::string_view kVoid[] = {"area", "base",  "br",   "col",  "embed", "hr",
                                      "img",  "input", "link", "meta", "wbr"};
constexpr std::string_view kInside[] = {"a",    "abbr",   "b",      "big",   "code", "content", "del", "em",
                                        "font", "i",      "ins",    "label", "mark", "q",       "s",   "small",
                                        "span", "strike", "strong", "sub",   "sup",  "tt",      "u",   "var"};
constexpr std::string_view kCells[] = {"td", "th"};
constexpr std::string_view kValueNames[] = {"extension", "v", "val", "value"};
constexpr std::string_view kTelling[] = {"key", "label", "name", "root", "system", "type"};
constexpr std::string_view kTold[] = {"answer", "display", "response", "val", "value"};
constexpr std::string_view kLayout[] = {"align",      "border",    "cellpadding", "cellspacing", "class",   "colspan",
                                        "height",     "id",        "lang",        "rel",         "rowspan", "style",
                                        "styleclass", "stylecode", "target",      "valign",      "width"};

// Whether `name` in lower case is in `words`; those are no longer than 16 bytes.
template <size_t N>
bool Has(const std::string_view (&words)[N], std::string_view name) {
  std::array<char, 16> lower;
  if (name.size() > lower.size()) return false;
  std::transform(name.begin(), name.end(), lower.begin(),
                 [](char c) { return IsCapital(c) ? static_cast<char>(c | 0x20) : c; });
  return std::binary_search(std::begin(words), std::end(words), std::string_view(lower.data(), name.size()));
}

template <size_t N>
constexpr bool IsSorted(const std::string_view (&words)[N]) {
  return std::is_sorted(std::begin(words), std::end(words));
}
static_assert(IsSorted(kLook) && IsSorted(kWords) && IsSorted(kVoid) && IsSorted(kInside) && IsSorted(kCells));
static_assert(IsSorted(kValueNames) && IsSorted(kTelling) && IsSorted(kTold) && IsSorted(kLayout));

struct Reference {
  std::string_view name;
  uint32_t c;
};
constexpr Reference kReferences[] = {
    {"amp", '&'},      {"lt", '<'},      {"gt", '>'},      {"quot", '"'},    {"apos", '\''},   {"nbsp", ' '},
    {"ndash", '-'},    {"mdash", '-'},   {"lsquo", '\''},  {"rsquo", '\''},  {"ldquo", '"'},   {"rdquo", '"'},
    {"eacute", 0xE9},  {"Eacute", 0xC9}, {"egrave", 0xE8}, {"aacute", 0xE1}, {"agrave", 0xE0}, {"iacute", 0xED},
    {"oacute", 0xF3},  {"uacute", 0xFA}, {"ntilde", 0xF1}, {"Ntilde", 0xD1}, {"ccedil", 0xE7}, {"auml", 0xE4},
    {"ouml", 0xF6},    {"uuml", 0xFC},   {"Ouml", 0xD6},   {"Uuml", 0xDC},   {"szlig", 0xDF},  {"aring", 0xE5},
    {"oslash", 0xF8},  {"Oslash", 0xD8}, {"micro", 0xB5},  {"deg", 0xB0},    {"plusmn", 0xB1}, {"bull", 0x2022},
    {"hellip", 0x2026}};

uint32_t NumberIn(std::string_view digits) {
  const bool hex = !digits.empty() && (digits[0] == 'x' || digits[0] == 'X');
  if (hex) digits.remove_prefix(1);
  if (digits.empty() || digits.size() > 7) return 0;
  uint32_t value = 0;
  for (const char c : digits) {
    const char low = static_cast<char>(c | 0x20);
    if (!IsDigit(c) && !(hex && low >= 'a' && low <= 'f')) return 0;
    value = value * (hex ? 16 : 10) + static_cast<uint32_t>(IsDigit(c) ? c - '0' : low - 'a' + 10);
  }
  return value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF) ? 0 : value;
}

}  // namespace

bool IsHtmlElement(std::string_view name) { return Has(kLook, name); }
bool IsHtmlName(std::string_view name) { return Has(kWords, name); }
bool IsVoidElement(std::string_view name) { return Has(kVoid, name); }

char SpaceFor(std::string_view name) {
  if (Has(kCells, name)) return '\t';
  return Has(kInside, name) ? ' ' : '\n';
}

bool IsValueAttribute(std::string_view name) { return Has(kValueNames, name); }
bool IsTelling(std::string_view name) { return Has(kTelling, name); }
bool IsToldElement(std::string_view name) { return Has(kTold, name); }
bool IsLayoutAttribute(std::string_view name) { return Has(kLayout, name) || name.starts_with("on"); }
bool IsNamespace(std::string_view name) {
  return name == "xmlns" || name.starts_with("xmlns:") || name.starts_with("xsi:") || name.starts_with("xml:");
}

uint32_t ReadReference(std::string_view text, size_t* length) {
  constexpr size_t kLongest = 12;
  const size_t end = text.substr(0, kLongest).find(';');
  if (end == std::string_view::npos || end < 2) return 0;
  *length = end + 1;
  const std::string_view name = text.substr(1, end - 1);
  if (name[0] == '#') return NumberIn(name.substr(1));
  const auto found = std::find_if(std::begin(kReferences), std::end(kReferences),
                                  [&](const Reference& reference) { return reference.name == name; });
  return found == std::end(kReferences) ? 0 : found->c;
}

}  // namespace phiveil
