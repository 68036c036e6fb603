#ifndef PHIVEIL_RULES_COMPILER_DIAGNOSTIC_H_
#define PHIVEIL_RULES_COMPILER_DIAGNOSTIC_H_

// What the compiler has to say, with file, line, column, a stable id and what to do about it:
//
//   rules/packs/us/mrn.yaml:12:5: error PH012 unknown-key: a rule has no key `scor`
//      12 |     scor: 0.3
//         |     ^~~~
//   help: did you mean `score`?
//
// Ids are never reused. PH001 to PH099 are errors, from PH101 on warnings.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source.h"

namespace phiveil::rules {

enum class Severity : uint8_t { kError, kWarning };

enum class Code : uint8_t {
  kUnreadableFile = 1,
  kBadEncoding = 2,
  kYamlSyntax = 3,
  kYamlFeature = 4,
  kTooLarge = 5,
  kWrongType = 10,
  kMissingKey = 11,
  kUnknownKey = 12,
  kDuplicateKey = 13,
  kUnknownValue = 14,
  kOutOfRange = 15,
  kKeyNotHere = 16,
  kDuplicateId = 20,
  kBadId = 21,
  kUnknownCategory = 22,
  kUnknownValidator = 23,
  kUnknownClass = 24,
  kUnknownMacro = 25,
  kOneOf = 30,
  kBadPattern = 31,
  kBadForm = 32,
  kFormTooLong = 33,
  kFormNeverMatches = 34,
  kFormStart = 35,
  kBadMacro = 36,
  kBadExample = 40,
  kNoPositiveExample = 41,
  kNoNegativeExample = 42,
  kBadAllow = 43,
  kBadCue = 44,
  kBadField = 45,
  kBadHl7 = 46,
  kBadClass = 50,
  kBadList = 51,
  kBadModel = 53,
  kBadCase = 60,
  kPolicyClaim = 70,
  kDatabase = 90,
  kNoTrigger = 101,
  kUnusedClass = 102,
  kRepeatedCue = 103,
  kUnreachableScore = 104,
  kNearDuplicate = 105,
  kUnusedMacro = 106,
  kUnlistedFile = 107,
  kCostlyRule = 108,
};

// "PH012", "unknown-key".
std::string CodeId(Code code);
std::string_view CodeName(Code code);
Severity CodeSeverity(Code code);

struct Diagnostic {
  Code code = Code::kUnreadableFile;
  Severity severity = Severity::kError;
  std::string id;  // "PH012"
  std::string file;
  int line = 0;             // from 1; 0 where the file as a whole is meant
  int column = 0;           // from 1, in characters
  std::string message;      // what is wrong
  std::string advice;       // what to do; may be empty
  std::string source_line;  // may be empty
  int width = 0;            // characters to underline
};

// The lines shown above, each ended by a line break.
std::string FormatDiagnostic(const Diagnostic& diagnostic);

// Collects diagnostics, so that one run shows all there is to mend.
class Diagnostics {
 public:
  static constexpr size_t kMost = 500;

  void Report(Code code, const Location& where, std::string message, std::string advice = "");
  void ReportFile(Code code, std::string_view path, std::string message, std::string advice = "");

  size_t errors() const { return errors_; }
  size_t warnings() const { return warnings_; }

  // In order of file (as first seen), line and column. No more than kMost are kept; all are counted.
  std::vector<Diagnostic> Sorted() const;

 private:
  void Keep(Diagnostic diagnostic);

  std::vector<Diagnostic> kept_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

// The candidate that `word` was probably meant to be, or "".
std::string_view ClosestWord(std::string_view word, const std::vector<std::string_view>& candidates);

// "did you mean `score`?", or `otherwise` where no candidate is close.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise);

// "a, b, c"
std::string Join(const std::vector<std::string_view>& words, std::string_view separator = ", ");

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_DIAGNOSTIC_H_
