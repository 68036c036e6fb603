#ifndef PHIVEIL_BENCH_NOTES_H_
#define PHIVEIL_BENCH_NOTES_H_

// Notes for the benchmarks, and what every one of them must show to have done its work.
//
//   const Notes& notes = NotesOf("usual");        // 2-5 KB, an identifier every 200 bytes: make_notes.py
//
// PHIVEIL_BENCH_NOTES=FILE.jsonl takes the place of "usual": {"text":…} a line, "subject" and "marks" optional.

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "phiveil/finding.h"
#include "simdjson.h"

namespace phiveil::bench {

struct Notes {
  std::vector<std::string> texts;
  std::vector<std::string> subjects;
  size_t bytes = 0;
  size_t marks = 0;  // identifiers that stand in them
};

[[noreturn]] inline void Stop(const std::string& why) {
  std::cerr << "error: " << why << "\n";
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Stop(std::string(result.status().message()));
  return *std::move(result);
}

inline Notes ReadNotesFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) Stop(path + " cannot be read");
  Notes notes;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(file, line);) {
    simdjson::dom::element row;
    std::string_view text, subject;
    uint64_t marks = 0;
    if (parser.parse(line).get(row) || row["text"].get(text)) {
      Stop(path + ":" + std::to_string(notes.texts.size() + 1) + " is not {\"text\":…}");
    }
    if (row["marks"].get(marks) == simdjson::SUCCESS) notes.marks += marks;
    if (row["subject"].get(subject) != simdjson::SUCCESS) subject = "";
    notes.subjects.push_back(subject.empty() ? "s" + std::to_string(notes.texts.size()) : std::string(subject));
    notes.texts.emplace_back(text);
    notes.bytes += text.size();
  }
  if (notes.texts.empty()) Stop(path + " holds no notes");
  return notes;
}

inline const Notes& NotesOf(const std::string& name) {
  static auto* const read = new std::map<std::string, Notes>;
  const auto known = read->find(name);
  if (known != read->end()) return known->second;
  const char* own = std::getenv("PHIVEIL_BENCH_NOTES");
  const std::string path =
      name == "usual" && own != nullptr ? own : std::string(PHIVEIL_BENCH_NOTES_DIR) + "/" + name + ".jsonl";
  return read->emplace(name, ReadNotesFile(path)).first->second;
}

// In order, within the text, none empty, none over another.
inline bool AreSound(std::string_view text, const std::vector<Finding>& findings) {
  size_t at = 0;
  for (const Finding& finding : findings) {
    if (finding.begin < at || finding.begin >= finding.end || finding.end > text.size()) return false;
    at = finding.end;
  }
  return true;
}

// How many findings there must be at the least: an engine that finds less than that many of the marks has been cut.
inline bool AreEnough(size_t found, const Notes& notes) { return found * 10 >= notes.marks * 6; }

}  // namespace phiveil::bench

#endif  // PHIVEIL_BENCH_NOTES_H_
