#include "recognize/name_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "match/lexicon.h"
#include "pack/pack_tables.h"
#include "phiveil/deidentifier.h"
#include "rules/builtin.h"
#include "support/engine.h"

namespace phiveil {
namespace {

const pb::Pack& BuiltIn() {
  static const auto* tables = ParsePack(BuiltinPack())->release();
  return tables->pack;
}

class NameModelTest : public ::testing::Test {
 protected:
  NameModelTest() : lexicon_(*Lexicon::Create(BuiltIn().lexicon())), model_(*NameModel::Create(BuiltIn())) {}

  const Document& Prepare(std::string_view text) {
    EXPECT_TRUE(doc_.Reset(text).ok());
    std::vector<CueHit> hits;
    lexicon_->Mark(&doc_, &hits);
    return doc_;
  }
  std::vector<float> Read(std::string_view text, ModelScratch* scratch) {
    const ModelReading& reading = model_->Read(Prepare(text), 1.0f, scratch);
    std::vector<float> shares(doc_.tokens().size() * kModelTags, 0.0f);
    for (size_t t = 0; t < doc_.tokens().size(); ++t) shares[t * kModelTags] = 1.0f;
    for (const ModelReading::Stretch& stretch : reading.stretches) {
      for (size_t t = stretch.begin; t < stretch.end; ++t)
        std::copy_n(reading.Of(stretch, t), kModelTags, shares.begin() + static_cast<ptrdiff_t>(t * kModelTags));
    }
    return shares;
  }
  size_t TokensRead(std::string_view text, ModelScratch* scratch) {
    size_t count = 0;
    for (const auto& stretch : model_->Read(Prepare(text), 1.0f, scratch).stretches)
      count += stretch.end - stretch.begin;
    return count;
  }

  std::unique_ptr<const Lexicon> lexicon_;
  std::unique_ptr<const NameModel> model_;
  Document doc_;
};

std::vector<std::string> Notes() {
  std::vector<std::string> notes;
  for (const auto& entry : std::filesystem::directory_iterator(PHIVEIL_SOURCE_DIR "/corpora/notes")) {
    std::ifstream in(entry.path(), std::ios::binary);
    notes.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  std::sort(notes.begin(), notes.end());
  return notes;
}

TEST_F(NameModelTest, ThePackSaysWhichModelItHolds) {
  EXPECT_FALSE(BuiltIn().model().version().empty());
  EXPECT_FALSE(BuiltIn().model().record().empty());
  EXPECT_GT(BuiltIn().model().tests_size(), 0);
}

TEST_F(NameModelTest, SharesOfATokenSumToOne) {
  ModelScratch scratch;
  for (const std::string& note : Notes()) {
    const std::vector<float> shares = Read(note, &scratch);
    ASSERT_EQ(shares.size(), doc_.tokens().size() * kModelTags);
    for (size_t at = 0; at < shares.size(); at += kModelTags) {
      float sum = 0;
      for (int tag = 0; tag < kModelTags; ++tag) sum += shares[at + static_cast<size_t>(tag)];
      ASSERT_NEAR(sum, 1.0f, 1e-3f) << "token " << at / kModelTags;
    }
  }
}

// What is kept from document to document must not show.
TEST_F(NameModelTest, WhatWasReadBeforeDoesNotMatter) {
  const std::vector<std::string> notes = Notes();
  ModelScratch worn;
  for (const std::string& note : notes) Read(note, &worn);
  for (const std::string& note : notes) {
    ModelScratch fresh;
    ASSERT_EQ(Read(note, &worn), Read(note, &fresh));
  }
}

TEST_F(NameModelTest, ManyKindsAtOnceDoNotTakeEachOthersPlace) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) {
    text += static_cast<char>('A' + i % 26);
    for (int n = i; n > 0; n /= 26) text += static_cast<char>('a' + n % 26);
    text += i % 11 == 0 ? ", " : " ";
  }
  ModelScratch worn, fresh;
  Read(text, &worn);
  EXPECT_EQ(Read(text, &worn), Read(text, &fresh));
}

TEST_F(NameModelTest, NothingIsNothing) {
  ModelScratch scratch;
  EXPECT_TRUE(Read("", &scratch).empty());
  EXPECT_EQ(Read("denies", &scratch)[0], 1.0f);
}

TEST_F(NameModelTest, TheGateLetsThroughWhatMayBeSomething) {
  ModelScratch scratch;
  EXPECT_EQ(TokensRead("The abdomen was soft and nontender with normal bowel sounds in all four quadrants.", &scratch),
            0u);
  EXPECT_GT(TokensRead("kiddo's mom Faith called from Tollgate", &scratch), 0u);
}

TEST_F(NameModelTest, APackWithoutAModelHasNone) {
  pb::Pack pack = BuiltIn();
  pack.clear_model();
  const auto model = NameModel::Create(pack);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(*model, nullptr);
}

using Spoil = void (*)(pb::Model*);
const Spoil kSpoils[] = {
    [](pb::Model* m) { m->set_width(0); },
    [](pb::Model* m) { m->set_width(m->width() + 16); },
    [](pb::Model* m) { m->set_width(1u << 31); },
    [](pb::Model* m) { m->set_hidden(0); },
    [](pb::Model* m) { m->set_hidden(m->hidden() + 64); },
    [](pb::Model* m) { m->set_hidden(1u << 30); },
    [](pb::Model* m) { m->add_features(1); },
    [](pb::Model* m) { m->mutable_feature_rows()->pop_back(); },
    [](pb::Model* m) { m->mutable_gate_rows()->pop_back(); },
    [](pb::Model* m) { m->add_gate_positions(0); },
    [](pb::Model* m) { m->mutable_gate_labels()->RemoveLast(); },
    [](pb::Model* m) { m->add_positions(0); },
    [](pb::Model* m) { m->add_labels(1); },
    [](pb::Model* m) { m->add_label_rows(0); },
    [](pb::Model* m) { m->mutable_offsets()->RemoveLast(); },
    [](pb::Model* m) { m->mutable_bias()->RemoveLast(); },
    [](pb::Model* m) { m->mutable_output()->RemoveLast(); },
    [](pb::Model* m) { m->mutable_transitions()->RemoveLast(); },
    [](pb::Model* m) { m->set_row_scale(std::numeric_limits<float>::infinity()); },
    [](pb::Model* m) { m->set_offsets(7, std::numeric_limits<float>::quiet_NaN()); },
    [](pb::Model* m) { m->set_transitions(1, std::numeric_limits<float>::infinity()); },
};

TEST(DamagedModel, IsRefused) {
  for (size_t i = 0; i < std::size(kSpoils); ++i) {
    pb::Pack pack = BuiltIn();
    kSpoils[i](pack.mutable_model());
    EXPECT_EQ(NameModel::Create(pack).status().code(), absl::StatusCode::kDataLoss) << i;
  }
}

TEST(DamagedModel, OneThatForgotItsTestsIsRefused) {
  pb::Pack pack = BuiltIn();
  for (float& value : *pack.mutable_model()->mutable_output()) value = -value;
  for (float& value : *pack.mutable_model()->mutable_bias()) value = 0;
  EXPECT_FALSE(RulePack::Load(SerializePack(pack)).ok());
}

class ModelFindings : public ::testing::Test {
 protected:
  ModelFindings()
      : engine_(*Deidentifier::Create({.pack = testing::BuiltinRules(), .policy = testing::NamedPolicy("tag_only")})) {}
  std::vector<Finding> Find(std::string_view text, Request request = {}) { return *engine_->Find(text, request); }

  std::unique_ptr<const Deidentifier> engine_;
};

TEST_F(ModelFindings, SayThatTheModelSpoke) {
  const std::string_view text = "kiddo's grandma bibi says marisela will bring him in, works nights at Tollgate Foods";
  const std::vector<Finding> findings = Find(text, {.reasons = true});
  const auto of_model = [](const Finding& f) { return f.rule.starts_with("phiveil.model."); };
  const auto found = std::find_if(findings.begin(), findings.end(), of_model);
  ASSERT_NE(found, findings.end());
  ASSERT_FALSE(found->reasons.empty());
  EXPECT_EQ(found->reasons[0].what, "name model");
  EXPECT_GE(found->score, 0.5f);
  const std::vector<Finding> ruled = Find(text, {.rules_only = true});
  EXPECT_EQ(std::count_if(ruled.begin(), ruled.end(), of_model), 0);
}

TEST_F(ModelFindings, LeaveADateInDigitsToTheCalendar) {
  for (const std::string_view text :
       {"pupils 4/5/6 on repeat", "conductivity 13.9/13.8 all run", "strength 45/61 of norm"}) {
    for (const Finding& finding : Find(text)) EXPECT_NE(finding.category, Category::kDate) << text;
  }
}

}  // namespace
}  // namespace phiveil
