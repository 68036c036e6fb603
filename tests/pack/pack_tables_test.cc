#include "pack/pack_tables.h"

#include <gtest/gtest.h>

#include <functional>

namespace phiveil {
namespace {

pb::Pack SmallPack() {
  pb::Pack pack;
  pack.set_name("small");
  pack.set_version("1");
  pb::Rule* rule = pack.add_rules();
  rule->set_id("small.mrn");
  rule->set_category(17);
  rule->add_cues()->add_words("mrn");
  pb::Example* example = rule->add_examples();
  example->set_text("MRN 123");
  example->add_begin(4);
  example->add_end(7);
  example->add_category(17);
  pack.add_expressions()->add_rules(0);
  pb::Form* form = pack.add_forms();
  form->set_rule(0);
  form->add_tests();
  form->add_code()->set_op(pb::Instruction::TEST);
  form->add_code()->set_op(pb::Instruction::MATCH);
  pb::Phrase* phrase = pack.mutable_lexicon()->add_phrases();
  phrase->add_words("mrn");
  phrase->add_cues();
  return pack;
}

TEST(PackTablesTest, ComesBackAsWritten) {
  const auto tables = ParsePack(SerializePack(SmallPack()));
  ASSERT_TRUE(tables.ok()) << tables.status();
  EXPECT_EQ((*tables)->pack.name(), "small");
  EXPECT_EQ((*tables)->pack.rules(0).id(), "small.mrn");
}

TEST(PackTablesTest, EveryFlippedByteIsNoticed) {
  const std::string bytes = SerializePack(SmallPack());
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x20);
    EXPECT_EQ(ParsePack(flipped).status().code(), absl::StatusCode::kDataLoss) << "byte " << i;
  }
}

TEST(PackTablesTest, EveryCutIsNoticed) {
  const std::string bytes = SerializePack(SmallPack());
  for (size_t i = 0; i < bytes.size(); ++i) EXPECT_FALSE(ParsePack(bytes.substr(0, i)).ok()) << i;
  EXPECT_FALSE(ParsePack(bytes + "x").ok());
}

// A crafted pack carries a good checksum: every index must be looked at.
TEST(PackTablesTest, IndicesOutOfBoundsAreNoticed) {
  const std::function<void(pb::Pack*)> spoils[] = {
      [](pb::Pack* p) { p->mutable_rules(0)->set_category(28); },
      [](pb::Pack* p) { p->mutable_rules(0)->set_subtype(200); },
      [](pb::Pack* p) { p->mutable_rules(0)->mutable_examples(0)->set_end(0, 8); },
      [](pb::Pack* p) { p->mutable_rules(0)->mutable_examples(0)->set_begin(0, 8); },
      [](pb::Pack* p) { p->mutable_rules(0)->mutable_examples(0)->add_begin(1); },
      [](pb::Pack* p) { p->mutable_rules(0)->mutable_examples(0)->set_category(0, 99); },
      [](pb::Pack* p) { p->mutable_expressions(0)->add_rules(1); },
      [](pb::Pack* p) { p->mutable_forms(0)->set_rule(1); },
      [](pb::Pack* p) { p->mutable_forms(0)->clear_code(); },
      [](pb::Pack* p) { p->mutable_forms(0)->mutable_code(0)->set_a(1); },
      [](pb::Pack* p) { p->mutable_forms(0)->mutable_code()->RemoveLast(); },
      [](pb::Pack* p) {
        p->mutable_forms(0)->mutable_code(0)->set_op(pb::Instruction::JUMP),
            p->mutable_forms(0)->mutable_code(0)->set_a(2);
      },
      [](pb::Pack* p) {
        p->mutable_forms(0)->mutable_code(0)->set_op(pb::Instruction::SPLIT),
            p->mutable_forms(0)->mutable_code(0)->set_b(9);
      },
      [](pb::Pack* p) { p->mutable_lexicon()->mutable_phrases(0)->mutable_cues(0)->set_rule(1); },
      [](pb::Pack* p) { p->mutable_lexicon()->mutable_phrases(0)->mutable_cues(0)->set_cue(1); },
      [](pb::Pack* p) { p->mutable_lexicon()->mutable_phrases(0)->clear_words(); },
  };
  int number = 0;
  for (const auto& spoil : spoils) {
    pb::Pack pack = SmallPack();
    spoil(&pack);
    EXPECT_EQ(ParsePack(SerializePack(pack)).status().code(), absl::StatusCode::kDataLoss) << "spoil " << number;
    ++number;
  }
}

TEST(PackTablesTest, AnotherFileIsNoPack) {
  EXPECT_FALSE(ParsePack("").ok());
  EXPECT_FALSE(ParsePack("PK\x03\x04 something else").ok());
}

}  // namespace
}  // namespace phiveil
