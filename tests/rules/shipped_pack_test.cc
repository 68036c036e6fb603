// The rules that are shipped: every example and every case file does what it says, no known fault waits to
// be promoted, and nothing is to be warned of.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "base/concat.h"
#include "compiler/pack_compiler.h"
#include "compiler/tools.h"
#include "match/database.h"
#include "match/matcher.h"
#include "text/document.h"

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

// The automata stand in for Hyperscan: over the project's notes both find the same, to the byte.
TEST_P(ShippedPack, WalksFindWhatHyperscanFinds) {
  Diagnostics diagnostics;
  const pb::Pack pack = CompilePack(GetParam(), &diagnostics).pack;
  pb::Pack reference = pack;
  reference.clear_walks();
  for (pb::Expression& expression : *reference.mutable_expressions()) expression.clear_walked();
  reference.set_hs_database(*CompileDatabase(reference.expressions(), Platform::kHost));
  const auto walker = *Matcher::Create(pack), scanner = *Matcher::Create(reference);
  const auto walk_scratch = *walker->NewScratch(), scan_scratch = *scanner->NewScratch();
  size_t found = 0;
  for (const char* folder : {"/corpora/notes", "/corpora/clean", "/corpora/templates"}) {
    for (const auto& entry : std::filesystem::directory_iterator(Concat(PHIVEIL_SOURCE_DIR, folder))) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      Document doc;
      ASSERT_TRUE(doc.Reset(text).ok()) << entry.path();
      std::vector<Match> walked, scanned;
      ASSERT_TRUE(walker->Scan(doc.view(), walk_scratch.get(), &walked).ok());
      ASSERT_TRUE(scanner->Scan(doc.view(), scan_scratch.get(), &scanned).ok());
      ASSERT_EQ(walked, scanned) << entry.path();
      found += walked.size();
    }
  }
  EXPECT_GT(found, 5000u);
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
