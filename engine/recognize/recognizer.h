#ifndef PHIVEIL_RECOGNIZE_RECOGNIZER_H_
#define PHIVEIL_RECOGNIZE_RECOGNIZER_H_

// From tokens and matches to scored candidates.
//
// Every source of evidence ends in the same list: patterns with their cues, forms, identifiers the
// caller knows, spans of an outside recogniser, the statistical model, fields of structures, and last
// the document's own memory of names. Vetoes lower, with a reason; nothing is decided here, and no
// policy is asked.

#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "match/lexicon.h"
#include "match/matcher.h"
#include "phiveil/deidentifier.h"
#include "recognize/candidate.h"
#include "recognize/cues.h"
#include "recognize/fields.h"
#include "recognize/form.h"
#include "recognize/memory.h"
#include "recognize/name_model.h"
#include "text/document.h"

namespace phiveil {

// A place where a veto may stand. Most lie where nothing is to be lowered, and are not weighed.
struct VetoPlace {
  uint32_t begin, end;  // view bytes
  uint32_t first_token, end_token;
  Source source;
  uint32_t number;   // of the expression or, for a form, of the rule
  uint32_t earlier;  // for Cues::Gather
};

// Working memory of one thread.
struct RecognizeScratch {
  std::unique_ptr<MatchScratch> match;
  std::vector<Match> matches;
  std::vector<CueHit> hits;
  std::unique_ptr<Cues> cues;
  FormScratch forms;
  ModelScratch model;
  std::unique_ptr<StructureScratch, void (*)(StructureScratch*)> structure_scratch = StructureScanner::NewScratch();
  Structure structure;               // of the document; empty when nobody looked for any
  std::vector<uint32_t> last_value;  // by expression: first token of the value before
  std::vector<VetoPlace> veto_places;
  std::vector<uint8_t> contested;  // by token: part of a candidate
  bool every_veto = false;         // weigh also those that lower nothing: for examples and explanations
};

class Recognizer {
 public:
  static absl::StatusOr<std::unique_ptr<const Recognizer>> Create(const pb::Pack& pack);
  ~Recognizer();

  absl::StatusOr<std::unique_ptr<RecognizeScratch>> NewScratch() const;

  // Fills `evidence` for the document. Candidates below `floor` are left out; for an explanation give
  // a floor below 0 and refused values appear too, with the validator's number as reason.
  absl::Status Recognize(const Request& request, float floor, Document* doc, RecognizeScratch* scratch,
                         Evidence* evidence) const;

  const StructureScanner& scanner() const { return fields_->scanner(); }
  // The tags the name model gives to the tokens of a text, for the pack's tests of it. Empty without one.
  std::vector<uint32_t> ModelTags(Document* doc, RecognizeScratch* scratch) const;

  const Lexicon& lexicon() const { return *lexicon_; }
  std::string_view ValidatorName(uint32_t number) const { return validator_names_[number]; }

 private:
  using Validator = bool (*)(std::string_view view, size_t begin, size_t end);

  struct Rule {
    Category category;
    Subtype subtype;
    bool speaks_for_itself;  // its form or score names what it finds
    bool weak_date;          // below the threshold it waits for the dates of the note
    float score;
    float veto;
    std::vector<uint32_t> validators;
    std::vector<std::string> allow;
  };

  Recognizer() = default;

  void AddPatterns(const Document& doc, float floor, RecognizeScratch* scratch, Evidence* evidence) const;
  void AddForms(const Document& doc, float floor, RecognizeScratch* scratch, Evidence* evidence) const;
  // Weighs the vetoes that stand over candidates from number `first` on.
  void AddVetoes(const Document& doc, size_t first, float floor, RecognizeScratch* scratch, Evidence* evidence) const;
  void WeighVeto(const Document& doc, const VetoPlace& place, float floor, RecognizeScratch* scratch,
                 Evidence* evidence) const;
  // However weak: it may strengthen what the pack finds.
  void AddOutside(const Document& doc, std::span<const OutsideSpan> spans, Evidence* evidence) const;
  // Weighs one rule's claim on one stretch whose cues have been gathered.
  void Weigh(const Document& doc, uint32_t rule, const Candidate& stretch, float floor, const Cues& cues,
             Evidence* evidence) const;
  bool Refused(std::string_view view, const Rule& rule, const Candidate& candidate, uint32_t* validator) const;

  std::unique_ptr<const Matcher> matcher_;
  std::unique_ptr<const Lexicon> lexicon_;
  std::unique_ptr<const CueTable> cue_table_;
  std::unique_ptr<const Forms> forms_;
  std::unique_ptr<const NameMemory> memory_;
  std::unique_ptr<const Fields> fields_;
  std::unique_ptr<const NameModel> model_;  // nullptr: the pack has none
  ClassBits ordinary_ = 0;                  // words that are no known name's misspelling or initials
  std::vector<Rule> rules_;
  std::vector<float> alone_;  // by rule: the highest floor it may reach without a cue
  std::vector<std::vector<uint32_t>> rules_of_expression_;
  std::vector<bool> only_vetoes_;  // by expression
  std::vector<Validator> validators_;
  std::vector<std::string> validator_names_;
};

// Lowers the candidates from number `first` on by the strongest veto that covers at least half of each.
void ApplyVetoes(size_t first, Evidence* evidence);

// First and one-past-last token that the view stretch touches.
std::pair<uint32_t, uint32_t> TokenRange(const Document& doc, uint32_t begin, uint32_t end);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_RECOGNIZER_H_
