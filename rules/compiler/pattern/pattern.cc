#include "compiler/pattern/pattern.h"

#include <optional>
#include <utility>

#include "base/concat.h"
#include "compiler/pattern/analysis.h"
#include "compiler/pattern/automaton.h"
#include "compiler/pattern/expression_text.h"
#include "compiler/pattern/parser.h"

namespace phiveil {
namespace {

bool Compile(std::string_view pattern, bool caseless, CompiledPattern* compiled, PatternError* error) {
  NodePtr tree = ParsePattern(pattern, caseless, error);
  if (tree == nullptr) return false;
  const Width width = WidthOf(*tree);
  if (width.least == 0) {
    *error = {0, "the pattern matches the empty text"};
    return false;
  }
  if (width.most > kMaxPatternWidth) {
    *error = {0, Concat("the pattern may match more than ", kMaxPatternWidth, " bytes")};
    return false;
  }
  std::optional<std::string> dfa = BuildReverseDfa(*tree);
  if (!dfa) {
    *error = {0, Concat("the pattern is too large: its automaton needs more than ", kMaxPatternStates,
                        " states; shorten its repeats")};
    return false;
  }
  const TriggerPlace trigger = TriggerOf(*tree);
  compiled->hs_pattern = ExpressionText(*tree, caseless);
  compiled->caseless = caseless;
  compiled->reverse_dfa = *std::move(dfa);
  compiled->min_width = static_cast<uint32_t>(width.least);
  compiled->max_width = static_cast<uint32_t>(width.most);
  compiled->trigger = trigger.bits;
  compiled->trigger_before = static_cast<uint32_t>(trigger.before);
  compiled->trigger_after = static_cast<uint32_t>(trigger.after);
  compiled->tree = std::move(tree);
  return true;
}

}  // namespace

absl::StatusOr<CompiledPattern> CompilePattern(std::string_view pattern, bool caseless, PatternError* error) {
  PatternError found;
  CompiledPattern compiled;
  if (Compile(pattern, caseless, &compiled, &found)) return compiled;
  absl::Status status = absl::InvalidArgumentError(found.message);
  if (error != nullptr) *error = std::move(found);
  return status;
}

void FillExpression(const CompiledPattern& compiled, pb::Expression* expression) {
  expression->set_pattern(compiled.hs_pattern);
  expression->set_caseless(compiled.caseless);
  expression->set_reverse_dfa(compiled.reverse_dfa);
  expression->set_max_width(compiled.max_width);
  expression->set_trigger(compiled.trigger);
  expression->set_trigger_before(compiled.trigger_before);
  expression->set_trigger_after(compiled.trigger_after);
}

}  // namespace phiveil
