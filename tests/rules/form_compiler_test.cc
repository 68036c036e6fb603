// Forms are compiled to programs; here the programs run by the engine are held against a matcher
// that follows the tree of a form word by word and knows no programs.

#include "compiler/form_compiler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/concat.h"
#include "recognize/form.h"
#include "text/document.h"

namespace phiveil::rules {
namespace {

constexpr ClassBits kColour = 1ull << token_class::kFirstListBit;
constexpr ClassBits kAnimal = 1ull << (token_class::kFirstListBit + 1);

std::optional<ClassBits> Lists(std::string_view name) {
  if (name == "Colour") return kColour;
  if (name == "Animal") return kAnimal;
  return std::nullopt;
}

std::optional<pb::Form> Compile(std::string_view form, FormError* error) {
  return CompileForm(form, Lists, {"Animal", "Colour"}, error);
}

void Read(std::string_view text, Document* doc) {
  ASSERT_TRUE(doc->Reset(text).ok());
  for (Token& token : doc->tokens()) {
    const std::string_view word = doc->Word(token);
    if (word == "red" || word == "Blue" || word == "Fox") token.classes |= kColour;
    if (word == "Fox" || word == "cat") token.classes |= kAnimal;
  }
}

struct Span {
  uint32_t first;
  uint32_t end;
  friend bool operator==(const Span&, const Span&) = default;
};

std::vector<Span> RunProgram(const pb::Form& form, const Document& doc) {
  pb::Pack pack;
  *pack.add_forms() = form;
  const Forms forms(pack);
  FormScratch scratch;
  forms.Run(doc, &scratch);
  std::vector<Span> spans;
  for (const FormMatch& match : scratch.matches) spans.push_back({match.first_token, match.end_token});
  return spans;
}

class NaiveMatcher {
 public:
  explicit NaiveMatcher(const Document& doc) : doc_(doc) {}

  std::vector<Span> Run(const FormNode& form) {
    std::vector<Span> spans;
    const auto size = static_cast<uint32_t>(doc_.tokens().size());
    for (uint32_t at = 0; at < size; ++at) {
      begin_ = end_ = UINT32_MAX;
      Span span{};
      const bool found = Match(form, at, [&](uint32_t stop) {
        span = {begin_ == UINT32_MAX ? at : begin_, end_ == UINT32_MAX ? stop : end_};
        return true;
      });
      if (!found) continue;
      spans.push_back(span);
      at = std::max(span.end, at + 1) - 1;
    }
    return spans;
  }

 private:
  using Next = std::function<bool(uint32_t)>;

  bool Match(const FormNode& node, uint32_t at, const Next& next) {
    switch (node.kind) {
      case FormNode::Kind::kToken:
        return MatchToken(node, at) && next(at + 1);
      case FormNode::Kind::kSequence:
        return MatchFrom(node, 0, at, next);
      case FormNode::Kind::kChoice:
        for (const auto& child : node.children) {
          if (Match(*child, at, next)) return true;
        }
        return false;
      case FormNode::Kind::kRepeat:
        return MatchTimes(node, 0, at, next);
      case FormNode::Kind::kCapture: {
        const uint32_t before_begin = begin_;
        const uint32_t before_end = end_;
        const bool found = Match(*node.children[0], at, [&](uint32_t stop) {
          begin_ = at;
          end_ = stop;
          return next(stop);
        });
        if (!found) {
          begin_ = before_begin;
          end_ = before_end;
        }
        return found;
      }
    }
    return false;
  }

  bool MatchFrom(const FormNode& node, size_t child, uint32_t at, const Next& next) {
    if (child == node.children.size()) return next(at);
    return Match(*node.children[child], at, [&](uint32_t stop) { return MatchFrom(node, child + 1, stop, next); });
  }

  bool MatchTimes(const FormNode& node, int times, uint32_t at, const Next& next) {
    if (times < node.most &&
        Match(*node.children[0], at, [&](uint32_t stop) { return MatchTimes(node, times + 1, stop, next); })) {
      return true;
    }
    return times >= node.least && next(at);
  }

  bool MatchToken(const FormNode& node, uint32_t at) const {
    if (at >= doc_.tokens().size()) return false;
    const Token& token = doc_.tokens()[at];
    for (const TokenTest& test : node.tests) {
      if ((token.classes & test.require) == test.require && (token.classes & test.forbid) == 0 &&
          (test.word == 0 || test.word == token.hash) &&
          std::find(test.not_words.begin(), test.not_words.end(), token.hash) == test.not_words.end()) {
        return true;
      }
    }
    return false;
  }

  const Document& doc_;
  uint32_t begin_ = UINT32_MAX;
  uint32_t end_ = UINT32_MAX;
};

std::vector<std::string> Found(std::string_view form, std::string_view text) {
  FormError error;
  const std::optional<pb::Form> compiled = Compile(form, &error);
  EXPECT_TRUE(compiled.has_value()) << form << ": " << error.message;
  std::vector<std::string> found;
  Document doc;
  Read(text, &doc);
  if (!compiled) return found;
  for (const Span& span : RunProgram(*compiled, doc)) {
    const Token& first = doc.tokens()[span.first];
    const Token& last = doc.tokens()[span.end - 1];
    found.emplace_back(doc.view().substr(first.begin, last.end - first.begin));
  }
  return found;
}

TEST(FormCompiler, FindsWhatTheLanguageSays) {
  using Texts = std::vector<std::string>;
  const struct {
    std::string_view form;
    std::string_view text;
    Texts found;
  } kCases[] = {
      {"'seen' 'by' < Cap{1,3} >", "Seen by Ana Maria Ruiz Keller today", {"Ana Maria Ruiz"}},
      {"Colour Cap", "red Fox, Blue Fox Cat", {"red Fox", "Blue Fox"}},
      {"Colour&Animal", "red Fox Blue", {"Fox"}},
      {"Cap&!Colour", "Fox Ana Blue", {"Ana"}},
      {"Cap&!'ana'&!'fox'", "Fox Ana Blue", {"Blue"}},
      {"Cap&!(Colour|'ana')", "Fox Ana Cat Blue", {"Cat"}},
      {"(Colour|'ana')&Cap", "red Fox Ana ana", {"Fox", "Ana"}},
      {"Num (Letter&'x'|Upper)&!Colour", "7 x 7 RED 7 X", {"7 x", "7 RED"}},
      {"< (Initial Dot?)? Cap > Comma", "A. Ruiz, Keller, B Klein,", {"A. Ruiz", "Keller", "B Klein"}},
      {"'a' | 'b' 'c' | 'd'", "a b c d", {"a", "b c", "d"}},
      {"Num 'mg' | Num", "5 mg 7", {"5 mg", "7"}},
      {"Num | Num 'mg'", "5 mg", {"5"}},  // first alternative first
      {"Num < Lower+ > Dot", "5 mg po daily.", {"mg po daily"}},
      {"Cap{2}", "Ana Maria Ruiz", {"Ana Maria"}},
      {"Upper Comma < Cap >", "RUIZ, Ana", {"Ana"}},
      {"'#' Num", "# 12", {"# 12"}},
      {"LineStart&Cap Colon", "Name: x\nDate: y", {"Name:", "Date:"}},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Found(c.form, c.text), c.found) << c.form;
  }
}

TEST(FormCompiler, RefusesWithPlaceAndReason) {
  const struct {
    std::string_view form;
    Code code;
    size_t offset;
    size_t length;
  } kCases[] = {
      {"", Code::kBadForm, 0, 1},
      {"Cap (", Code::kBadForm, 5, 1},
      {"Cap )", Code::kBadForm, 4, 1},
      {"Cap < Cap", Code::kBadForm, 4, 1},
      {"Cap | ", Code::kBadForm, 6, 1},
      {"Cap @", Code::kBadForm, 4, 1},
      {"Cap Titel", Code::kUnknownClass, 4, 5},
      {"Cap 'of the'", Code::kBadForm, 4, 8},
      {"Cap 'of", Code::kBadForm, 4, 3},
      {"Cap ''", Code::kBadForm, 4, 2},
      {"Cap !Any", Code::kFormNeverMatches, 4, 4},
      {"Cap !(Num Num)", Code::kBadForm, 5, 9},
      {"Cap !(Cap&Animal)", Code::kBadForm, 4, 13},
      {"Cap (Num Num)&Cap", Code::kBadForm, 4, 10},
      {"Cap 'a'&'b'", Code::kFormNeverMatches, 4, 7},
      {"Cap 'a'&!'a'", Code::kFormNeverMatches, 4, 8},
      {"Cap (Num|Upper)&(Lower|Mixed)", Code::kFormNeverMatches, 4, 25},
      {"Cap&Upper", Code::kFormNeverMatches, 0, 9},
      {"Cap&!Cap", Code::kFormNeverMatches, 0, 8},
      {"Cap{0}", Code::kBadForm, 3, 3},
      {"Cap{3,2}", Code::kBadForm, 3, 5},
      {"Cap{1,}", Code::kBadForm, 3, 3},
      {"Cap{1,99}", Code::kBadForm, 3, 6},
      {"Cap+?", Code::kBadForm, 3, 2},
      {"'x' < Cap >?", Code::kBadForm, 11, 1},
      {"((Cap Num){32}){9}", Code::kFormTooLong, 0, 18},
      {"((((Cap{32}){32}){32}){32}){32}", Code::kFormTooLong, 0, 31},
      {"Cap? Num?", Code::kFormNeverMatches, 0, 9},
      {"Cap < Num? >", Code::kFormNeverMatches, 0, 12},
      {"Cap < Num > < Num >", Code::kBadForm, 0, 19},
      {"Cap (< Num > | Dot)", Code::kBadForm, 0, 19},
      {"Cap (< Num >)?", Code::kBadForm, 13, 1},
      {"Cap (Dot < Num >)?", Code::kBadForm, 0, 18},
      {"< Cap < Num > >", Code::kBadForm, 0, 15},
      {"Any Cap", Code::kFormStart, 0, 7},
      {"!Cap Num", Code::kFormStart, 0, 8},
      {"Cap? Lower Num", Code::kFormStart, 0, 14},
      {"CapsLine Num", Code::kFormStart, 0, 12},
  };
  for (const auto& c : kCases) {
    FormError error;
    EXPECT_FALSE(Compile(c.form, &error).has_value()) << c.form;
    EXPECT_EQ(CodeId(error.code), CodeId(c.code)) << c.form << ": " << error.message;
    EXPECT_EQ(error.offset, c.offset) << c.form << ": " << error.message;
    EXPECT_EQ(error.length, c.length) << c.form << ": " << error.message;
    EXPECT_FALSE(error.message.empty());
  }
}

TEST(FormCompiler, NeighbouringWordsOfAChoiceAreOneTest) {
  FormError error;
  const std::optional<pb::Form> form = Compile("('a'|'b'|'c' 'd'|'e'|'f') Num", &error);
  ASSERT_TRUE(form.has_value());
  // split, a|b, jump, split, c, d, jump, e|f, Num, match
  EXPECT_EQ(form->code_size(), 10);
}

TEST(FormCompiler, DeepNestingIsRefused) {
  FormError error;
  EXPECT_FALSE(Compile(std::string(100000, '('), &error).has_value());
  EXPECT_FALSE(Compile(std::string(100000, '<'), &error).has_value());
}

TEST(FormCompiler, BeginsAtTheRarestOfWhatIsAskedFor) {
  const struct {
    std::string_view form;
    ClassBits any;
    size_t words;
  } kCases[] = {
      {"Cap Num", token_class::kCap, 0},
      {"Cap&Animal Num", kAnimal, 0},
      {"Cap&SentStart Num", token_class::kCap, 0},
      {"'dr' Cap", 0, 1},
      {"('dr' | 'mr' | Colour) Cap", kColour, 2},
      {"'dr'? Upper", token_class::kUpper, 1},
      {"Cap&'ruiz' Num", 0, 1},
  };
  for (const auto& c : kCases) {
    FormError error;
    const std::optional<pb::Form> form = Compile(c.form, &error);
    ASSERT_TRUE(form.has_value()) << c.form << ": " << error.message;
    EXPECT_EQ(form->first_any(), c.any) << c.form;
    EXPECT_EQ(static_cast<size_t>(form->first_words_size()), c.words) << c.form;
  }
}

TEST(FormCompiler, AlternativesOfOneTokenAreOneTest) {
  FormError error;
  const std::optional<pb::Form> form = Compile("(Cap | Upper | 'de')", &error);
  ASSERT_TRUE(form.has_value());
  EXPECT_EQ(form->code_size(), 2);
  EXPECT_EQ(form->tests(0).alternatives_size(), 3);
}

// Writes random forms in the language of forms.
class FormWriter {
 public:
  explicit FormWriter(uint32_t seed) : random_(seed) {}

  std::string Write() {
    const std::string first = Pick({"Cap", "Colour", "'red'", "Num", "Upper", "Animal&Cap", "'('"});
    switch (random_() % 3) {
      case 0:
        return Concat(first, " ", Sequence(3));
      case 1:
        return Concat(first, " < ", Sequence(2), " > ", Sequence(2));
      default:
        return Concat("< ", first, " ", Sequence(2), " > ", Sequence(2));
    }
  }

  std::string Text() {
    std::string text;
    for (size_t n = 3 + random_() % 14; n > 0; --n) {
      text += Concat(Pick({"red", "Blue", "Fox", "cat", "7", "12", "RED", ",", ".", "(", "Ana", "x", "B", "\n"}),
                     random_() % 5 == 0 ? "" : " ");
    }
    return text;
  }

 private:
  std::string Pick(std::vector<std::string> from) { return from[random_() % from.size()]; }

  std::string Sequence(int depth) {
    std::string out;
    for (size_t n = 1 + random_() % 3; n > 0; --n) out += Concat(Item(depth), " ");
    return out;
  }

  std::string Item(int depth) {
    const std::string atom = depth > 0 && random_() % 3 == 0
                                 ? Concat("(", Sequence(depth - 1),
                                          random_() % 2 == 0 ? Concat("| ", Sequence(depth - 1)) : std::string(), ")")
                                 : Pick({"Cap",
                                         "Num",
                                         "Lower",
                                         "Any",
                                         "Comma",
                                         "Dot",
                                         "Colour",
                                         "!Colour",
                                         "Animal&Cap",
                                         "'red'",
                                         "'fox'",
                                         "Cap&!Animal",
                                         "LineEnd",
                                         "!'red'",
                                         "(Colour|Num)&!Animal",
                                         "!(Colour|'x')",
                                         "(Cap|'red'|Num)&(Colour|Glued)",
                                         "Glued",
                                         "Nl",
                                         "Initial",
                                         "'('"});
    return Concat(atom, Pick({"", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}"}));
  }

  std::mt19937 random_;
};

TEST(FormCompiler, ProgramsAgreeWithTheTree) {
  FormWriter writer(20261123);
  int compared = 0;
  int matched = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string form = writer.Write();
    FormError error;
    const std::optional<pb::Form> compiled = Compile(form, &error);
    if (!compiled) {
      // What is well written may still be too long or find nothing.
      EXPECT_TRUE(error.code == Code::kFormTooLong || error.code == Code::kFormNeverMatches) << form << error.message;
      continue;
    }
    const std::unique_ptr<FormNode> tree = ParseForm(form, Lists, {}, &error);
    ASSERT_NE(tree, nullptr);
    for (int n = 0; n < 8; ++n) {
      const std::string text = writer.Text();
      Document doc;
      Read(text, &doc);
      const std::vector<Span> want = NaiveMatcher(doc).Run(*tree);
      ASSERT_EQ(RunProgram(*compiled, doc), want) << form << "\non: " << text;
      ++compared;
      matched += !want.empty();
    }
  }
  EXPECT_GT(compared, 10000);
  EXPECT_GT(matched, 1000);
}

}  // namespace
}  // namespace phiveil::rules
