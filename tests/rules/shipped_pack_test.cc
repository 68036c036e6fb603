// The rules that are shipped: every example and every case file does what it says, no known fault waits to
// be promoted, and nothing is to be warned of.

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "base/concat.h"
#include "compiler/pack_compiler.h"
#include "compiler/tools.h"

namespace phiveil::rules {
namespace {

class ShippedPack : public testing::TestWithParam<std::string> {};

TEST_P(ShippedPack, ExamplesAndCasesHold) {
  std::ostringstream out;
  EXPECT_EQ(TestRules(GetParam(), out), 0) << out.str();
}

TEST_P(ShippedPack, CompilesWithoutWarnings) {
  Diagnostics diagnostics;
  EXPECT_TRUE(CompilePack(GetParam(), &diagnostics).good);
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) ADD_FAILURE() << FormatDiagnostic(diagnostic);
}

std::vector<std::string> Packs() {
  std::vector<std::string> packs;
  for (const auto& entry : std::filesystem::directory_iterator(Concat(PHIVEIL_SOURCE_DIR, "/rules/packs"))) {
    if (entry.is_directory()) packs.push_back(entry.path().string());
  }
  return packs;
}

INSTANTIATE_TEST_SUITE_P(Rules, ShippedPack, testing::ValuesIn(Packs()),
                         [](const auto& one) { return std::filesystem::path(one.param).filename().string(); });

}  // namespace
}  // namespace phiveil::rules
