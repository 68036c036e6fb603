#include "text/misread.h"

#include <gtest/gtest.h>

#include <string>

#include "text/document.h"

namespace phiveil {
namespace {

std::string Folded(std::string_view view) {
  std::string folded;
  const std::string_view out = FoldMisread(view, &folded);
  EXPECT_EQ(out.size(), view.size());
  EXPECT_TRUE(out == view || MayHoldMisread(view)) << view;
  return std::string(out);
}

TEST(MisreadTest, LettersAmongDigitsAreDigits) {
  const struct {
    const char *text, *read;
  } kCases[] = {
      {"tel 555-O100", "tel 555-0100"},
      {"FAX (641)555-O198", "FAX (641)555-0198"},
      {"l2/O3/1957", "12/03/1957"},
      {"seen 1O/2I/2024", "seen 10/21/2024"},
      {"died at 9I of", "died at 91 of"},
      {"MRN 00l48Ol3.", "MRN 00148013."},
      {"2O24", "2024"},
      {"1l2", "112"},
      {"I0-12", "I0-12"},
      {"4-I0", "4-10"},
      {"zip O2139", "zip 02139"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Folded(c.text), c.read);
}

TEST(MisreadTest, DigitsAmongLettersAreLetters) {
  const struct {
    const char *text, *read;
  } kCases[] = {
      {"in Abbevi1le, AL", "in Abbeville, AL"},
      {"by Wi1helm Otte", "by Wilhelm Otte"},
      {"from 0pelika", "from opelika"},
      {"Dr Gr1ffin", "Dr Griffin"},
      {"B0wman", "Bowman"},
      {"Hea1th", "Health"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Folded(c.text), c.read);
}

TEST(MisreadTest, WhatMeansSomethingStays) {
  for (const char* text :
       {"on O2 2l NC", "SpO2 98%",   "5l of fluid",  "10l/min",    "2o to fall", "1o survey", "I48.91",  "I10",
        "dx I21.4",    "o2",         "H2O",          "CO2 22",     "B12",        "L4-5",      "T1l2x",   "Oslo",
        "Il2b",        "A1O",        "x_1O",         "1O_x",       "",           "l",         "1",       "olO",
        "IL6",         "1\xc3\xa9O", "[NAME_7QK2F]", "O2 / 4",     "covid19",    "H1N1",      "x10days", "10mg",
        "1tablet",     "T1w",        "jlund1",       "9f3ac07b11", "user01",     "0am",       "SARS1A",  "q1h"}) {
    EXPECT_EQ(Folded(text), text);
  }
}

TEST(MisreadTest, TheQuickLookMissesNothing) {
  for (size_t before = 0; before < 40; ++before) {
    for (const char* piece : {"2O", "O2", "1l", "l1", "7I", "I7", "o9", "a1b", "0pe"}) {
      EXPECT_TRUE(MayHoldMisread(std::string(before, '.') + piece + std::string(before % 7, '.'))) << before << piece;
      EXPECT_TRUE(MayHoldMisread(std::string(before, ' ') + piece)) << before;
    }
  }
  EXPECT_FALSE(MayHoldMisread("Old oil 12 ill 7 Io 1 l, 0 o; 5x 9p INR 2.4 and no 4 on it, all 3"));
}

TEST(MisreadTest, WhereverTheyStand) {
  for (size_t before = 0; before < 40; ++before) {
    for (size_t between = 1; between < 40; ++between) {
      const std::string head(before, '.'), middle(between, ' ');
      EXPECT_EQ(Folded(head + "zip O2139" + middle + "dx I48.91" + middle + "1l2"),
                head + "zip 02139" + middle + "dx I48.91" + middle + "112");
    }
  }
}

TEST(MisreadTest, TheDocumentReadsThemAndKeepsItsOffsets) {
  Document doc;
  ASSERT_TRUE(doc.Reset("tel 555-O1OO caf\xc3\xa9 O2").ok());
  EXPECT_EQ(doc.view(), "tel 555-0100 cafe O2");
  EXPECT_EQ(doc.SourceBegin(4), 4u);
  EXPECT_EQ(doc.SourceEnd(12), 12u);
  EXPECT_EQ(doc.text().substr(8, 4), "O1OO");
  ASSERT_TRUE(doc.Reset("plain").ok());
  EXPECT_EQ(doc.view(), "plain");
}

}  // namespace
}  // namespace phiveil
