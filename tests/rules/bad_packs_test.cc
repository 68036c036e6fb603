// Each folder of data/bad is a pack with something wrong; expected.txt beside its pack.yaml is what the
// compiler has to say. PHIVEIL_WRITE_EXPECTED=1 writes them anew: read the difference.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/concat.h"
#include "compiler/pack_compiler.h"
#include "compiler/report.h"

namespace phiveil::rules {
namespace {

namespace fs = std::filesystem;

fs::path Folder() { return fs::path(PHIVEIL_SOURCE_DIR) / "tests/rules/data/bad"; }

std::vector<std::string> Cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(Folder())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string ReadAll(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// The compiler's words, with paths from the pack's folder on.
std::string Complaints(const fs::path& dir, bool* good) {
  Diagnostics diagnostics;
  *good = CompilePack(dir.string(), &diagnostics).good;
  std::ostringstream out;
  WriteDiagnostics(diagnostics, out);
  std::string text = out.str();
  const std::string prefix = Concat(dir.string(), "/");
  for (size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
  for (size_t at = text.find(dir.string()); at != std::string::npos; at = text.find(dir.string())) {
    text.replace(at, dir.string().size(), ".");
  }
  return text;
}

class BadPack : public testing::TestWithParam<std::string> {};

TEST_P(BadPack, IsToldWhatIsWrong) {
  const fs::path dir = Folder() / GetParam();
  bool good = false;
  const std::string text = Complaints(dir, &good);
  const bool only_warnings = text.find(": error PH") == std::string::npos;
  EXPECT_EQ(good, only_warnings);
  EXPECT_FALSE(text.empty());
  if (std::getenv("PHIVEIL_WRITE_EXPECTED") != nullptr) std::ofstream(dir / "expected.txt", std::ios::binary) << text;
  EXPECT_EQ(text, ReadAll(dir / "expected.txt"));
}

INSTANTIATE_TEST_SUITE_P(Rules, BadPack, testing::ValuesIn(Cases()), [](const auto& one) { return one.param; });

// Every code of the compiler has a pack that provokes it, so that none is dead or untested.
TEST(BadPacks, CoverEveryCode) {
  std::string all;
  for (const std::string& name : Cases()) all += ReadAll(Folder() / name / "expected.txt");
  for (int number = 1; number < 200; ++number) {
    const Code code = static_cast<Code>(number);
    if (CodeName(code) == "unknown") continue;
    // Too large: yaml_test. Cases: cases_test. Claims: policy_compiler_test. Databases: a fault of ours. Cost:
    // rule_cost_test.
    if (code == Code::kTooLarge || code == Code::kBadCase || code == Code::kPolicyClaim || code == Code::kDatabase ||
        code == Code::kCostlyRule)
      continue;
    EXPECT_NE(all.find(Concat(CodeId(code), " ", CodeName(code))), std::string::npos) << CodeId(code) << CodeName(code);
  }
}

}  // namespace
}  // namespace phiveil::rules
