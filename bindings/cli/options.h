#ifndef PHIVEIL_CLI_OPTIONS_H_
#define PHIVEIL_CLI_OPTIONS_H_

// What can be said on the command line. Each flag is defined once, in options.cc, with its help.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"

namespace phiveil::cli {

struct Options {
  // What to do: "redact", "rules check", …
  std::string command;

  std::vector<std::string> inputs;
  std::string out;
  std::string format;  // empty: by name
  std::string offsets = "codepoint";
  std::vector<std::string> text_columns;
  std::string id_column, subject_column;

  std::string pack;  // empty: built in
  std::string policy = "safe_harbor";
  std::string vault, key, audit;  // empty: in the state folder
  std::string tenant;
  std::string subject, actor, purpose;
  bool alone = false;     // vault reencrypt
  uint32_t ttl_days = 0;  // redact
  std::string access;     // empty: access.json in the state folder, if there is one

  int threads = 0;  // 0: as many as the machine has
  uint64_t max_record = uint64_t{64} << 20;
  std::string errors;
  bool resume = false, quiet = false, verbose = false;

  // explain
  std::string at;     // BEGIN:END in code points
  uint64_t line = 0;  // 1-based; 0: not given
  bool show_text = false;

  // eval
  std::string gold;
  std::string compare_pack, compare_policy;  // empty: as `pack` and `policy`
  std::vector<std::string> known;
  std::optional<size_t> show_misses, show_errors;

  std::string task;  // empty: none

  // policy gate, policy register
  std::string profile, jurisdiction, day;

  // audit
  std::string since, subject_hash, signing_key, public_key, expect;
  std::optional<std::string> of_tenant;  // empty: the tenant without a name

  std::string to;  // vault backup: the empty place; key rewrap, vault rotate: the key to go to

  // vault merge, retoken
  std::string aliases;
  bool unify = false;

  // rules, policy, audit
  std::string folder, rule_id, file;
  std::vector<std::string> rule_ids;  // rules cost; empty: all
};

// Fills `options` when the parser runs; `options` must outlive it.
std::unique_ptr<CLI::App> MakeParser(Options* options);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_OPTIONS_H_
