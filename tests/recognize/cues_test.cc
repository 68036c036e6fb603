#include "recognize/cues.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace phiveil {
namespace {

// One expression owned by rule 0 (cues "mrn" before within 4, "order" before within 3 against it, "chart" after
// within 2) and by rule 1 (cue "account no").
class CuesTest : public ::testing::Test {
 protected:
  CuesTest() {
    pb::Rule* mrn = pack_.add_rules();
    AddCue(mrn, pb::Cue::BEFORE, 4, 0.6f);
    AddCue(mrn, pb::Cue::BEFORE, 3, -0.2f);
    AddCue(mrn, pb::Cue::AFTER, 2, 0.3f);
    AddCue(pack_.add_rules(), pb::Cue::EITHER, 3, 0.5f);
    pb::Expression* expression = pack_.add_expressions();
    expression->add_rules(0);
    expression->add_rules(1);
    LexiconBuilder builder;
    builder.AddCue("mrn", 0, 0);
    builder.AddCue("med rec no", 0, 0);
    builder.AddCue("order", 0, 1);
    builder.AddCue("chart", 0, 2);
    builder.AddCue("account no", 1, 0);
    lexicon_ = *Lexicon::Create(builder.Build());
    table_ = std::make_unique<CueTable>(pack_, *lexicon_);
  }

  static void AddCue(pb::Rule* rule, pb::Cue::Side side, uint32_t within, float add) {
    pb::Cue* cue = rule->add_cues();
    cue->set_side(side);
    cue->set_within(within);
    cue->set_add(add);
  }

  // What speaks for `rule` about the first place where the number `value` stands.
  float Sum(std::string_view text, std::string_view value, uint32_t rule, std::string_view earlier = "") {
    Document doc;
    EXPECT_TRUE(doc.Reset(text).ok());
    std::vector<CueHit> hits;
    lexicon_->Mark(&doc, &hits);
    Cues cues(table_.get());
    cues.Reset(doc, &hits);
    const auto at = static_cast<uint32_t>(doc.TokenAt(text.find(value)));
    const uint32_t before = earlier.empty() ? UINT32_MAX : static_cast<uint32_t>(doc.TokenAt(text.find(earlier)));
    cues.Gather(at, at + 1, 0, before);
    std::vector<Contribution> reasons;
    const float sum = cues.SumFor(rule, &reasons);
    EXPECT_EQ(cues.Touched(rule), !reasons.empty());
    return sum;
  }

  pb::Pack pack_;
  std::unique_ptr<const Lexicon> lexicon_;
  std::unique_ptr<CueTable> table_;
};

TEST_F(CuesTest, SpeakWithinTheirReach) {
  EXPECT_FLOAT_EQ(Sum("MRN 12345", "12345", 0), 0.6f);
  EXPECT_FLOAT_EQ(Sum("MRN: #12345", "12345", 0), 0.6f);
  EXPECT_FLOAT_EQ(Sum("Med. Rec. No. 12345", "12345", 0), 0.6f);
  EXPECT_FLOAT_EQ(Sum("12345", "12345", 0), 0.0f);
  EXPECT_GT(Sum("mrn is given as 12345", "12345", 0), 0.5f);
  EXPECT_FLOAT_EQ(Sum("mrn is now given as 12345", "12345", 0), 0.0f);
}

TEST_F(CuesTest, KeepToTheirSide) {
  EXPECT_FLOAT_EQ(Sum("12345 MRN", "12345", 0), 0.0f);
  EXPECT_FLOAT_EQ(Sum("12345 chart", "12345", 0), 0.3f);
  EXPECT_FLOAT_EQ(Sum("chart 12345", "12345", 0), 0.0f);
  EXPECT_FLOAT_EQ(Sum("12345 account no", "12345", 1), 0.5f);
  EXPECT_FLOAT_EQ(Sum("account no 12345", "12345", 1), 0.5f);
}

TEST_F(CuesTest, AddUpAndSubtract) {
  EXPECT_NEAR(Sum("mrn order 12345", "12345", 0), 0.6f - 0.2f, 0.02f);
  EXPECT_FLOAT_EQ(Sum("mrn, med rec no 12345", "12345", 0), 0.6f) << "one entry counts once";
}

TEST_F(CuesTest, DoNotCrossABlankLine) {
  EXPECT_FLOAT_EQ(Sum("MRN\n\n12345", "12345", 0), 0.0f);
  EXPECT_GT(Sum("MRN\n12345", "12345", 0), 0.5f) << "a label above its value";
  EXPECT_FLOAT_EQ(Sum("12345\nchart", "12345", 0), 0.0f) << "what follows on the next line speaks of something else";
}

TEST_F(CuesTest, CountHalfBeyondAnotherValue) { EXPECT_NEAR(Sum("mrn 777 12345", "12345", 0, "777"), 0.3f, 0.02f); }

}  // namespace
}  // namespace phiveil
