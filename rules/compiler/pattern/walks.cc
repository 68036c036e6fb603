#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "compiler/pattern/automaton.h"
#include "compiler/pattern/pattern.h"
#include "match/extend.h"
#include "match/windows.h"

namespace phiveil {
namespace {

// At a token's edge: from each of these, whatever they hold.
bool BeginsAtATokensEdge(const pb::Expression& expression) {
  return (expression.boundary() == pb::BOUNDARY_TOKEN || expression.boundary() == pb::BOUNDARY_SPACE) &&
         !GrowsLeft(*ExtendByName(expression.extend()));
}

// From every byte: only where a digit is never far, so that few are tried.
bool HoldsADigit(const pb::Expression& expression) { return expression.trigger() == kTriggerDigit; }

size_t AutomatonSize(const pb::Expression& expression) { return expression.reverse_dfa().size(); }

std::optional<pb::Walk> WalkOver(std::span<const uint32_t> numbers,
                                 std::span<const std::shared_ptr<const Node>> trees) {
  std::vector<const Node*> nodes;
  for (const uint32_t number : numbers) nodes.push_back(trees[number].get());
  return BuildWalk(nodes, numbers);
}

// An automaton over as many of `numbers` as it has room for; the largest are left out.
void AddWalk(std::vector<uint32_t> numbers, bool every_byte, std::span<const std::shared_ptr<const Node>> trees,
             pb::Pack* pack) {
  const auto smaller = [pack](uint32_t a, uint32_t b) {
    return AutomatonSize(pack->expressions(static_cast<int>(a))) <
           AutomatonSize(pack->expressions(static_cast<int>(b)));
  };
  std::stable_sort(numbers.begin(), numbers.end(), smaller);
  size_t fits = 0, too_many = numbers.size() + 1;
  std::optional<pb::Walk> best;
  for (size_t count = numbers.size(); count > fits; count = fits + (too_many - fits) / 2) {
    std::optional<pb::Walk> walk = WalkOver(std::span(numbers).first(count), trees);
    (walk ? fits : too_many) = count;
    if (walk) best = std::move(walk);
  }
  if (!best) return;
  best->set_every_byte(every_byte);
  *pack->add_walks() = *std::move(best);
  for (const uint32_t number : std::span(numbers).first(fits))
    pack->mutable_expressions(static_cast<int>(number))->set_walked(true);
}

}  // namespace

void AddWalks(std::span<const std::shared_ptr<const Node>> trees, pb::Pack* pack) {
  std::vector<uint32_t> edges, anywhere;
  for (uint32_t e = 0; e < trees.size(); ++e) {
    const pb::Expression& expression = pack->expressions(static_cast<int>(e));
    if (BeginsAtATokensEdge(expression)) {
      edges.push_back(e);
    } else if (HoldsADigit(expression)) {
      anywhere.push_back(e);
    }
  }
  AddWalk(std::move(edges), false, trees, pack);
  AddWalk(std::move(anywhere), true, trees, pack);
}

}  // namespace phiveil
