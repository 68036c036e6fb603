#ifndef PHIVEIL_RULES_COMPILER_FORM_PARSER_H_
#define PHIVEIL_RULES_COMPILER_FORM_PARSER_H_

// The syntax of forms (rules/schema/LANGUAGE.md, "Forms") as a tree.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "text/token_class.h"

namespace phiveil::rules {

struct FormError {
  Code code = Code::kBadForm;
  size_t offset = 0;  // byte in the form
  size_t length = 1;
  std::string message;
  std::string advice;
};

// One way to be the token of an element. `word` 0: any word but `not_words`.
struct TokenTest {
  ClassBits require = 0;
  ClassBits forbid = 0;
  uint64_t word = 0;
  std::vector<uint64_t> not_words;
};

struct FormNode {
  enum class Kind { kToken, kSequence, kChoice, kRepeat, kCapture };

  Kind kind = Kind::kSequence;
  size_t offset = 0;
  size_t length = 1;
  std::vector<TokenTest> tests;  // kToken: any of them
  std::vector<std::unique_ptr<FormNode>> children;
  int least = 1;  // kRepeat
  int most = 1;
};

// The bits of a list class, nothing for an unknown one.
using ClassLookup = std::function<std::optional<ClassBits>(std::string_view name)>;

// nullptr with `error` set. `known` serves the advice for unknown classes.
std::unique_ptr<FormNode> ParseForm(std::string_view form, const ClassLookup& classes,
                                    const std::vector<std::string_view>& known, FormError* error);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_FORM_PARSER_H_
