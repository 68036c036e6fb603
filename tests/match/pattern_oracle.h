#ifndef PHIVEIL_TESTS_MATCH_PATTERN_ORACLE_H_
#define PHIVEIL_TESTS_MATCH_PATTERN_ORACLE_H_

// Random patterns with a matcher of their own that shares no code with the engine: it walks the
// pattern's tree over sets of positions.

#include <algorithm>
#include <cctype>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pack.pb.h"

namespace phiveil::oracle {

struct Pattern {
  std::string text;
  std::string letters;   // a leaf: any of these bytes, case folded when asked
  bool negated = false;  // any but these
  std::vector<Pattern> parts;
  bool alternates = false;
  int least = 1, most = 1;  // how often the whole repeats
};

using Random = std::mt19937;
inline int Pick(Random* random, int low, int high) { return std::uniform_int_distribution<int>(low, high)(*random); }

inline bool LeafTakes(const Pattern& p, unsigned char c, bool caseless) {
  bool has = false;
  for (unsigned char l : p.letters) {
    has = has || l == c || (caseless && c < 0x80 && std::tolower(l) == std::tolower(c));
  }
  return has != p.negated;
}

inline std::set<size_t> Once(const Pattern& p, std::string_view text, const std::set<size_t>& from, bool caseless);

inline std::set<size_t> Ends(const Pattern& p, std::string_view text, const std::set<size_t>& from, bool caseless) {
  std::set<size_t> out;
  std::set<size_t> now = from;
  for (int times = 0; times <= p.most; ++times) {
    if (times >= p.least) out.insert(now.begin(), now.end());
    now = Once(p, text, now, caseless);
  }
  return out;
}

inline std::set<size_t> Once(const Pattern& p, std::string_view text, const std::set<size_t>& from, bool caseless) {
  std::set<size_t> out;
  if (p.parts.empty()) {
    for (size_t at : from) {
      if (at < text.size() && LeafTakes(p, static_cast<unsigned char>(text[at]), caseless)) out.insert(at + 1);
    }
    return out;
  }
  if (p.alternates) {
    for (const Pattern& part : p.parts) out.merge(Ends(part, text, from, caseless));
    return out;
  }
  out = from;
  for (const Pattern& part : p.parts) out = Ends(part, text, out, caseless);
  return out;
}

inline Pattern RandomLeaf(Random* random) {
  static const std::vector<std::pair<std::string, std::string>> kLeaves = {
      {"a", "a"},
      {"B", "B"},
      {"1", "1"},
      {"-", "-"},
      {"\\.", "."},
      {"[ab1]", "ab1"},
      {"[0-9]", "0123456789"},
      {"\\d", "0123456789"},
      {"@", "@"},
      {"\\s", " \t\n\v\f\r"},
      {"[a-c]", "abc"},
      {"\\w", "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}};
  static const std::vector<std::pair<std::string, std::string>> kNegated = {
      {".", "\n"}, {"[^a1]", "a1"}, {"[^\\d\\n]", "0123456789\n"}};
  Pattern leaf;
  leaf.negated = Pick(random, 0, 9) == 0;
  const auto& from = leaf.negated ? kNegated : kLeaves;
  std::tie(leaf.text, leaf.letters) = from[static_cast<size_t>(Pick(random, 0, static_cast<int>(from.size()) - 1))];
  return leaf;
}

inline Pattern RandomPattern(Random* random, int depth) {
  const int kind = depth == 0 ? 0 : Pick(random, 0, 3);
  if (kind == 0) return RandomLeaf(random);
  Pattern p;
  p.alternates = kind == 1;
  const int count = Pick(random, 2, 3);
  for (int i = 0; i < count; ++i) {
    p.parts.push_back(RandomPattern(random, depth - 1));
    Pattern& part = p.parts.back();
    if (part.most == 1 && Pick(random, 0, 2) == 0) {
      static const int kBounds[][2] = {{0, 1}, {1, 3}, {2, 2}, {0, 2}, {1, 2}};
      const auto& bounds = kBounds[Pick(random, 0, 4)];
      part.least = bounds[0];
      part.most = bounds[1];
      part.text += part.least == 0 && part.most == 1 ? "?"
                   : part.least == part.most         ? "{" + std::to_string(part.least) + "}"
                                             : "{" + std::to_string(part.least) + "," + std::to_string(part.most) + "}";
    }
    p.text += (p.alternates && i > 0 ? "|" : "") + part.text;
  }
  p.text = "(?:" + p.text + ")";
  return p;
}

inline std::string RandomText(Random* random, int size) {
  static const std::string kLetters = "aabBc1122-.@ \n_x\xc3\xa9";
  std::string text;
  for (int i = 0; i < size; ++i)
    text += kLetters[static_cast<size_t>(Pick(random, 0, static_cast<int>(kLetters.size()) - 1))];
  return text;
}

// Boundaries as pack.proto words them, byte by byte.
inline bool Word(unsigned char c) { return c >= 0x80 || std::isalnum(c); }
inline bool Space(unsigned char c) {
  return c != 0 && std::string_view(" \t\n\v\f\r()[]{}<>\"'`").find(static_cast<char>(c)) != std::string_view::npos;
}
inline bool Digit(unsigned char c) { return c < 0x80 && std::isdigit(c); }

inline bool EdgeOk(pb::Boundary boundary, std::string_view text, size_t at, bool is_end) {
  if (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) return false;
  if (boundary == pb::BOUNDARY_SPACE) {
    if (!is_end) return at == 0 || Space(static_cast<unsigned char>(text[at - 1]));
    for (int stops = 0;
         stops < 3 && at < text.size() && std::string_view(".,;:!?").find(text[at]) != std::string_view::npos; ++stops)
      ++at;
    return at == text.size() || Space(static_cast<unsigned char>(text[at]));
  }
  if (at == 0 || at == text.size() || boundary == pb::BOUNDARY_NONE) return true;
  const auto left = static_cast<unsigned char>(text[at - 1]);
  const auto right = static_cast<unsigned char>(text[at]);
  if (!Word(left) || !Word(right)) return true;
  return boundary == pb::BOUNDARY_RUN && Digit(left) != Digit(right);
}

struct Span {
  size_t begin, end;
  bool operator==(const Span&) const = default;
  auto operator<=>(const Span&) const = default;
};

// All matches with permitted edges.
inline std::vector<Span> AllMatches(const Pattern& p, std::string_view text, bool caseless, pb::Boundary boundary) {
  std::vector<Span> out;
  for (size_t begin = 0; begin < text.size(); ++begin) {
    if (!EdgeOk(boundary, text, begin, false)) continue;
    for (size_t end : Ends(p, text, {begin}, caseless)) {
      if (EdgeOk(boundary, text, end, true)) out.push_back({begin, end});
    }
  }
  return out;
}

// Those that no other contains.
inline std::vector<Span> Outermost(const std::vector<Span>& all) {
  std::vector<Span> out;
  for (const Span& s : all) {
    const bool inside = std::any_of(all.begin(), all.end(),
                                    [&](const Span& o) { return o != s && o.begin <= s.begin && s.end <= o.end; });
    if (!inside) out.push_back(s);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace phiveil::oracle

#endif  // PHIVEIL_TESTS_MATCH_PATTERN_ORACLE_H_
