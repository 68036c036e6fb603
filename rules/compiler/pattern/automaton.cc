#include "compiler/pattern/automaton.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "compiler/pattern/pattern.h"
#include "match/dfa.h"

namespace phiveil {
namespace {

constexpr size_t kMaxNfaStates = 1u << 16;
constexpr size_t kMaxRawStates = size_t{4} * kMaxPatternStates;

// Bytes that no set of the pattern tells apart share a class.
class ByteClasses {
 public:
  explicit ByteClasses(std::span<const Node* const> nodes) {
    for (const Node* node : nodes) Refine(*node);
    for (size_t b = 0; b < of_.size(); ++b) {
      if (of_[b] == representatives_.size()) representatives_.push_back(static_cast<uint8_t>(b));
    }
  }
  size_t size() const { return representatives_.size(); }
  const std::array<uint8_t, 256>& of() const { return of_; }
  uint8_t representative(size_t c) const { return representatives_[c]; }

 private:
  void Refine(const Node& node) {
    if (node.kind == Node::kBytes) Split(node.bytes);
    for (const NodePtr& child : node.children) Refine(*child);
  }
  // Renumbers by first appearance, so that a class's number is met first at its representative.
  void Split(const ByteSet& set) {
    std::map<std::pair<uint8_t, bool>, uint8_t> numbers;
    for (size_t b = 0; b < of_.size(); ++b) {
      const auto next = static_cast<uint8_t>(numbers.size());
      of_[b] = numbers.try_emplace({of_[b], set[b]}, next).first->second;
    }
  }
  std::array<uint8_t, 256> of_ = {};
  std::vector<uint8_t> representatives_;
};

enum class Direction { kForward, kBackward };

// Thompson's construction over trees of which one is read, from beginning to end or from end to
// beginning. Each tree has an end of its own.
class Nfa {
 public:
  struct State {
    const ByteSet* bytes = nullptr;  // nullptr: both edges are free
    int next = -1;
    int other = -1;
    int accepts = -1;  // number of the tree that ends here
  };

  Nfa(std::span<const Node* const> nodes, Direction direction) : direction_(direction) {
    for (size_t n = 0; n < nodes.size(); ++n) {
      const int begin = Build(*nodes[n], Add({nullptr, -1, -1, static_cast<int>(n)}));
      start_ = start_ < 0 ? begin : Add({nullptr, start_, begin, -1});
    }
  }
  bool too_large() const { return states_.size() > kMaxNfaStates; }
  int start() const { return start_; }
  const State& state(int s) const { return states_[static_cast<size_t>(s)]; }

  // Adds what is reached from `s` without reading: states that read, and ends.
  void Close(int s, std::vector<int>* set, std::vector<uint32_t>* seen, uint32_t mark) const {
    std::vector<int> stack = {s};
    while (!stack.empty()) {
      const int top = stack.back();
      stack.pop_back();
      if (top < 0 || std::exchange((*seen)[static_cast<size_t>(top)], mark) == mark) continue;
      if (state(top).accepts >= 0 || state(top).bytes != nullptr) {
        set->push_back(top);
        continue;
      }
      stack.push_back(state(top).next);
      stack.push_back(state(top).other);
    }
  }
  size_t size() const { return states_.size(); }

 private:
  int Add(State state) {
    states_.push_back(state);
    return static_cast<int>(states_.size()) - 1;
  }

  // Returns the state from which `node` leads to `next`.
  int Build(const Node& node, int next) {
    if (too_large()) return next;
    switch (node.kind) {
      case Node::kBytes:
        return Add({&node.bytes, next, -1, -1});
      case Node::kConcat:
        for (size_t i = 0; i < node.children.size(); ++i) {
          const size_t child = direction_ == Direction::kBackward ? i : node.children.size() - 1 - i;
          next = Build(*node.children[child], next);
        }
        return next;
      case Node::kAlternate: {
        int all = -1;
        for (const NodePtr& child : node.children) {
          const int one = Build(*child, next);
          all = all < 0 ? one : Add({nullptr, all, one, -1});
        }
        return all;
      }
      case Node::kRepeat: {
        const int done = next;
        const Node& child = *node.children.front();
        for (uint32_t i = node.most; i > node.least; --i) next = Add({nullptr, Build(child, next), done, -1});
        for (uint32_t i = node.least; i > 0; --i) next = Build(child, next);
        return next;
      }
    }
    return next;
  }

  Direction direction_;
  std::vector<State> states_;
  int start_ = -1;
};

struct RawState {
  std::vector<uint32_t> next;     // by byte class
  std::vector<uint32_t> accepts;  // trees, rising
};

// Subset construction. State 0 is the dead one. Empty when there are more than `most`.
std::vector<RawState> Determinise(const Nfa& nfa, const ByteClasses& classes, size_t most) {
  std::map<std::vector<int>, uint32_t> numbers;
  std::vector<std::vector<int>> sets;
  std::vector<uint32_t> seen(nfa.size(), 0);
  uint32_t mark = 0;
  const auto number_of = [&](std::vector<int> set) {
    std::sort(set.begin(), set.end());
    const auto [it, added] = numbers.try_emplace(set, static_cast<uint32_t>(sets.size()));
    if (added) sets.push_back(std::move(set));
    return it->second;
  };
  number_of({});
  std::vector<int> first;
  nfa.Close(nfa.start(), &first, &seen, ++mark);
  number_of(std::move(first));

  std::vector<RawState> states;
  while (states.size() < sets.size()) {
    if (sets.size() > most) return {};
    const std::vector<int> from = sets[states.size()];
    RawState state;
    for (int f : from) {
      if (nfa.state(f).accepts >= 0) state.accepts.push_back(static_cast<uint32_t>(nfa.state(f).accepts));
    }
    std::sort(state.accepts.begin(), state.accepts.end());
    for (size_t c = 0; c < classes.size(); ++c) {
      std::vector<int> to;
      ++mark;
      for (int s : from) {
        const Nfa::State& in = nfa.state(s);
        if (in.bytes != nullptr && in.bytes->test(classes.representative(c))) nfa.Close(in.next, &to, &seen, mark);
      }
      state.next.push_back(number_of(std::move(to)));
    }
    states.push_back(std::move(state));
  }
  return states;
}

// Patterns are bounded, so the automaton has no cycle but the dead state's, and two states are one
// when they accept alike and lead to the same states: one pass from the ends to the start suffices.
class Minimiser {
 public:
  explicit Minimiser(const std::vector<RawState>& raw) : raw_(raw), number_(raw.size(), kUnknown) {
    number_[0] = 0;
    states_.push_back({std::vector<uint32_t>(raw[0].next.size(), 0), {}});
    start_ = Visit(1);
  }
  const std::vector<RawState>& states() const { return states_; }
  uint32_t start() const { return start_; }

 private:
  static constexpr uint32_t kUnknown = UINT32_MAX;

  // As deep as the widest match.
  uint32_t Visit(uint32_t s) {
    if (number_[s] != kUnknown) return number_[s];
    RawState state;
    state.accepts = raw_[s].accepts;
    for (uint32_t to : raw_[s].next) state.next.push_back(Visit(to));
    const auto [it, added] = known_.try_emplace({state.accepts, state.next}, static_cast<uint32_t>(states_.size()));
    if (added) states_.push_back(std::move(state));
    return number_[s] = it->second;
  }

  const std::vector<RawState>& raw_;
  std::vector<uint32_t> number_;
  std::vector<RawState> states_;
  std::map<std::pair<std::vector<uint32_t>, std::vector<uint32_t>>, uint32_t> known_;
  uint32_t start_ = 0;
};

// Byte classes that no state of the minimal automaton tells apart become one: where each old one went.
std::vector<uint8_t> MergeClasses(const std::vector<RawState>& states, size_t classes, size_t* merged) {
  std::map<std::vector<uint32_t>, uint8_t> columns;
  std::vector<uint8_t> to;
  for (size_t c = 0; c < classes; ++c) {
    std::vector<uint32_t> column;
    column.reserve(states.size());
    for (const RawState& state : states) column.push_back(state.next[c]);
    to.push_back(columns.try_emplace(std::move(column), static_cast<uint8_t>(columns.size())).first->second);
  }
  *merged = columns.size();
  return to;
}

// Dead state, then those that do not accept, then those that do.
DfaTable Number(const Minimiser& minimal, const ByteClasses& classes) {
  const std::vector<RawState>& states = minimal.states();
  std::vector<uint16_t> place(states.size());
  DfaTable table;
  uint16_t next = 0;
  for (bool accepting : {false, true}) {
    if (accepting) table.first_accepting = next;
    for (size_t s = 0; s < states.size(); ++s) {
      if (!states[s].accepts.empty() == accepting) place[s] = next++;
    }
  }
  size_t merged = 0;
  const std::vector<uint8_t> to = MergeClasses(states, classes.size(), &merged);
  table.start = place[minimal.start()];
  table.classes = static_cast<uint16_t>(merged);
  for (size_t b = 0; b < 256; ++b) table.class_of[b] = to[classes.of()[b]];
  table.next.resize(states.size() * merged);
  for (size_t s = 0; s < states.size(); ++s) {
    for (size_t c = 0; c < classes.size(); ++c) table.next[place[s] * merged + to[c]] = place[states[s].next[c]];
  }
  return table;
}

// How many bytes there are to the first digit of what can still match from each state, at most;
// kNoReach where something can match without one.
class Reach {
 public:
  Reach(const std::vector<RawState>& states, const ByteClasses& classes)
      : states_(states), of_(states.size(), kUnknown), digit_(classes.size(), false) {
    for (uint8_t b = '0'; b <= '9'; ++b) digit_[classes.of()[b]] = true;
    for (uint32_t s = 1; s < states.size(); ++s) Visit(s);
    of_[0] = 0;
  }
  uint8_t Of(size_t state) const { return static_cast<uint8_t>(of_[state]); }

 private:
  static constexpr int kUnknown = -1;
  static constexpr int kNoReach = 255;

  int Visit(uint32_t s) {
    if (of_[s] != kUnknown) return of_[s];
    int reach = states_[s].accepts.empty() ? 0 : kNoReach;
    for (size_t c = 0; c < digit_.size() && reach < kNoReach; ++c) {
      const uint32_t next = states_[s].next[c];
      if (next != 0 && !digit_[c]) reach = std::max(reach, std::min(kNoReach, Visit(next) + 1));
    }
    return of_[s] = reach;
  }

  const std::vector<RawState>& states_;
  std::vector<int> of_;
  std::vector<bool> digit_;
};

void PutU16(size_t value, std::string* out) {
  out->push_back(static_cast<char>(value & 0xff));
  out->push_back(static_cast<char>(value >> 8));
}

}  // namespace

std::optional<std::string> BuildReverseDfa(const Node& node) {
  const std::array<const Node*, 1> nodes = {&node};
  const Nfa nfa(nodes, Direction::kBackward);
  if (nfa.too_large()) return std::nullopt;
  const ByteClasses classes(nodes);
  const std::vector<RawState> raw = Determinise(nfa, classes, kMaxRawStates);
  if (raw.empty()) return std::nullopt;
  const Minimiser minimal(raw);
  if (minimal.states().size() > kMaxPatternStates) return std::nullopt;
  return SerializeDfa(Number(minimal, classes));
}

std::optional<pb::Walk> BuildWalk(std::span<const Node* const> nodes, std::span<const uint32_t> expressions) {
  const Nfa nfa(nodes, Direction::kForward);
  if (nfa.too_large()) return std::nullopt;
  const ByteClasses classes(nodes);
  if (classes.size() > 256) return std::nullopt;
  const std::vector<RawState> raw = Determinise(nfa, classes, kMaxWalkStates);
  if (raw.empty()) return std::nullopt;
  const Minimiser minimal(raw);
  const std::vector<RawState>& states = minimal.states();
  const Reach reach(states, classes);
  pb::Walk walk;
  walk.set_classes(static_cast<uint32_t>(classes.size()));
  walk.set_start(minimal.start());
  walk.mutable_class_of()->assign(reinterpret_cast<const char*>(classes.of().data()), classes.of().size());
  std::map<std::vector<uint32_t>, size_t> sets;
  for (size_t s = 0; s < states.size(); ++s) {
    for (const uint32_t next : states[s].next) PutU16(next, walk.mutable_next());
    walk.mutable_reach()->push_back(static_cast<char>(reach.Of(s)));
    size_t number = 0;
    if (!states[s].accepts.empty()) {
      const auto [it, fresh] = sets.try_emplace(states[s].accepts, sets.size() + 1);
      number = it->second;
      if (fresh) {
        pb::WalkSet* set = walk.add_sets();
        for (const uint32_t tree : states[s].accepts) set->add_expressions(expressions[tree]);
      }
    }
    PutU16(number, walk.mutable_accepts());
  }
  return walk;
}

}  // namespace phiveil
