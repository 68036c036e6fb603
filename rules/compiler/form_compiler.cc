#include "compiler/form_compiler.h"

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

#include "base/concat.h"

namespace phiveil::rules {
namespace {

using Op = pb::Instruction;
namespace tc = token_class;

// Where a form may begin, the rarest first. The others are at nearly every token, or at none alone.
constexpr ClassBits kGoodStarts[] = {tc::kMixed,     tc::kNonLatin, tc::kInitial, tc::kHash,   tc::kAmp,
                                     tc::kQuote,     tc::kSemi,     tc::kPoss,    tc::kApos,   tc::kLParen,
                                     tc::kRParen,    tc::kSlash,    tc::kOther,   tc::kLetter, tc::kUpper,
                                     tc::kNum,       tc::kColon,    tc::kHyphen,  tc::kCap,    tc::kNl,
                                     tc::kLineStart, tc::kLineEnd,  tc::kComma,   tc::kDot,    tc::kSentStart};

class Emitter {
 public:
  static constexpr int kCounted = 4096;

  explicit Emitter(pb::Form* form) : form_(form) {}

  // False when the program outgrows kCounted.
  bool Emit(const FormNode& node) {
    switch (node.kind) {
      case FormNode::Kind::kToken:
        return EmitToken(node);
      case FormNode::Kind::kSequence:
        return std::all_of(node.children.begin(), node.children.end(), [&](const auto& child) { return Emit(*child); });
      case FormNode::Kind::kCapture:
        return Add(Op::BEGIN) && Emit(*node.children[0]) && Add(Op::END);
      case FormNode::Kind::kChoice:
        return EmitChoice(node);
      case FormNode::Kind::kRepeat:
        return EmitRepeat(node);
    }
    return false;
  }

  bool Add(Op::Op op, uint32_t a = 0, uint32_t b = 0) {
    if (form_->code_size() >= kCounted) return false;
    pb::Instruction* in = form_->add_code();
    in->set_op(op);
    in->set_a(a);
    in->set_b(b);
    return true;
  }

 private:
  bool EmitToken(const FormNode& node) {
    pb::Test test;
    for (const TokenTest& one : node.tests) {
      pb::Alternative* alternative = test.add_alternatives();
      alternative->set_require(one.require);
      alternative->set_forbid(one.forbid);
      alternative->set_word(one.word);
      for (uint64_t word : one.not_words) alternative->add_not_words(word);
    }
    return Add(Op::TEST, NumberOf(test));
  }

  uint32_t NumberOf(const pb::Test& test) {
    const std::string bytes = test.SerializeAsString();
    for (int i = 0; i < form_->tests_size(); ++i) {
      if (form_->tests(i).SerializeAsString() == bytes) return static_cast<uint32_t>(i);
    }
    *form_->add_tests() = test;
    return static_cast<uint32_t>(form_->tests_size()) - 1;
  }

  bool EmitChoice(const FormNode& node) {
    std::vector<int> jumps;
    for (size_t i = 0; i < node.children.size(); ++i) {
      const bool last = i + 1 == node.children.size();
      const int split = form_->code_size();
      if (!last && !Add(Op::SPLIT, Here() + 1)) return false;
      if (!Emit(*node.children[i])) return false;
      if (last) break;
      jumps.push_back(form_->code_size());
      if (!Add(Op::JUMP)) return false;
      form_->mutable_code(split)->set_b(Here());
    }
    for (int jump : jumps) form_->mutable_code(jump)->set_a(Here());
    return true;
  }

  // x{2,4} is x x (x (x)?)?
  bool EmitRepeat(const FormNode& node) {
    std::vector<int> splits;
    for (int i = 0; i < node.most; ++i) {
      if (i >= node.least) {
        splits.push_back(form_->code_size());
        if (!Add(Op::SPLIT, Here() + 1)) return false;
      }
      if (!Emit(*node.children[0])) return false;
    }
    for (int split : splits) form_->mutable_code(split)->set_b(Here());
    return true;
  }

  uint32_t Here() const { return static_cast<uint32_t>(form_->code_size()); }

  pb::Form* form_;
};

class Analysis {
 public:
  explicit Analysis(const pb::Form& form) : form_(form) {}

  // Instructions reached from `pc` without reading a token, `pc` itself too.
  std::set<uint32_t> Closure(uint32_t pc) const {
    std::set<uint32_t> seen;
    std::vector<uint32_t> stack{pc};
    while (!stack.empty()) {
      const uint32_t at = stack.back();
      stack.pop_back();
      if (!seen.insert(at).second) continue;
      const pb::Instruction& in = form_.code(static_cast<int>(at));
      if (in.op() == Op::SPLIT) stack.push_back(in.b());
      if (in.op() == Op::SPLIT || in.op() == Op::JUMP) stack.push_back(in.a());
      if (in.op() == Op::BEGIN || in.op() == Op::END) stack.push_back(at + 1);
    }
    return seen;
  }

  bool Reaches(uint32_t from, Op::Op op) const {
    const std::set<uint32_t> closure = Closure(from);
    return std::any_of(closure.begin(), closure.end(),
                       [&](uint32_t pc) { return form_.code(static_cast<int>(pc)).op() == op; });
  }

  // A `< >` that may enclose nothing.
  bool FindsNothing() const {
    for (int pc = 0; pc < form_.code_size(); ++pc) {
      if (form_.code(pc).op() == Op::BEGIN && Reaches(static_cast<uint32_t>(pc), Op::END)) return true;
    }
    return false;
  }

  // Every way through passes < > as often: never, or once.
  bool CapturesOnce() const {
    enum State { kBefore = 1, kInside = 2, kAfter = 4 };
    std::vector<int> states(static_cast<size_t>(form_.code_size()), 0);
    states[0] = kBefore;
    // Jumps lead forward only, so one pass sees every way.
    for (int pc = 0; pc < form_.code_size(); ++pc) {
      const pb::Instruction& in = form_.code(pc);
      int state = states[static_cast<size_t>(pc)];
      if (in.op() == Op::BEGIN && state != kBefore) return false;
      if (in.op() == Op::END && state != kInside) return false;
      if (in.op() == Op::MATCH) return state == kBefore || state == kAfter;
      if (in.op() == Op::BEGIN) state = kInside;
      if (in.op() == Op::END) state = kAfter;
      if (in.op() == Op::SPLIT) states[in.b()] |= state;
      states[in.op() == Op::JUMP || in.op() == Op::SPLIT ? in.a() : static_cast<size_t>(pc) + 1] |= state;
    }
    return false;
  }

  // Fills first_any and first_words; false when a first element is too common.
  bool FillFirst(pb::Form* out) const {
    ClassBits any = 0;
    std::set<uint64_t> words;
    for (uint32_t pc : Closure(0)) {
      const pb::Instruction& in = form_.code(static_cast<int>(pc));
      if (in.op() != Op::TEST) continue;
      for (const pb::Alternative& alternative : form_.tests(static_cast<int>(in.a())).alternatives()) {
        const ClassBits start = StartBit(alternative.require());
        if (alternative.word() != 0) {
          words.insert(alternative.word());
        } else if (start == 0) {
          return false;
        } else {
          any |= start;
        }
      }
    }
    out->set_first_any(any);
    out->clear_first_words();
    for (uint64_t word : words) out->add_first_words(word);
    return true;
  }

 private:
  static ClassBits StartBit(ClassBits require) {
    const ClassBits lists = require >> tc::kFirstListBit << tc::kFirstListBit;
    if (lists != 0) return std::bit_floor(lists);
    for (ClassBits bit : kGoodStarts) {
      if ((require & bit) != 0) return bit;
    }
    return 0;
  }

  const pb::Form& form_;
};

std::optional<pb::Form> Fail(Code code, std::string_view form, std::string message, std::string advice,
                             FormError* error) {
  *error = {code, 0, std::max<size_t>(1, form.size()), std::move(message), std::move(advice)};
  return std::nullopt;
}

}  // namespace

std::optional<pb::Form> CompileForm(std::string_view form, const ClassLookup& classes,
                                    const std::vector<std::string_view>& known, FormError* error) {
  const std::unique_ptr<FormNode> root = ParseForm(form, classes, known, error);
  if (root == nullptr) return std::nullopt;
  pb::Form out;
  Emitter emitter(&out);
  const bool counted = emitter.Emit(*root) && emitter.Add(Op::MATCH);
  if (!counted || out.code_size() > kLongestForm) {
    const std::string size = counted ? std::to_string(out.code_size()) : Concat("more than ", Emitter::kCounted);
    return Fail(Code::kFormTooLong, form,
                Concat(size, " steps when its repeats are written out, more than ", kLongestForm),
                "lower the repeats, make classes of words that stand beside each other, or make two rules", error);
  }
  const Analysis analysis(out);
  if (analysis.Reaches(0, Op::MATCH)) {
    return Fail(Code::kFormNeverMatches, form, "every element may be missing", "make one of them needed", error);
  }
  if (!analysis.CapturesOnce()) {
    return Fail(Code::kBadForm, form, "not every way through passes < > once", "put one < > around what is found",
                error);
  }
  if (analysis.FindsNothing()) {
    return Fail(Code::kFormNeverMatches, form, "what is inside < > may be missing", "make one element in it needed",
                error);
  }
  if (!analysis.FillFirst(&out)) {
    return Fail(Code::kFormStart, form, "could begin at nearly every token",
                "begin with a word, a list class, or a shape such as Cap, Upper or Num", error);
  }
  return out;
}

}  // namespace phiveil::rules
