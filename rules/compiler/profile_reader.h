#ifndef PHIVEIL_RULES_COMPILER_PROFILE_READER_H_
#define PHIVEIL_RULES_COMPILER_PROFILE_READER_H_

// Deployment profiles and tasks out of YAML. The keys are explained in rules/profiles and in each file of rules/tasks.

#include <optional>
#include <string>

#include "compiler/diagnostic.h"
#include "phiveil/deployment.h"
#include "phiveil/task.h"

namespace phiveil::rules {

// Nothing after an error, which has been reported. `path` is how diagnostics name the text.
std::optional<DeploymentProfile> ReadDeploymentProfile(std::string path, std::string text, Diagnostics* diagnostics);
std::optional<TaskProfile> ReadTaskProfile(std::string path, std::string text, Diagnostics* diagnostics);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_PROFILE_READER_H_
