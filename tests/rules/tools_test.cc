#include "compiler/tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/concat.h"
#include "phiveil/rule_pack.h"

namespace phiveil::rules {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string MiniDir() { return Concat(PHIVEIL_SOURCE_DIR, "/tests/rules/data/mini"); }

// A copy of the mini pack that a test may change.
class Tools : public testing::Test {
 protected:
  Tools() {
    std::string pattern = (fs::temp_directory_path() / "phiveil-tools-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    fs::copy(MiniDir(), root_ / "mini", fs::copy_options::recursive);
  }
  ~Tools() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  std::string Dir() const { return (root_ / "mini").string(); }
  std::string File(std::string_view name) const { return (root_ / name).string(); }

  static std::string ReadAll(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
  }

  void Change(std::string_view name, std::string_view from, std::string_view to) const {
    const std::string path = Concat(Dir(), "/", name);
    std::string text = ReadAll(path);
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    std::ofstream(path, std::ios::binary) << text;
  }

  fs::path root_;
  std::ostringstream out_;
};

TEST_F(Tools, CheckCountsAndPasses) {
  EXPECT_EQ(CheckRules(Dir(), out_), 0);
  EXPECT_THAT(out_.str(), HasSubstr("mini 1: 7 rules, 3 expressions, 3 forms"));
  EXPECT_THAT(out_.str(), HasSubstr("0 errors, 0 warnings"));
}

TEST_F(Tools, CheckFailsOnAnErrorAndShowsIt) {
  Change("mrn.yaml", "boundary: token", "boundary: tokne");
  EXPECT_EQ(CheckRules(Dir(), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("mrn.yaml:7:15: error PH014 unknown-value"));
  EXPECT_THAT(out_.str(), HasSubstr("did you mean `token`?"));
}

TEST_F(Tools, CompileWritesAPackThatLoads) {
  EXPECT_EQ(CompileRules(Dir(), File("mini.pack"), out_), 0) << out_.str();
  const auto pack = RulePack::Load(ReadAll(File("mini.pack")));
  ASSERT_TRUE(pack.ok()) << pack.status();
  EXPECT_EQ((*pack)->name(), "mini");
  EXPECT_EQ((*pack)->rules().size(), 7u);
}

TEST_F(Tools, CompileWritesNothingWhenAnExampleFails) {
  Change("mrn.yaml", "'MRN: [[MRN:00482913]] admitted.'", "'Bed: [[MRN:00482913]] admitted.'");
  EXPECT_EQ(CompileRules(Dir(), File("mini.pack"), out_), 1);
  EXPECT_FALSE(fs::exists(File("mini.pack")));
  EXPECT_THAT(out_.str(), HasSubstr("mrn.yaml:15:9: example of mini.mrn.labelled: MRN not found in `00482913`"));
  EXPECT_THAT(out_.str(), HasSubstr("expected: Bed: [[MRN:00482913]] admitted."));
  EXPECT_THAT(out_.str(), HasSubstr("found:    Bed: 00482913 admitted."));
}

TEST_F(Tools, CompileCanBeToldToWriteAnUnprovenPack) {
  Change("mrn.yaml", "'MRN: [[MRN:00482913]] admitted.'", "'Bed: [[MRN:00482913]] admitted.'");
  EXPECT_EQ(CompileRules(Dir(), File("mini.pack"), out_, Examples::kReport), 0);
  EXPECT_EQ(RulePack::Load(ReadAll(File("mini.pack"))).status().code(), absl::StatusCode::kFailedPrecondition);
  RulePack::LoadOptions options;
  options.run_examples = false;
  EXPECT_TRUE(RulePack::Load(ReadAll(File("mini.pack")), options).ok());
}

TEST_F(Tools, CompileSaysWhereItCannotWrite) {
  EXPECT_EQ(CompileRules(Dir(), File("no/such/folder.pack"), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("no/such/folder.pack cannot be written"));
}

TEST_F(Tools, CompileLeavesTheOldPackWhenItFails) {
  std::ofstream(File("mini.pack")) << "old";
  Change("mrn.yaml", "boundary: token", "boundary: tokne");
  EXPECT_EQ(CompileRules(Dir(), File("mini.pack"), out_), 1);
  EXPECT_EQ(ReadAll(File("mini.pack")), "old");
}

TEST_F(Tools, TestRunsExamplesAndCases) {
  EXPECT_EQ(TestRules(Dir(), out_), 0) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("mini 1: 21 texts, 0 failed, 1 known fault"));
}

TEST_F(Tools, TestTakesACompiledPackToo) {
  ASSERT_EQ(CompileRules(Dir(), File("mini.pack"), out_), 0);
  EXPECT_EQ(TestRules(File("mini.pack"), out_), 0);
  EXPECT_THAT(out_.str(), HasSubstr("mini 1: 7 rules, 0 failed"));
  Change("mrn.yaml", "'MRN: [[MRN:00482913]] admitted.'", "'Bed: [[MRN:00482913]] admitted.'");
  ASSERT_EQ(CompileRules(Dir(), File("mini.pack"), out_, Examples::kReport), 0);
  EXPECT_EQ(TestRules(File("mini.pack"), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("mini.pack: example 1 of mini.mrn.labelled: expected MRN"));
  std::ofstream(File("mini.pack")) << "not a pack";
  EXPECT_EQ(TestRules(File("mini.pack"), out_), 1);
}

TEST_F(Tools, TestShowsAMissAndAnExtra) {
  Change("mrn.cases", "Order no 00482913 sent", "Order no [[MRN:00482913]] sent");
  Change("mrn.cases", "MRN: [[MRN:00482913]]\\nadmitted", "MRN: 00482913\\nadmitted");
  EXPECT_EQ(TestRules(Dir(), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("mrn.cases:2: case: MRN found in `00482913` by mini.mrn.labelled"));
  EXPECT_THAT(out_.str(), HasSubstr("found:    MRN: [[MRN:00482913]]\\nadmitted."));
  EXPECT_THAT(out_.str(), HasSubstr("mrn.cases:3: case: MRN not found in `00482913`"));
  EXPECT_THAT(out_.str(), HasSubstr("2 failed"));
}

TEST_F(Tools, KnownFaultThatIsGoneWantsToBePromoted) {
  Change("mrn.cases", "Order no 00482913 sent to lab.\tok", "Order no 00482913 sent to lab.\textra #7");
  EXPECT_EQ(TestRules(Dir(), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("mrn.cases:3: known fault #7 is gone: promote it"));
}

TEST_F(Tools, KnownFaultThatFailsInAnotherWayFails) {
  Change("mrn.cases", "miss #1", "extra #1");
  EXPECT_EQ(TestRules(Dir(), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("mrn.cases:5: case with known fault #1: MRN not found"));
}

TEST_F(Tools, CasesCompareAllMarkedCategories) {
  Change("mrn.cases", "MRN: [[MRN:00482913]]\\nadmitted.", "MRN: [[MRN:00482913]] on [[DATE:03/04/2025]], Dr. Ruiz");
  EXPECT_EQ(TestRules(Dir(), out_), 0) << out_.str();
  Change("mrn.cases", "[[DATE:03/04/2025]]", "[[DATE:03/04]]/2025");
  EXPECT_EQ(TestRules(Dir(), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("DATE not found in `03/04`"));
}

TEST_F(Tools, BrokenCaseFileIsAnError) {
  Change("mrn.cases", "\tmiss #1", "\tmis #1");
  EXPECT_EQ(TestRules(Dir(), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("mrn.cases:5:41: error PH060 bad-case"));
}

TEST_F(Tools, VetoExamplesAreHeldAgainstVetoes) {
  Change("safe.yaml", "'Give [[SAFE:500 mg]] daily.'", "'Give [[SAFE:500 kg]] daily.'");
  EXPECT_EQ(TestRules(Dir(), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("example of mini.safe.dose: no veto covers"));
}

TEST_F(Tools, ExplainPutsARuleInWords) {
  EXPECT_EQ(ExplainRule(Dir(), "mini.mrn.labelled", out_), 0);
  for (const char* part : {"stable", "Medical record number after its label.", "finds     MRN", "score of 0.30",
                           "= (?:[A-Z]{0,2}[0-9]{5,10})", "at most 12 bytes", "mini.mrn.chart",
                           "+0.60 for mrn, med rec no, unit no, before, within 4 words", "not_all_same_digit",
                           "12345678", "reach     0.90", "finds   MRN: [[MRN:00482913]]", "leaves  Order no"}) {
    EXPECT_THAT(out_.str(), HasSubstr(part));
  }
}

TEST_F(Tools, ExplainTakesTheEndOfAnIdAndSuggests) {
  EXPECT_EQ(ExplainRule(Dir(), "titled", out_), 0);
  EXPECT_THAT(out_.str(), HasSubstr("class     Title: dr, mr"));
  out_.str("");
  EXPECT_EQ(ExplainRule(Dir(), "listed", out_), 0);
  EXPECT_THAT(out_.str(), HasSubstr("= < City{1,5} >"));
  out_.str("");
  EXPECT_EQ(ExplainRule(Dir(), "mini.mrn.lableled", out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("did you mean `mini.mrn.labelled`?"));
}

TEST_F(Tools, MissingPackIsNamed) {
  EXPECT_EQ(CheckRules(File("none"), out_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("none/pack.yaml: error PH001 unreadable-file"));
  EXPECT_EQ(TestRules(File("none"), out_), 1);
  EXPECT_EQ(ExplainRule(File("none"), "x", out_), 1);
}

TEST_F(Tools, PoliciesAreCheckedAndWritten) {
  const std::string policy = Concat(PHIVEIL_SOURCE_DIR, "/rules/policies/tag_only.yaml");
  EXPECT_EQ(CheckPolicy(policy, out_), 0);
  EXPECT_THAT(out_.str(), HasSubstr("tag_only 1, basis safe_harbor, without a vault"));
  EXPECT_EQ(CompilePolicyFile(policy, File("tag_only.policy"), out_), 0);
  EXPECT_GT(fs::file_size(File("tag_only.policy")), 100u);
  std::ofstream(File("bad.yaml")) << "name: x\n";
  EXPECT_EQ(CheckPolicy(File("bad.yaml"), out_), 1);
  EXPECT_EQ(CompilePolicyFile(File("bad.yaml"), File("bad.policy"), out_), 1);
  EXPECT_FALSE(fs::exists(File("bad.policy")));
}

}  // namespace
}  // namespace phiveil::rules
