#include "compiler/pattern/expression_text.h"

#include <string_view>

#include "base/concat.h"

namespace phiveil {
namespace {

std::string ByteText(size_t byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const char c = static_cast<char>(byte);
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return std::string(1, c);
  return Concat("\\x", kHex[byte >> 4], kHex[byte & 15]);
}

bool IsLetterInBothCases(const ByteSet& set) {
  const size_t first = set._Find_first();
  return set.count() == 2 && first >= 'A' && first <= 'Z' && set[first - 'A' + 'a'];
}

std::string SetText(const ByteSet& set, bool caseless) {
  const size_t first = set._Find_first();
  if (set.count() == 1) return ByteText(first);
  if (caseless && IsLetterInBothCases(set)) return ByteText(first - 'A' + 'a');
  std::string text = "[";
  for (size_t low = first; low < set.size(); low = set._Find_next(low)) {
    size_t high = low;
    while (high + 1 < set.size() && set[high + 1]) ++high;
    text += ByteText(low);
    if (high > low) text += Concat("-", ByteText(high));
    low = high;
  }
  return text + "]";
}

}  // namespace

std::string ExpressionText(const Node& node, bool caseless) {
  std::string text;
  switch (node.kind) {
    case Node::kBytes:
      return SetText(node.bytes, caseless);
    case Node::kConcat:
      for (const NodePtr& child : node.children) {
        const std::string one = ExpressionText(*child, caseless);
        text += child->kind == Node::kAlternate ? Concat("(?:", one, ")") : one;
      }
      return text;
    case Node::kAlternate:
      for (const NodePtr& child : node.children) {
        if (!text.empty()) text += '|';
        text += ExpressionText(*child, caseless);
      }
      return text;
    case Node::kRepeat: {
      const Node& child = *node.children.front();
      const std::string one = ExpressionText(child, caseless);
      text = child.kind == Node::kBytes ? one : Concat("(?:", one, ")");
      if (node.least == 0 && node.most == 1) return text + "?";
      if (node.least == node.most) return node.most == 1 ? text : Concat(text, "{", node.most, "}");
      return Concat(text, "{", node.least, ",", node.most, "}");
    }
  }
  return text;
}

}  // namespace phiveil
