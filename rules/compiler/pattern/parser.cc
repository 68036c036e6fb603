#include "compiler/pattern/parser.h"

#include <array>
#include <optional>
#include <utility>

#include "base/concat.h"

namespace phiveil {
namespace {

constexpr int kMaxDepth = 64;
constexpr size_t kMaxPatternBytes = size_t{64} * 1024;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsPunctuation(char c) { return c > ' ' && c < 0x7f && !IsDigit(c) && !IsLetter(c); }
uint8_t Byte(char c) { return static_cast<uint8_t>(c); }

ByteSet Range(uint8_t low, uint8_t high) {
  ByteSet set;
  for (int b = low; b <= high; ++b) set.set(static_cast<size_t>(b));
  return set;
}

ByteSet FoldCase(ByteSet set) {
  for (uint8_t b = 'a'; b <= 'z'; ++b) {
    const uint8_t upper = b - 'a' + 'A';
    if (set[b] || set[upper]) set.set(b).set(upper);
  }
  return set;
}

// \d \w \s and their opposites.
std::optional<ByteSet> NamedSet(char name) {
  switch (name) {
    case 'd':
      return Range('0', '9');
    case 'w':
      return Range('0', '9') | Range('a', 'z') | Range('A', 'Z') | ByteSet().set('_');
    case 's':
      return Range('\t', '\r') | ByteSet().set(' ');
    case 'D':
    case 'W':
    case 'S':
      return ~*NamedSet(static_cast<char>(name - 'A' + 'a'));
    default:
      return std::nullopt;
  }
}

// Bytes of the UTF-8 character that begins with `lead`; 0 when none does.
size_t CharacterSize(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

std::string_view WhyEscapeIsRefused(char c) {
  switch (c) {
    case 'b':
    case 'B':
      return "\\b and \\B are not known: an edge is the rule's `boundary`";
    case 'A':
    case 'z':
    case 'Z':
    case 'G':
      return "anchors are not known: an edge is the rule's `boundary`";
    case 'k':
    case 'g':
      return "backreferences are not known";
    default:
      return IsDigit(c) ? "backreferences are not known"
                        : "this escape is not known: \\d \\w \\s \\D \\W \\S \\t \\n or punctuation";
  }
}

std::string_view WhyGroupIsRefused(std::string_view rest) {
  constexpr std::string_view kLookaround = "lookaround is not known: use cues, `boundary` or a validator";
  constexpr std::string_view kNamed = "named groups are not known: write (?:…)";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kReasons = {{
      {"(?=", kLookaround},
      {"(?!", kLookaround},
      {"(?<=", kLookaround},
      {"(?<!", kLookaround},
      {"(?<", kNamed},
      {"(?P", kNamed},
      {"(?'", kNamed},
      {"(?>", "atomic groups are not known: write (?:…)"},
      {"(?#", "comments are not known in patterns"},
      {"(?", "inline flags are not known: use the rule's `caseless`"},
  }};
  for (const auto& [head, reason] : kReasons) {
    if (rest.substr(0, head.size()) == head) return reason;
  }
  return "capturing groups are not known: write (?:…)";
}

NodePtr NewNode(Node::Kind kind) {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  return node;
}

class Parser {
 public:
  Parser(std::string_view pattern, bool caseless, PatternError* error)
      : pattern_(pattern), caseless_(caseless), error_(error) {}

  NodePtr Parse() {
    if (pattern_.empty()) return Fail(0, "the pattern is empty");
    if (pattern_.size() > kMaxPatternBytes) return Fail(kMaxPatternBytes, "the pattern is longer than 64 KiB");
    NodePtr node = Alternation(0);
    if (node != nullptr && !AtEnd()) return Fail(at_, "this parenthesis closes nothing: write \\)");
    return node;
  }

 private:
  bool AtEnd() const { return at_ == pattern_.size(); }
  char Peek() const { return AtEnd() ? '\0' : pattern_[at_]; }
  std::string_view Rest() const { return pattern_.substr(at_); }
  bool Take(std::string_view text) {
    if (Rest().substr(0, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }

  std::nullptr_t Fail(size_t column, std::string_view message) {
    *error_ = {column, std::string(message)};
    return nullptr;
  }

  NodePtr BytesNode(ByteSet set) {
    NodePtr node = NewNode(Node::kBytes);
    node->bytes = caseless_ ? FoldCase(set) : set;
    return node;
  }

  NodePtr Alternation(int depth) {
    if (depth > kMaxDepth) return Fail(at_, "groups are nested too deeply");
    NodePtr first = Sequence(depth);
    if (first == nullptr || AtEnd() || Peek() != '|') return first;
    NodePtr node = NewNode(Node::kAlternate);
    node->children.push_back(std::move(first));
    while (Take("|")) {
      NodePtr next = Sequence(depth);
      if (next == nullptr) return nullptr;
      node->children.push_back(std::move(next));
    }
    return node;
  }

  NodePtr Sequence(int depth) {
    NodePtr node = NewNode(Node::kConcat);
    while (!AtEnd() && Peek() != '|' && Peek() != ')') {
      NodePtr piece = Quantified(depth);
      if (piece == nullptr) return nullptr;
      node->children.push_back(std::move(piece));
    }
    if (node->children.empty()) return Fail(at_, "an alternative is empty: write (?:…)? for what may be missing");
    if (node->children.size() == 1) return std::move(node->children.front());
    return node;
  }

  NodePtr Quantified(int depth) {
    NodePtr piece = Atom(depth);
    if (piece == nullptr || AtEnd()) return piece;
    const size_t start = at_;
    uint32_t least = 0;
    uint32_t most = 0;
    switch (Peek()) {
      case '?':
        ++at_;
        most = 1;
        break;
      case '*':
      case '+':
        return Fail(start, "a repeat needs an upper bound: write {0,9} or {1,9}");
      case '{':
        if (!Bounds(&least, &most)) return nullptr;
        break;
      default:
        return piece;
    }
    if (!AtEnd() && std::string_view("?*+{").find(Peek()) != std::string_view::npos) {
      return Fail(at_, "a repeat of a repeat: lazy and possessive repeats are not known");
    }
    NodePtr repeat = NewNode(Node::kRepeat);
    repeat->least = least;
    repeat->most = most;
    repeat->children.push_back(std::move(piece));
    return repeat;
  }

  // {m} or {m,n}
  bool Bounds(uint32_t* least, uint32_t* most) {
    const size_t start = at_++;
    if (Peek() == '{') {
      Fail(start, "this macro is not known");
      return false;
    }
    const std::optional<uint32_t> low = Number();
    std::optional<uint32_t> high = low;
    if (low && Take(",")) {
      if (Peek() == '}') {
        Fail(start, "a repeat needs an upper bound: write {m,n}");
        return false;
      }
      high = Number();
    }
    if (!low || !high || !Take("}")) {
      Fail(start, "a repeat is {m} or {m,n}; a brace itself is \\{");
      return false;
    }
    if (*high > kMaxPatternWidth) {
      Fail(start, Concat("a repeat may not go beyond ", kMaxPatternWidth));
      return false;
    }
    if (*low > *high || *high == 0) {
      Fail(start, *high == 0 ? "a repeat of nothing" : "the bounds of this repeat are the wrong way round");
      return false;
    }
    *least = *low;
    *most = *high;
    return true;
  }

  std::optional<uint32_t> Number() {
    const size_t start = at_;
    uint32_t value = 0;
    while (IsDigit(Peek()) && at_ - start < 6) value = value * 10 + static_cast<uint32_t>(pattern_[at_++] - '0');
    if (at_ == start) return std::nullopt;
    return value;
  }

  NodePtr Atom(int depth) {
    const size_t start = at_;
    switch (Peek()) {
      case '(':
        return Group(depth);
      case '[':
        return Class();
      case '\\':
        return Escape();
      case '.':
        ++at_;
        return BytesNode(~ByteSet().set('\n'));
      case '^':
      case '$':
        return Fail(start, "anchors are not known: an edge is the rule's `boundary`, a line break is \\n");
      case '?':
      case '*':
      case '+':
        return Fail(start, "there is nothing to repeat here");
      case '{':
        return Fail(start, Rest().substr(0, 2) == "{{" ? "this macro is not known"
                                                       : "there is nothing to repeat here; a brace itself is \\{");
      case '}':
      case ']':
        return Fail(start, Concat("this bracket closes nothing: write \\", Peek()));
      default:
        return Character();
    }
  }

  NodePtr Group(int depth) {
    const size_t start = at_;
    if (!Take("(?:")) return Fail(start, WhyGroupIsRefused(Rest()));
    NodePtr node = Alternation(depth + 1);
    if (node != nullptr && !Take(")")) return Fail(start, "this group is not closed");
    return node;
  }

  NodePtr Escape() {
    const size_t start = at_++;
    if (AtEnd()) return Fail(start, "the pattern ends in a backslash");
    const char c = pattern_[at_++];
    if (c == 't') return BytesNode(ByteSet().set('\t'));
    if (c == 'n') return BytesNode(ByteSet().set('\n'));
    if (std::optional<ByteSet> named = NamedSet(c)) return BytesNode(*named);
    if (IsPunctuation(c)) return BytesNode(ByteSet().set(Byte(c)));
    return Fail(start, WhyEscapeIsRefused(c));
  }

  // A literal character; one beyond ASCII is a sequence of its bytes, so that a repeat repeats it whole.
  NodePtr Character() {
    const size_t size = CharacterSize(Byte(Peek()));
    if (size == 1) return BytesNode(ByteSet().set(Byte(pattern_[at_++])));
    const std::string_view bytes = Rest().substr(0, size);
    if (size == 0 || bytes.size() < size) return Fail(at_, "the pattern is not UTF-8");
    NodePtr node = NewNode(Node::kConcat);
    for (size_t i = 0; i < size; ++i) {
      if (i > 0 && (Byte(bytes[i]) & 0xc0) != 0x80) return Fail(at_, "the pattern is not UTF-8");
      node->children.push_back(BytesNode(ByteSet().set(Byte(bytes[i]))));
    }
    at_ += size;
    return node;
  }

  NodePtr Class() {
    const size_t start = at_++;
    const bool negated = Take("^");
    ByteSet set;
    if (Peek() == ']' && !AtEnd()) return Fail(at_, "the class is empty; a bracket itself is \\]");
    while (!AtEnd() && Peek() != ']') {
      if (!ClassItem(&set)) return nullptr;
    }
    if (!Take("]")) return Fail(start, "this class is not closed");
    if (caseless_) set = FoldCase(set);
    if (negated) set = ~set;
    if (set.none()) return Fail(start, "this class matches nothing");
    return BytesNode(set);
  }

  bool ClassItem(ByteSet* set) {
    const size_t start = at_;
    ByteSet low;
    if (!ClassAtom(&low)) return false;
    const bool range = Peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']';
    if (!range) {
      *set |= low;
      return true;
    }
    ++at_;
    ByteSet high;
    if (!ClassAtom(&high)) return false;
    if (low.count() != 1 || high.count() != 1) {
      Fail(start, "a range goes from one character to another; a hyphen itself is \\-");
      return false;
    }
    const size_t from = low._Find_first();
    const size_t to = high._Find_first();
    if (from > to) {
      Fail(start, "the ends of this range are the wrong way round");
      return false;
    }
    *set |= Range(static_cast<uint8_t>(from), static_cast<uint8_t>(to));
    return true;
  }

  bool ClassAtom(ByteSet* set) {
    const size_t start = at_;
    const char c = pattern_[at_++];
    if (c == '[' && std::string_view(":.=").find(Peek()) != std::string_view::npos && !AtEnd()) {
      Fail(start, "classes by name are not known: write them out");
      return false;
    }
    if (Byte(c) >= 0x80) {
      Fail(start, "a class holds ASCII only: write (?:…|…) for other characters");
      return false;
    }
    if (c != '\\') {
      set->set(Byte(c));
      return true;
    }
    --at_;
    const bool caseless = std::exchange(caseless_, false);  // the class folds once it is whole
    const NodePtr escaped = Escape();
    caseless_ = caseless;
    if (escaped == nullptr) return false;
    *set = escaped->bytes;
    return true;
  }

  std::string_view pattern_;
  bool caseless_;
  PatternError* error_;
  size_t at_ = 0;
};

}  // namespace

NodePtr ParsePattern(std::string_view pattern, bool caseless, PatternError* error) {
  return Parser(pattern, caseless, error).Parse();
}

}  // namespace phiveil
