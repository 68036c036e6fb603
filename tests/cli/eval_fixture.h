#ifndef PHIVEIL_TESTS_CLI_EVAL_FIXTURE_H_
#define PHIVEIL_TESTS_CLI_EVAL_FIXTURE_H_

// Engines over a pack of the tests' own: the figures of the built-in one move whenever it learns.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>

#include "cli/eval_gold.h"
#include "compiler/tools.h"
#include "support/engine.h"

namespace phiveil::cli::eval {

inline std::shared_ptr<const RulePack> SmallPack() {
  static const auto* const pack = new std::shared_ptr<const RulePack>([]() -> std::shared_ptr<const RulePack> {
    const phiveil::testing::TemporaryFolder folder;
    std::ostringstream log;
    EXPECT_EQ(rules::CompileRules(PHIVEIL_SOURCE_DIR "/tests/cli/data/eval_pack", folder / "small.pack", log), 0)
        << log.str();
    std::ifstream in(folder / "small.pack", std::ios::binary);
    auto loaded = RulePack::Load(std::string(std::istreambuf_iterator<char>(in), {}));
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return loaded.ok() ? *loaded : nullptr;
  }());
  return *pack;
}

inline std::unique_ptr<Deidentifier> SmallEngine(std::string_view policy = "tag_only") {
  auto engine = Deidentifier::Create({.pack = SmallPack(), .policy = phiveil::testing::NamedPolicy(policy)});
  EXPECT_TRUE(engine.ok()) << engine.status();
  return *std::move(engine);
}

inline GoldDocument Marked(std::string_view marked, std::string id = "a") {
  GoldDocument document;
  document.source = id;
  document.id = std::move(id);
  ParseMarked(marked, &document);
  return document;
}

}  // namespace phiveil::cli::eval

#endif  // PHIVEIL_TESTS_CLI_EVAL_FIXTURE_H_
