#ifndef PHIVEIL_RULES_COMPILER_POLICY_COMPILER_H_
#define PHIVEIL_RULES_COMPILER_POLICY_COMPILER_H_

// A policy's YAML into the bytes that Policy::Load takes. The keys are explained in each file of
// rules/policies.

#include <optional>
#include <string>

#include "compiler/diagnostic.h"

namespace phiveil::rules {

// Nothing after an error, which has been reported; the claim check of Policy::Load is one of them.
std::optional<std::string> CompilePolicy(const std::string& path, Diagnostics* diagnostics);

// The same for a text that is at hand; `path` is how diagnostics name it.
std::optional<std::string> CompilePolicyText(std::string path, std::string text, Diagnostics* diagnostics);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_POLICY_COMPILER_H_
