#include "compiler/marks.h"

#include <algorithm>

#include "base/concat.h"
#include "compiler/keys.h"

namespace phiveil::rules {

bool MarkedText::Has(Category category) const {
  return std::any_of(marks.begin(), marks.end(), [&](const Mark& mark) { return mark.category == category; });
}

std::optional<MarkedText> ParseMarks(std::string_view marked, MarkError* error) {
  MarkedText out;
  size_t at = 0;
  for (size_t open; (open = marked.find("[[", at)) != std::string_view::npos;) {
    out.text += marked.substr(at, open - at);
    const size_t name = open + 2;
    const size_t colon = marked.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", name);
    const size_t close = marked.find("]]", name);
    if (close == std::string_view::npos) {
      *error = {open, marked.size() - open, "a mark is not closed", "write [[CATEGORY:text]]"};
      return std::nullopt;
    }
    if (colon == std::string_view::npos || marked[colon] != ':' || colon > close) {
      *error = {open, close + 2 - open, "a mark without a category", "write [[CATEGORY:text]]"};
      return std::nullopt;
    }
    const std::string_view category_name = marked.substr(name, colon - name);
    const std::optional<Category> category = ParseCategory(category_name);
    if (!category) {
      *error = {name, std::max<size_t>(1, colon - name), Concat("no category `", category_name, "`"),
                DidYouMean(category_name, CategoryNames(), Concat("one of: ", Join(CategoryNames())))};
      return std::nullopt;
    }
    const std::string_view value = marked.substr(colon + 1, close - colon - 1);
    if (value.empty() || value.find("[[") != std::string_view::npos) {
      *error = {open, close + 2 - open, value.empty() ? "a mark around nothing" : "a mark inside a mark", ""};
      return std::nullopt;
    }
    const auto begin = static_cast<uint32_t>(out.text.size());
    out.text += value;
    out.marks.push_back({begin, static_cast<uint32_t>(out.text.size()), *category});
    at = close + 2;
  }
  out.text += marked.substr(at);
  return out;
}

std::string WriteMarks(std::string_view text, const std::vector<Mark>& marks) {
  std::string out;
  size_t at = 0;
  for (const Mark& mark : marks) {
    out += Concat(text.substr(at, mark.begin - at), "[[", CategoryName(mark.category), ":",
                  text.substr(mark.begin, mark.end - mark.begin), "]]");
    at = mark.end;
  }
  out += text.substr(at);
  return out;
}

}  // namespace phiveil::rules
