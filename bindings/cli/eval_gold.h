#ifndef PHIVEIL_CLI_EVAL_GOLD_H_
#define PHIVEIL_CLI_EVAL_GOLD_H_

// Texts in which people have marked what must be found.
//
//   std::vector<std::string> remarks;
//   auto gold = ReadGold("corpora/notes", &remarks);   // a folder of marked notes
//   auto gold = ReadGold("gold.jsonl.gz", &remarks);   // JSON Lines
//   AddKnown("known.jsonl", &*gold);                   // {"id":…,"known":{…}} a line
//
// A marked note is a file *.txt in which an identifier stands as `[[LABEL:text]]`; its id is the
// name without the ending. A line of JSON is {"id":…,"text":…,"spans":[{"start","end","label"
// [,"ignore"]}][,"known":{…}]} with offsets in code points. Labels are free; those of what Safe
// Harbor lets stay (STATE, YEAR, AGE, …), and spans with "ignore":true, are neither hit nor error.
//
// Gold is read strictly: half of it would give figures that look like those of the whole. Errors
// name file and line, never text. NOT_FOUND: there is nothing at the path.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/deidentifier.h"

namespace phiveil::cli::eval {

struct GoldSpan {
  uint32_t begin = 0, end = 0;  // bytes of the text
  std::string label;
  bool may_stay = false;

  friend bool operator==(const GoldSpan&, const GoldSpan&) = default;
};

struct GoldDocument {
  std::string id;
  std::string source;  // for messages: "notes/a.txt", "gold.jsonl line 7"
  std::string text;
  std::vector<GoldSpan> spans;
  KnownIdentifiers known;
  bool has_known = false;
};

using Gold = std::vector<GoldDocument>;

bool MayStay(std::string_view label);

// Takes the marks out: fills text and spans. Brackets that are no whole mark stay text.
void ParseMarked(std::string_view marked, GoldDocument* document);

// INVALID_ARGUMENT: the line does not keep to the contract.
absl::Status ParseGoldLine(std::string_view line, GoldDocument* document);

// In the order of names, or of lines. `remarks` gains what was read but is probably not meant.
absl::StatusOr<Gold> ReadGold(const std::string& path, std::vector<std::string>* remarks);

// Gives documents what is known of their subjects. An id that no document has, or one that has
// known identifiers already, is an error: they would silently go unused.
absl::Status AddKnown(const std::string& path, Gold* gold);

}  // namespace phiveil::cli::eval

#endif  // PHIVEIL_CLI_EVAL_GOLD_H_
