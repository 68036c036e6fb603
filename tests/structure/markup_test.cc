#include "structure/markup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "structure/markup_words.h"
#include "structure_fixture.h"

namespace phiveil {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::Scan;

TEST(Markup, ValuesHaveTheNamesOfTheirElements) {
  const struct {
    std::string_view text;
    std::vector<std::string> named;
  } kCases[] = {
      {"<patient><name>Ada Quill</name><mrn>4417</mrn></patient>", {"patient name=Ada Quill", "mrn=4417"}},
      {"<patient>\n <name>\n  Ada Quill\n </name>\n</patient>", {"patient name=Ada Quill"}},
      {"<p:patient><p:name>Ada Quill</p:name></p:patient>", {"patient name=Ada Quill"}},
      {"<patient mrn=\"4417\" ward='4B'/>", {"mrn=4417"}},
      {"<patient><birthDate value=\"1961\"/></patient>", {"birth date=1961"}},
      {"<name><given>Ada</given><given>May</given><family>Quill</family></name>",
       {"name given=Ada", "name given=May", "name family=Quill"}},
      {"<id root=\"2.16.840.1.113883.4.1\" extension=\"219\"/>", {"2.16.840.1.113883.4.1=219"}},
      {"<id root=\"2.16.840.1.113883.4.9\" extension=\"219\"/>", {}},
      {"<a><system value=\"phone\"/><value value=\"555\"/></a>", {"system=phone", "phone=555"}},
      {"<x><field name=\"MRN\">4417</field><field name=\"ward\">4B</field></x>", {"name=MRN", "mrn=4417", "name=ward"}},
      {"<x><field name=\"MRN\" value=\"4417\"/></x>", {"name=MRN", "mrn=4417"}},
      {"<x><label>MRN</label><value>4417</value></x>", {"mrn=4417"}},
      {"<x><mrn><![CDATA[4417]]></mrn></x>", {"mrn=4417"}},
      {"<x><mrn><!-- was 4416 -->4417</mrn></x>", {"mrn=4417"}},
      {"<x><mrn/><zip></zip><city> </city></x>", {}},
      // HTML says how things look.
      {"<div><p>Ada Quill</p><address>4417</address></div>", {}},
      {"<form><input name=\"mrn\" value=\"4417\"></form>", {"mrn=4417"}},
      {"<note><text><paragraph>mrn <content>4417</content></paragraph></text></note>", {}},
      // Cut and mangled.
      {"<patient><name>Ada Quill", {"patient name=Ada Quill"}},
      {"<patient><name>Ada Quill</na", {"patient name=Ada Quill"}},
      {"<patient><mrn value=\"44", {"mrn=44"}},
      {"<patient><mrn value=", {}},
      {"<patient><mrn value=\"44\"/", {"mrn=44"}},
      {"<patient><name>Ada Quill</mrn></name></wrong><mrn>4417</mrn>", {"patient name=Ada Quill", "mrn=4417"}},
      {"</b></a><mrn>4417</mrn>", {"mrn=4417"}},
  };
  for (const auto& c : kCases) EXPECT_THAT(Scan(c.text).Named(), ElementsAreArray(c.named)) << c.text;
}

TEST(Markup, WhatOnlyLooksLikeATagIsProse) {
  for (std::string_view text :
       {"a <5 mm lesion", "WBC <4, BP <140/90", "<j.doe@example.org>", "see <name of patient> and <date>", "x < y > z",
        "<<< >>>", "<Ada Quill>", "call <Ada> back", "a<b", "<", "</", "<a href", "{<}", "<3", "if <mrn> is",
        "-> <- <= =>"}) {
    EXPECT_THAT(Scan(text).structure.regions, IsEmpty()) << text;
    EXPECT_THAT(Scan(text).structure.escapes, IsEmpty()) << text;
  }
}

TEST(Markup, ATagInTextIsOneWhenItIsClosedOrHtml) {
  EXPECT_EQ(Scan("ask <mrn>4417</mrn> or <ward>").Open(), "ask .....4417...... or <ward>");
  EXPECT_EQ(Scan("one<br>two <b>three</b> <x/> four").Open(), "one....two ...three.... .... four");
  EXPECT_EQ(Scan("a <span class=\"b\" title=\"Ada\">c</span>").Open(), "a .......................Ada..c.......");
}

TEST(Markup, TagsReadAsSpace) {
  const struct {
    std::string_view text, plain;
  } kCases[] = {
      {"one<br/>two", "one\ntwo"},
      {"<p>Mr. <b>Ansel</b> Roe</p>", "\nMr.  Ansel  Roe\n"},
      {"<tr><td>a</td><td>b</td></tr>", "\n\ta\t\tb\t\n"},
      {"<x a='1' b='2'/>", "\n1\n2\n"},
      {"<p>O&apos;Roe &amp; Quill&#233; &#x41; &lt;5 &nope; &</p>", "\nO'Roe & Quill\u00e9 A <5 &nope; &\n"},
      {"<p><!-- by Ada --></p>", "\n\n by Ada \n\n"},
      {"<p style=\"x\" onclick=\"y()\">z</p>", "\nz\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Scan(c.text).Plain(), c.plain) << c.text;
}

TEST(Markup, StructureIsAllButValues) {
  EXPECT_EQ(Scan("<a mrn=\"44\" xmlns=\"urn:x\">b</a>").Open(), "........44................b....");
  EXPECT_EQ(Scan("<?xml version=\"1.0\"?><a>b</a>").Open(), "........................b....");
}

TEST(MarkupWords, ReferencesOfCharacters) {
  const struct {
    std::string_view text;
    uint32_t c;
    size_t length;
  } kCases[] = {{"&amp;x", '&', 5},      {"&#65;", 'A', 5},  {"&#x41;", 'A', 6},    {"&#X1f600;", 0x1F600, 9},
                {"&eacute;", 0xE9, 8},   {"&", 0, 0},        {"&;", 0, 0},          {"&#;", 0, 3},
                {"&#x;", 0, 4},          {"&#xD800;", 0, 8}, {"&#1114112;", 0, 10}, {"&#12a;", 0, 6},
                {"&noreference;", 0, 0}, {"& amp;", 0, 6}};
  for (const auto& c : kCases) {
    size_t length = 0;
    EXPECT_EQ(ReadReference(c.text, &length), c.c) << c.text;
    if (c.c != 0) {
      EXPECT_EQ(length, c.length) << c.text;
    }
  }
}

TEST(MarkupProperty, AnythingIsRead) {
  std::mt19937 rng(41);
  constexpr std::string_view kPieces[] = {
      "<",   ">",       "</",   "/>",    "<!--",   "-->",    "<![CDATA[", "]]>", "<?xml",   "name",
      "mrn", "patient", "=\"",  "\"",    "'",      " ",      "\n",        "&",   "&amp;",   "Ada",
      "4",   "<p>",     "</p>", "<mrn>", "</mrn>", "<name>", "</name>",   "<!",  "\xC3\xA9"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t i = 0, n = rng() % 24; i < n; ++i) text += kPieces[rng() % std::size(kPieces)];
    Scan(text);
  }
}

TEST(Markup, DepthIsBounded) {
  std::string deep;
  for (int i = 0; i < 50000; ++i) deep += "<a>";
  deep += "<mrn>4417</mrn>";
  EXPECT_FALSE(Scan(deep).structure.regions.empty());
}

}  // namespace
}  // namespace phiveil
