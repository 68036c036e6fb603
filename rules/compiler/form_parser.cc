#include "compiler/form_parser.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

#include "base/concat.h"
#include "text/document.h"

namespace phiveil::rules {
namespace {

constexpr int kUnbounded = 8;  // what * and + mean at most
constexpr int kMostRepeats = 32;
constexpr int kDeepest = 32;
constexpr size_t kMostWays = 512;  // to be one token

// A token has exactly one of these.
constexpr ClassBits kShapes = token_class::kCap | token_class::kUpper | token_class::kLower | token_class::kMixed |
                              token_class::kInitial | token_class::kLetter | token_class::kNum | token_class::kComma |
                              token_class::kDot | token_class::kColon | token_class::kHyphen | token_class::kSlash |
                              token_class::kLParen | token_class::kRParen | token_class::kHash | token_class::kAmp |
                              token_class::kQuote | token_class::kApos | token_class::kNl | token_class::kSemi |
                              token_class::kOther;

bool IsNameStart(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsName(char c) { return IsNameStart(c) || IsDigit(c) || c == '_'; }

using NodePtr = std::unique_ptr<FormNode>;
using Tests = std::vector<TokenTest>;

bool CanBe(const TokenTest& test) {
  return (test.require & test.forbid) == 0 && std::popcount(test.require & kShapes) <= 1 &&
         (test.word == 0 || std::find(test.not_words.begin(), test.not_words.end(), test.word) == test.not_words.end());
}

// Whether `test` says one thing only, so that its contrary is one test too.
bool IsSimple(const TokenTest& test) {
  const bool one_class = std::popcount(test.require) == 1 && test.word == 0;
  const bool one_word = test.require == 0 && test.word != 0;
  return test.forbid == 0 && test.not_words.empty() && (one_class || one_word);
}

// Both hold. Nothing where they ask for two different words.
std::optional<TokenTest> Both(const TokenTest& a, const TokenTest& b) {
  if (a.word != 0 && b.word != 0 && a.word != b.word) return std::nullopt;
  TokenTest both{a.require | b.require, a.forbid | b.forbid, a.word != 0 ? a.word : b.word, a.not_words};
  both.not_words.insert(both.not_words.end(), b.not_words.begin(), b.not_words.end());
  return both;
}

class Parser {
 public:
  Parser(std::string_view form, const ClassLookup& classes, const std::vector<std::string_view>& known,
         FormError* error)
      : form_(form), classes_(classes), known_(known), error_(error) {}

  NodePtr Parse() {
    NodePtr node = Choice();
    if (node == nullptr) return nullptr;
    if (at_ < form_.size()) {
      return Fail(at_, 1, Concat("`", form_.substr(at_, 1), "` closes nothing"), "");
    }
    return node;
  }

 private:
  NodePtr Choice() {
    if (++depth_ > kDeepest) return Fail(at_, 1, "nested too deeply", "");
    const size_t begin = at_;
    std::vector<NodePtr> branches;
    do {
      NodePtr branch = Sequence();
      if (branch == nullptr) return nullptr;
      AddBranch(std::move(branch), &branches);
    } while (Take('|'));
    --depth_;
    if (branches.size() == 1) return std::move(branches[0]);
    NodePtr node = New(FormNode::Kind::kChoice, begin);
    node->children = std::move(branches);
    return node;
  }

  // Neighbouring branches of one token become one test, which costs less than a branch for each.
  static void AddBranch(NodePtr branch, std::vector<NodePtr>* branches) {
    if (branch->kind == FormNode::Kind::kSequence && branch->children.size() == 1) {
      branch = std::move(branch->children[0]);
    }
    const bool merges = !branches->empty() && branch->kind == FormNode::Kind::kToken &&
                        branches->back()->kind == FormNode::Kind::kToken;
    if (!merges) return branches->push_back(std::move(branch));
    Tests& tests = branches->back()->tests;
    tests.insert(tests.end(), branch->tests.begin(), branch->tests.end());
  }

  NodePtr Sequence() {
    NodePtr node = New(FormNode::Kind::kSequence, at_);
    for (SkipSpace(); at_ < form_.size() && std::string_view("|)>").find(form_[at_]) == std::string_view::npos;
         SkipSpace()) {
      NodePtr item = Item();
      if (item == nullptr) return nullptr;
      node->children.push_back(std::move(item));
    }
    if (node->children.empty()) return Fail(at_, 1, "an element is missing here", "");
    node->length = std::max<size_t>(1, at_ - node->offset);
    return node;
  }

  NodePtr Item() {
    const size_t begin = at_;
    NodePtr atom;
    if (Peek('(')) {
      atom = Bracketed(begin);
    } else if (Take('<')) {
      NodePtr inner = Enclosed(begin, '>');
      if (inner == nullptr) return nullptr;
      atom = New(FormNode::Kind::kCapture, begin);
      atom->children.push_back(std::move(inner));
    } else {
      atom = Joined({TokenTest()}, begin);
    }
    if (atom == nullptr) return nullptr;
    atom->length = std::max<size_t>(1, at_ - begin);
    return Repeated(std::move(atom), begin);
  }

  // A group; or, where & follows it, the first part of an element.
  NodePtr Bracketed(size_t begin) {
    Take('(');
    NodePtr inner = Enclosed(begin, ')');
    if (inner == nullptr || !TakeAfterSpace('&')) return inner;
    Tests tests;
    return OneToken(*inner, begin, &tests) ? Joined(std::move(tests), begin) : nullptr;
  }

  bool OneToken(const FormNode& node, size_t begin, Tests* tests) {
    if (node.kind == FormNode::Kind::kSequence && node.children.size() == 1)
      return OneToken(*node.children[0], begin, tests);
    if (node.kind != FormNode::Kind::kToken) {
      Fail(begin, at_ - begin, "only what is one token can be joined by &", "");
      return false;
    }
    *tests = node.tests;
    return true;
  }

  NodePtr Enclosed(size_t begin, char close) {
    NodePtr inner = Choice();
    if (inner == nullptr) return nullptr;
    if (!Take(close)) return Fail(begin, 1, Concat("`", form_.substr(begin, 1), "` is not closed"), "");
    return inner;
  }

  NodePtr Repeated(NodePtr atom, size_t begin) {
    if (at_ >= form_.size()) return atom;
    int least = 0;
    int most = 0;
    const size_t mark = at_;
    switch (form_[at_]) {
      case '?':
        most = 1;
        ++at_;
        break;
      case '*':
        most = kUnbounded;
        ++at_;
        break;
      case '+':
        least = 1;
        most = kUnbounded;
        ++at_;
        break;
      case '{':
        if (!Bounds(&least, &most)) return nullptr;
        break;
      default:
        return atom;
    }
    if (at_ < form_.size() && std::string_view("?*+{").find(form_[at_]) != std::string_view::npos) {
      return Fail(mark, at_ + 1 - mark, "two repeats after one element", "put the first one in brackets");
    }
    if (atom->kind == FormNode::Kind::kCapture) return Fail(mark, at_ - mark, "< > cannot repeat", "repeat inside it");
    NodePtr node = New(FormNode::Kind::kRepeat, begin);
    node->length = at_ - begin;
    node->least = least;
    node->most = most;
    node->children.push_back(std::move(atom));
    return node;
  }

  bool Bounds(int* least, int* most) {
    const size_t begin = at_++;
    const bool lower = Number(least);
    *most = *least;
    const bool comma = Take(',');
    const bool upper = comma && Number(most);
    if (!lower || (comma && !upper) || !Take('}')) {
      Fail(begin, std::max<size_t>(1, at_ - begin), "a repeat is written {n} or {m,n}", "");
      return false;
    }
    if (*least > *most || *most == 0 || *most > kMostRepeats) {
      Fail(begin, at_ - begin, "a repeat that cannot be",
           Concat("the upper bound is at least the lower one, from 1 to ", kMostRepeats));
      return false;
    }
    return true;
  }

  bool Number(int* out) {
    SkipSpace();
    const size_t begin = at_;
    for (*out = 0; at_ < form_.size() && IsDigit(form_[at_]) && at_ - begin < 4; ++at_)
      *out = *out * 10 + (form_[at_] - '0');
    return at_ > begin;
  }

  // The rest of an element whose parts so far are `tests`: classes, words and groups of them.
  NodePtr Joined(Tests tests, size_t element) {
    do {
      SkipSpace();
      const size_t begin = at_;
      const bool negated = Take('!');
      Tests part;
      if (!Part(&part)) return nullptr;
      if (!(negated ? Exclude(part, begin, &tests) : Intersect(part, &tests))) return nullptr;
      tests.erase(std::remove_if(tests.begin(), tests.end(), std::not_fn(CanBe)), tests.end());
      if (tests.empty()) {
        return Fail(element, at_ - element, "no token can be all of these", "a token has one shape",
                    Code::kFormNeverMatches);
      }
      if (tests.size() > kMostWays)
        return Fail(element, at_ - element, "too many ways to be one token", "make a class of them");
    } while (TakeAfterSpace('&'));
    NodePtr node = New(FormNode::Kind::kToken, element);
    node->tests = std::move(tests);
    return node;
  }

  bool Part(Tests* part) {
    SkipSpace();
    const size_t begin = at_;
    if (Take('(')) {
      NodePtr inner = Enclosed(begin, ')');
      return inner != nullptr && OneToken(*inner, begin, part);
    }
    TokenTest& test = part->emplace_back();
    return Peek('\'') ? Literal(&test) : Class(&test);
  }

  static bool Intersect(const Tests& part, Tests* tests) {
    Tests both;
    for (const TokenTest& a : *tests) {
      for (const TokenTest& b : part) {
        if (std::optional<TokenTest> test = Both(a, b)) both.push_back(*std::move(test));
      }
    }
    *tests = std::move(both);
    return true;
  }

  bool Exclude(const Tests& part, size_t begin, Tests* tests) {
    for (const TokenTest& one : part) {
      if (one.require == 0 && one.word == 0) {
        Fail(begin, at_ - begin, "nothing is not Any", "", Code::kFormNeverMatches);
        return false;
      }
      if (!IsSimple(one)) {
        Fail(begin, at_ - begin, "only classes and words can be negated", "negate each of them: !A&!B");
        return false;
      }
      for (TokenTest& test : *tests) {
        test.forbid |= one.require;
        if (one.word != 0) test.not_words.push_back(one.word);
      }
    }
    return true;
  }

  bool Class(TokenTest* test) {
    const size_t begin = at_;
    while (at_ < form_.size() && IsName(form_[at_])) ++at_;
    const std::string_view name = form_.substr(begin, at_ - begin);
    if (name.empty()) {
      const std::string_view found = form_.substr(at_, 1);
      Fail(at_, 1, found.empty() ? "an element is missing at the end" : Concat("`", found, "` cannot stand here"),
           "an element is a class, or a word in single quotes");
      return false;
    }
    std::optional<ClassBits> bits = StructuralClass(name);
    if (!bits) bits = classes_(name);
    if (!bits) {
      Fail(begin, name.size(), Concat("no class `", name, "`"),
           DidYouMean(name, known_, "declare it under `classes:` in pack.yaml; a literal word stands in single quotes"),
           Code::kUnknownClass);
      return false;
    }
    test->require = *bits;
    return true;
  }

  bool Literal(TokenTest* test) {
    const size_t begin = at_;
    const size_t close = form_.find('\'', begin + 1);
    if (close == std::string_view::npos) {
      Fail(begin, form_.size() - begin, "a literal is not closed", "put a single quote after it");
      return false;
    }
    const std::string_view word = form_.substr(begin + 1, close - begin - 1);
    at_ = close + 1;
    test->word = LiteralHash(word);
    if (test->word == 0) {
      Fail(begin, at_ - begin, word.empty() ? "an empty literal" : "a literal is one word or one character",
           "write each word, and each hyphen or dot between them, as an element of its own");
      return false;
    }
    return true;
  }

  static uint64_t LiteralHash(std::string_view word) {
    const bool punctuation = word.size() == 1 && !IsName(word[0]) && word[0] != ' ';
    if (punctuation || word == "_") return FoldedHash(word);
    const std::vector<std::string> words = FoldWords(word);
    return words.size() == 1 ? FoldedHash(words[0]) : 0;
  }

  NodePtr New(FormNode::Kind kind, size_t offset) {
    auto node = std::make_unique<FormNode>();
    node->kind = kind;
    node->offset = offset;
    return node;
  }

  void SkipSpace() {
    while (at_ < form_.size() && std::string_view(" \t\n\r").find(form_[at_]) != std::string_view::npos) ++at_;
  }
  bool Take(char c) {
    SkipSpace();
    if (at_ >= form_.size() || form_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool Peek(char c) {
    SkipSpace();
    return at_ < form_.size() && form_[at_] == c;
  }
  bool TakeAfterSpace(char c) {
    const size_t before = at_;
    if (Take(c)) return true;
    at_ = before;  // a repeat must follow its element at once
    return false;
  }

  NodePtr Fail(size_t offset, size_t length, std::string message, std::string advice, Code code = Code::kBadForm) {
    *error_ = {code, offset, length, std::move(message), std::move(advice)};
    return nullptr;
  }

  std::string_view form_;
  const ClassLookup& classes_;
  const std::vector<std::string_view>& known_;
  FormError* error_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::unique_ptr<FormNode> ParseForm(std::string_view form, const ClassLookup& classes,
                                    const std::vector<std::string_view>& known, FormError* error) {
  return Parser(form, classes, known, error).Parse();
}

}  // namespace phiveil::rules
