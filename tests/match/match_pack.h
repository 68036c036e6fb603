#ifndef PHIVEIL_TESTS_MATCH_MATCH_PACK_H_
#define PHIVEIL_TESTS_MATCH_MATCH_PACK_H_

// Packs with expressions alone, for tests.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/pattern/pattern.h"
#include "match/matcher.h"

namespace phiveil {

struct Shape {
  std::string pattern;
  pb::Boundary boundary = pb::BOUNDARY_TOKEN;
  bool caseless = true;
  std::string extend = "";
};

enum class By { kHyperscan, kWalks };

inline pb::Pack PackOf(const std::vector<Shape>& shapes, By by = By::kHyperscan) {
  pb::Pack pack;
  std::vector<std::shared_ptr<const Node>> trees;
  for (const Shape& shape : shapes) {
    const absl::StatusOr<CompiledPattern> compiled = CompilePattern(shape.pattern, shape.caseless);
    EXPECT_TRUE(compiled.ok()) << shape.pattern << ": " << compiled.status();
    pb::Expression* expression = pack.add_expressions();
    FillExpression(*compiled, expression);
    expression->set_boundary(shape.boundary);
    expression->set_extend(shape.extend);
    trees.push_back(compiled->tree);
  }
  if (by == By::kWalks) AddWalks(trees, &pack);
  absl::StatusOr<std::string> database = CompileDatabase(pack.expressions(), Platform::kAvx2);
  EXPECT_TRUE(database.ok()) << database.status();
  pack.set_hs_database(*std::move(database));
  pack.set_hs_platform(std::string(PlatformName(Platform::kAvx2)));
  return pack;
}

class TestMatcher {
 public:
  explicit TestMatcher(const pb::Pack& pack) {
    absl::StatusOr<std::unique_ptr<const Matcher>> matcher = Matcher::Create(pack);
    EXPECT_TRUE(matcher.ok()) << matcher.status();
    matcher_ = *std::move(matcher);
    absl::StatusOr<std::unique_ptr<MatchScratch>> scratch = matcher_->NewScratch();
    EXPECT_TRUE(scratch.ok()) << scratch.status();
    scratch_ = *std::move(scratch);
  }

  std::vector<Match> Scan(std::string_view text) const {
    std::vector<Match> matches;
    const absl::Status status = matcher_->Scan(text, scratch_.get(), &matches);
    EXPECT_TRUE(status.ok()) << status;
    return matches;
  }
  MatchScratch* scratch() const { return scratch_.get(); }

 private:
  std::unique_ptr<const Matcher> matcher_;
  std::unique_ptr<MatchScratch> scratch_;
};

inline std::vector<Match> Scan(const pb::Pack& pack, std::string_view text) { return TestMatcher(pack).Scan(text); }

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_MATCH_MATCH_PACK_H_
