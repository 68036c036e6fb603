#include "compiler/pattern/analysis.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "match/windows.h"

namespace phiveil {
namespace {

constexpr int64_t kNever = -(int64_t{1} << 40);
constexpr uint64_t kWidthCeiling = 1u << 20;  // repeats of repeats stop growing here

struct TriggerKind {
  uint32_t bit;
  std::string_view text;  // in lower case; 0 stands for any digit, A for any letter
  uint64_t cost;          // how often it is met in notes
};
constexpr std::array<TriggerKind, kTriggerCount> kKinds = {{
    {kTriggerDigit, "0", 1000},
    {kTriggerAt, "@", 1},
    {kTriggerSlashes, "://", 1},
    {kTriggerWww, "www.", 1},
    {kTriggerBackslash, "\\", 2},
    {kTriggerUnderscore, "_", 20},
    {kTriggerHash, "#", 10},
    {kTriggerDotLetter, ".A", 30},
}};

uint64_t Cost(uint32_t bits) {
  uint64_t cost = 0;
  for (const TriggerKind& kind : kKinds) {
    if (bits & kind.bit) cost += kind.cost;
  }
  return cost;
}

bool Better(const TriggerPlace& a, const TriggerPlace& b) {
  if (a.bits == 0 || b.bits == 0) return a.bits != 0;
  const uint64_t cost_a = Cost(a.bits);
  const uint64_t cost_b = Cost(b.bits);
  return cost_a != cost_b ? cost_a < cost_b : a.before + a.after < b.before + b.after;
}

ByteSet BytesOf(char wanted) {
  ByteSet bytes;
  const auto add = [&bytes](char low, char high) {
    for (char c = low; c <= high; ++c) bytes.set(static_cast<uint8_t>(c));
  };
  if (wanted == '0') {
    add('0', '9');
  } else if (wanted == 'A') {
    add('a', 'z');
    add('A', 'Z');
  } else {
    add(wanted, wanted);
    if (wanted >= 'a' && wanted <= 'z') bytes.set(static_cast<uint8_t>(wanted - 'a' + 'A'));
  }
  return bytes;
}

bool Holds(const ByteSet& set, char wanted) { return (set & ~BytesOf(wanted)).none(); }

// The bytes that the matches of `nodes`, one after the other, begin with; all bytes when one may be empty.
ByteSet FirstBytes(std::span<const NodePtr> nodes);

ByteSet FirstBytes(const Node& node) {
  switch (node.kind) {
    case Node::kBytes:
      return node.bytes;
    case Node::kConcat:
      return FirstBytes(node.children);
    case Node::kAlternate: {
      ByteSet all;
      for (const NodePtr& child : node.children) all |= FirstBytes(*child);
      return all;
    }
    case Node::kRepeat:
      return node.least == 0 ? ~ByteSet() : FirstBytes(node.children);
  }
  return ~ByteSet();
}

ByteSet FirstBytes(std::span<const NodePtr> nodes) {
  ByteSet all;
  for (const NodePtr& node : nodes) {
    if (WidthOf(*node).least > 0) return all | FirstBytes(*node);
    // Passed over or not: the bytes of what is repeated, or of what follows.
    if (node->kind != Node::kRepeat) return ~ByteSet();
    all |= FirstBytes(node->children);
  }
  return ~ByteSet();
}

// Whether matches of `nodes` begin with a trigger's text; what holds its last byte may be of any kind.
bool Spells(std::span<const NodePtr> nodes, std::string_view text) {
  if (nodes.size() < text.size()) return false;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (nodes[i]->kind != Node::kBytes || !Holds(nodes[i]->bytes, text[i])) return false;
  }
  return Holds(FirstBytes(nodes.subspan(text.size() - 1)), text.back());
}

// One that every match holds, and where: the rarest; of those equally rare the one with the narrowest surroundings.
TriggerPlace Surest(const Node& node);

TriggerPlace ConcatTrigger(const Node& node) {
  uint64_t before = 0;
  uint64_t rest = WidthOf(node).most;
  TriggerPlace best;
  for (size_t i = 0; i < node.children.size(); ++i) {
    const uint64_t width = WidthOf(*node.children[i]).most;
    for (const TriggerKind& kind : kKinds) {
      const std::span<const NodePtr> from_here = std::span(node.children).subspan(i);
      const TriggerPlace spelled = {kind.bit, before, rest};
      if (kind.text.size() > 1 && Spells(from_here, kind.text) && Better(spelled, best)) best = spelled;
    }
    TriggerPlace inner = Surest(*node.children[i]);
    inner.before += before;
    inner.after += rest - width;
    if (Better(inner, best)) best = inner;
    before += width;
    rest -= width;
  }
  return best;
}

TriggerPlace AlternateTrigger(const Node& node) {
  TriggerPlace all;
  for (const NodePtr& child : node.children) {
    const TriggerPlace one = Surest(*child);
    if (one.bits == 0) return {};
    all = {all.bits | one.bits, std::max(all.before, one.before), std::max(all.after, one.after)};
  }
  return all;
}

TriggerPlace Surest(const Node& node) {
  switch (node.kind) {
    case Node::kBytes:
      for (const TriggerKind& kind : kKinds) {
        if (kind.text.size() == 1 && Holds(node.bytes, kind.text[0])) return {kind.bit, 0, 1};
      }
      return {};
    case Node::kConcat:
      return ConcatTrigger(node);
    case Node::kAlternate:
      return AlternateTrigger(node);
    case Node::kRepeat: {
      if (node.least == 0) return {};
      // That of the first time.
      TriggerPlace first = Surest(*node.children.front());
      if (first.bits == 0) return {};
      first.after += WidthOf(*node.children.front()).most * (node.most - 1);
      return first;
    }
  }
  return {};
}

// How far the bytes of a set may stand from each other in matches of a node: the longest stretches
// without one before the first, after the last, between two, and in matches that have none. kNever
// for what no match has.
struct Gaps {
  int64_t none = kNever;
  int64_t first = kNever;
  int64_t last = kNever;
  int64_t inner = kNever;
};

Gaps Either(const Gaps& a, const Gaps& b) {
  return {std::max(a.none, b.none), std::max(a.first, b.first), std::max(a.last, b.last), std::max(a.inner, b.inner)};
}

Gaps Both(const Gaps& a, const Gaps& b) {
  const auto sum = [](int64_t x, int64_t y) { return std::max(x + y, kNever); };
  return {sum(a.none, b.none), std::max(a.first, sum(a.none, b.first)), std::max(b.last, sum(b.none, a.last)),
          std::max({a.inner, b.inner, sum(a.last, b.first)})};
}

Gaps GapsOf(const Node& node, const ByteSet& bytes) {
  constexpr Gaps kEmpty = {.none = 0};
  Gaps gaps = kEmpty;
  switch (node.kind) {
    case Node::kBytes:
      gaps.none = (node.bytes & ~bytes).any() ? 1 : kNever;
      if ((node.bytes & bytes).any()) gaps.first = gaps.last = gaps.inner = 0;
      break;
    case Node::kConcat:
      for (const NodePtr& child : node.children) gaps = Both(gaps, GapsOf(*child, bytes));
      break;
    case Node::kAlternate:
      gaps = {};
      for (const NodePtr& child : node.children) gaps = Either(gaps, GapsOf(*child, bytes));
      break;
    case Node::kRepeat: {
      const Gaps one = GapsOf(*node.children.front(), bytes);
      for (uint32_t i = 0; i < node.least; ++i) gaps = Both(gaps, one);
      for (uint32_t i = node.least; i < node.most; ++i) gaps = Either(gaps, Both(gaps, one));
      break;
    }
  }
  return gaps;
}

// The bytes of triggers that are one byte; empty when one of them is longer.
ByteSet TriggerBytes(uint32_t bits) {
  ByteSet bytes;
  for (const TriggerKind& kind : kKinds) {
    if ((bits & kind.bit) == 0) continue;
    if (kind.text.size() > 1) return {};
    bytes |= BytesOf(kind.text[0]);
  }
  return bytes;
}

}  // namespace

Width WidthOf(const Node& node) {
  Width width;
  switch (node.kind) {
    case Node::kBytes:
      return {1, 1};
    case Node::kConcat:
      for (const NodePtr& child : node.children) {
        const Width one = WidthOf(*child);
        width = {width.least + one.least, width.most + one.most};
      }
      break;
    case Node::kAlternate:
      width.least = kWidthCeiling;
      for (const NodePtr& child : node.children) {
        const Width one = WidthOf(*child);
        width = {std::min(width.least, one.least), std::max(width.most, one.most)};
      }
      break;
    case Node::kRepeat: {
      const Width one = WidthOf(*node.children.front());
      width = {one.least * node.least, one.most * node.most};
      break;
    }
  }
  return {std::min(width.least, kWidthCeiling), std::min(width.most, kWidthCeiling)};
}

TriggerPlace TriggerOf(const Node& node) {
  TriggerPlace place = Surest(node);
  const ByteSet bytes = TriggerBytes(place.bits);
  if (bytes.none()) return place;
  // A match may hold many of them, and each has its surroundings: these need only meet.
  const Gaps gaps = GapsOf(node, bytes);
  place.before = static_cast<uint64_t>(gaps.first);
  place.after = static_cast<uint64_t>(std::max(gaps.last, gaps.inner - gaps.first)) + 1;
  return place;
}

}  // namespace phiveil
