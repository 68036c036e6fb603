#ifndef PHIVEIL_BENCH_PEERS_NATIVE_PEER_H_
#define PHIVEIL_BENCH_PEERS_NATIVE_PEER_H_

// What the native contestants have in common: notes in, timed passes, findings and one line of figures out.
//
//   PEER NOTES.jsonl FINDINGS.jsonl SECONDS …
//
// A pass reads every note once. The first is checked against all others (the number of findings must not change),
// passes go on until SECONDS are over, and the fastest pass by this process's CPU time counts.

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "simdjson.h"

namespace phiveil::peers {

struct Note {
  std::string id;
  std::string text;
};

struct Span {
  size_t begin;
  size_t end;
  std::string_view type;
};

[[noreturn]] inline void Stop(const std::string& why) {
  std::cerr << "error: " << why << "\n";
  std::exit(1);
}

inline std::vector<Note> ReadNotes(const std::string& path) {
  std::ifstream file(path);
  if (!file) Stop(path + " cannot be read");
  std::vector<Note> notes;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(file, line);) {
    simdjson::dom::element row;
    std::string_view id, text;
    if (parser.parse(line).get(row) || row["id"].get(id) || row["text"].get(text)) {
      Stop(path + ":" + std::to_string(notes.size() + 1) + " is not {\"id\":…,\"text\":…}");
    }
    notes.push_back({std::string(id), std::string(text)});
  }
  return notes;
}

inline double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The high-water mark of this process's own memory; not getrusage's, which a parent leaves its mark on.
inline uint64_t PeakKilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    uint64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes;
  }
  return 0;
}

struct Figures {
  double cpu = 0;
  double wall = 0;
  size_t passes = 0;
};

using Redactor = std::function<void(const Note& note, std::vector<Span>* spans)>;

inline Figures Measure(const std::vector<Note>& notes, double seconds, const std::string& out, const Redactor& redact) {
  std::ofstream file(out);
  std::vector<Span> spans;
  size_t expected = 0;
  for (const Note& note : notes) {
    spans.clear();
    redact(note, &spans);
    expected += spans.size();
    file << "{\"id\":\"" << note.id << "\",\"unit\":\"byte\",\"findings\":[";
    for (size_t i = 0; i < spans.size(); ++i) {
      file << (i == 0 ? "" : ",") << "{\"begin\":" << spans[i].begin << ",\"end\":" << spans[i].end << ",\"type\":\""
           << spans[i].type << "\"}";
    }
    file << "]}\n";
  }
  if (!file.flush()) Stop(out + " cannot be written");
  Figures best;
  const double start = Seconds(CLOCK_MONOTONIC);
  while (best.passes == 0 || Seconds(CLOCK_MONOTONIC) - start < seconds) {
    const double cpu = Seconds(CLOCK_PROCESS_CPUTIME_ID), wall = Seconds(CLOCK_MONOTONIC);
    size_t found = 0;
    for (const Note& note : notes) {
      spans.clear();
      redact(note, &spans);
      found += spans.size();
    }
    const double cpu_took = Seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, wall_took = Seconds(CLOCK_MONOTONIC) - wall;
    if (found != expected) Stop("the findings changed from pass to pass");
    best.cpu = best.passes == 0 ? cpu_took : std::min(best.cpu, cpu_took);
    best.wall = best.passes == 0 ? wall_took : std::min(best.wall, wall_took);
    ++best.passes;
  }
  return best;
}

inline void Report(const Figures& figures, double load, const std::string& version, const std::string& note = "") {
  std::cout << "{\"cpu\":" << figures.cpu << ",\"wall\":" << figures.wall << ",\"passes\":" << figures.passes
            << ",\"load\":" << load << ",\"peak_kb\":" << PeakKilobytes() << ",\"version\":\"" << version
            << "\",\"note\":\"" << note << "\"}\n";
}

}  // namespace phiveil::peers

#endif  // PHIVEIL_BENCH_PEERS_NATIVE_PEER_H_
