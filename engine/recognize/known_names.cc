#include <algorithm>
#include <array>

#include "recognize/known.h"

namespace phiveil {
namespace {

using namespace token_class;

constexpr size_t kSlipName = 5;         // letters of a name part that may hold a slip
constexpr size_t kShortestSpelled = 4;  // letters one by one
constexpr size_t kSpelledBegin = 5;     // of a name whose spelling breaks off
constexpr size_t kLongestSpelled = 32;
constexpr ClassBits kCapital = kCap | kUpper | kMixed | kInitial;
constexpr ClassBits kSingle = kInitial | kLetter;

class NameFinder {
 public:
  NameFinder(const KnownNames& names, const Document& doc, ClassBits ordinary, Evidence* evidence)
      : names_(names), doc_(doc), tokens_(doc.tokens()), ordinary_(ordinary), evidence_(evidence) {}

  void Run() {
    for (uint32_t t = 0; t < tokens_.size();) {
      const uint32_t after = (tokens_[t].classes & kAnyWord) ? At(t) : t;
      t = std::max(after, t + 1);
    }
  }

 private:
  // The token after what begins at word `t`; `t` when nothing does.
  uint32_t At(uint32_t t) {
    folded_.clear();
    AppendFolded(doc_.Word(tokens_[t]), &folded_);
    if (Is(t, kSingle)) {
      const uint32_t end = Letters(t);
      if (end > t) return end;
    }
    Subtype subtype = Subtype::kNone;
    float score = PartScore(tokens_[t], &subtype);
    uint32_t first = t, end = t + 1;
    if (score > 0) {
      TakeInitials(&first, &end);
    } else if (score = JoinedScore(t, &subtype, &end); score == 0) {
      score = std::max(ShortScore(tokens_[t], &subtype), InitialsScore(t, &subtype));
    }
    if (score == 0) return t;
    Add(first, end, subtype, score);
    return end;
  }

  bool Is(uint32_t t, ClassBits classes) const { return t < tokens_.size() && (tokens_[t].classes & classes) != 0; }

  void Add(uint32_t first, uint32_t end, Subtype subtype, float score) {
    evidence_->candidates.push_back(KnownCandidate(doc_, first, end, Category::kName, subtype, score, evidence_));
  }

  static const KnownPart* Find(const std::vector<KnownPart>& in, std::string_view folded) {
    const auto it = std::find_if(in.begin(), in.end(), [&](const KnownPart& part) { return part.folded == folded; });
    return it == in.end() ? nullptr : &*it;
  }

  // The score of the word as a part of a known name; 0 when it is none.
  float PartScore(const Token& token, Subtype* subtype) const {
    const bool capital = (token.classes & kCapital) != 0;
    if (folded_.size() < 2) return 0;
    if (const KnownPart* part = Find(names_.parts, folded_)) {
      *subtype = part->subtype;
      return capital || folded_.size() >= 4 ? 0.95f : 0.55f;
    }
    if (token.classes & ordinary_) return 0;
    for (const KnownPart& part : names_.parts) {
      *subtype = part.subtype;
      // "ostranders" for "ostrander's".
      if (part.folded.size() >= 4 && folded_.size() == part.folded.size() + 1 && folded_.back() == 's' &&
          folded_.compare(0, part.folded.size(), part.folded) == 0) {
        return 0.80f;
      }
      if (part.folded.size() >= kSlipName && folded_.size() + 1 >= kSlipName && WithinOneSlip(part.folded, folded_)) {
        return capital ? 0.80f : 0.65f;
      }
    }
    return 0;
  }

  // Parts typed as one word, user names with the digits that follow them.
  float JoinedScore(uint32_t t, Subtype* subtype, uint32_t* end) const {
    if (tokens_[t].classes & ordinary_) return 0;
    const KnownPart* part = Find(names_.joined, folded_);
    if (part == nullptr) return 0;
    *subtype = part->subtype;
    if (Is(t + 1, kNum) && Is(t + 1, kGlued) && doc_.Word(tokens_[t + 1]).size() <= 4) *end = t + 2;
    return 0.90f;
  }

  // "Bob" of Robert: an ordinary word only where its capital says that it is a name.
  float ShortScore(const Token& token, Subtype* subtype) const {
    if (folded_.size() < 3) return 0;
    const bool named = (token.classes & (kCap | kMixed)) != 0 && !(token.classes & kSentStart);
    if (!named && ((token.classes & ordinary_) || folded_.size() < 4)) return 0;
    const KnownPart* part = Find(names_.shorts, folded_);
    if (part == nullptr) return 0;
    *subtype = part->subtype;
    return 0.65f;
  }

  // The initials of a whole name where they mean nothing else.
  float InitialsScore(uint32_t t, Subtype* subtype) const {
    const Token& token = tokens_[t];
    const size_t least = (token.classes & kUpper) ? 2 : 3;
    if (folded_.size() < least || folded_.size() > 3 || (token.classes & (kMixed | kCap | ordinary_))) return 0;
    if (Is(t, kGlued) && t > 0 && Is(t - 1, kNum | kAnyWord | kHyphen)) return 0;
    if (Is(t + 1, kGlued) && Is(t + 1, kNum | kAnyWord | kHyphen | kAmp)) return 0;
    const KnownPart* part = Find(names_.initials, folded_);
    if (part == nullptr) return 0;
    *subtype = part->subtype;
    return 0.60f;
  }

  // A name spelled out, "A.M.R.", or a middle initial that is called one.
  uint32_t Letters(uint32_t t) {
    if (t > 0 && Is(t, kGlued) && Is(t - 1, kAnyWord | kNum)) return t;
    std::array<uint32_t, kLongestSpelled> ends;
    std::string run;
    bool parted = false;
    for (uint32_t at = t; Is(at, kSingle) && run.size() < kLongestSpelled;) {
      AppendFolded(doc_.Word(tokens_[at]), &run);
      ends[run.size() - 1] = at + 1;
      uint32_t next = at + 1;
      while (next < at + 4 && Is(next, kHyphen | kDot | kApos) && Is(next, kGlued)) ++next;
      parted = parted || next > at + 1;
      at = next;
    }
    for (size_t length = run.size(); length >= kShortestSpelled; --length) {
      const KnownPart* part = Spelled(std::string_view(run).substr(0, length));
      if (part == nullptr) continue;
      Add(t, ends[length - 1], part->subtype, 0.90f);
      return ends[length - 1];
    }
    if (parted && (run.size() == 2 || run.size() == 3) && !MeansSomethingElse(run)) {
      const KnownPart* part = Find(names_.initials, run);
      if (part == nullptr || t == 0 || Is(t - 1, kNum)) return CalledInitial(t);
      Add(t, ends[run.size() - 1], part->subtype, 0.65f);
      return ends[run.size() - 1];
    }
    return CalledInitial(t);
  }

  const KnownPart* Spelled(std::string_view letters) const {
    for (const auto* list : {&names_.parts, &names_.joined}) {
      for (const KnownPart& part : *list) {
        if (part.folded == letters) return &part;
        if (letters.size() >= kSpelledBegin && part.folded.compare(0, letters.size(), letters) == 0) return &part;
      }
    }
    return nullptr;
  }

  static bool MeansSomethingElse(std::string_view letters) {
    static constexpr std::array<std::string_view, 18> kOthers = {"am", "pm", "po", "us", "md", "rn", "do", "pa", "iv",
                                                                 "im", "pt", "er", "or", "od", "os", "ou", "bp", "phd"};
    return std::find(kOthers.begin(), kOthers.end(), letters) != kOthers.end();
  }

  // "middle name is O", "middle initial: O", "MI O".
  uint32_t CalledInitial(uint32_t t) {
    if (!Is(t, kInitial)) return t;
    const KnownPart* part = Find(names_.parts, folded_);
    if (part == nullptr) return t;
    std::string word;
    for (uint32_t back = 1; back <= 4 && back <= t && !Is(t - back, kNl | kSemi); ++back) {
      word.clear();
      AppendFolded(doc_.Word(tokens_[t - back]), &word);
      const bool beside = back == 1 || (back == 2 && Is(t - 1, kColon));
      if (word != "middle" && word != "initial" && !(beside && word == "mi")) continue;
      Add(t, t + 1, part->subtype, 0.80f);
      return t + 1;
    }
    return t;
  }

  bool InitialOfPart(uint32_t t) const {
    if (!Is(t, kInitial)) return false;
    std::string folded;
    AppendFolded(doc_.Word(tokens_[t]), &folded);
    return std::any_of(names_.parts.begin(), names_.parts.end(),
                       [&](const KnownPart& part) { return part.folded.compare(0, 1, folded) == 0; });
  }

  // "A." or "A" beside a known part belongs to it.
  void TakeInitials(uint32_t* first, uint32_t* end) const {
    for (;;) {
      if (*first >= 1 && InitialOfPart(*first - 1)) {
        *first -= 1;
      } else if (*first >= 2 && Is(*first - 1, kDot) && InitialOfPart(*first - 2)) {
        *first -= 2;
      } else {
        break;
      }
    }
    while (InitialOfPart(*end)) ++*end;
  }

  const KnownNames& names_;
  const Document& doc_;
  const std::vector<Token>& tokens_;
  const ClassBits ordinary_;
  Evidence* evidence_;
  std::string folded_;
};

}  // namespace

void AddKnownNames(const KnownNames& names, const Document& doc, ClassBits ordinary, Evidence* evidence) {
  NameFinder(names, doc, ordinary, evidence).Run();
}

}  // namespace phiveil
