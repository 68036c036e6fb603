

#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/commands_vault.h"
#include "cli/file_error.h"
#include "phiveil/token.h"
#include "phiveil/vault_tools.h"

namespace phiveil::cli {
namespace {

ExitCode Fail(const absl::Status& status) {
  std::cerr << "phiveil: " << MessageOf(status) << "\n";
  return kCannotStart;
}

ExitCode Verify(const VaultOptions& vault) {
  const auto report = VerifyVault(vault);
  if (!report.ok()) return Fail(report.status());
  std::cout << VaultName(vault.path) << ": " << report->subjects << " subjects, " << report->mappings << " values, "
            << report->aliases << " aliases, ";
  if (report->damaged_count == 0) {
    std::cout << "all intact\n";
    return kAllDone;
  }
  std::cout << report->damaged_count << " DAMAGED\n";
  for (const std::string& damaged : report->damaged) std::cout << damaged << "\n";
  if (report->damaged.size() < report->damaged_count) std::cout << "and more\n";
  return kSomeQuarantined;
}

ExitCode Backup(const VaultOptions& vault, const std::string& to) {
  const auto copied = BackupVault(vault, to);
  if (!copied.ok()) return Fail(copied.status());
  std::cout << VaultName(to) << ": " << copied->subjects << " subjects, " << copied->mappings
            << " values; opens with the same key (" << copied->key_id << ")\n";
  return kAllDone;
}

ExitCode Compact(const VaultOptions& vault) {
  const absl::Status status = CompactVault(vault);
  if (!status.ok()) return Fail(status);
  std::cout << VaultName(vault.path) << ": compacted\n";
  return kAllDone;
}

// Tokens hold no identifiers and need no escapes.
std::string AliasLine(Category category, const TokenCode& old_code, const TokenCode& code) {
  return Concat(R"({"token":")", FormatToken(category, old_code, ""), R"(","is":")", FormatToken(category, code, ""),
                "\"}\n");
}

absl::Status WriteWhole(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  return out ? absl::OkStatus() : FileError(path, "write", errno);
}

ExitCode Merge(const VaultOptions& vault, const Options& options) {
  std::string lines;
  MergeOptions how;
  how.unify = options.unify;
  how.on_alias = [&](Category category, const TokenCode& old_code, const TokenCode& code) {
    lines += AliasLine(category, old_code, code);
    return absl::OkStatus();
  };
  const auto report = MergeShards(vault, options.inputs, how);
  if (!report.ok()) return Fail(report.status());
  for (const std::string& conflict : report->conflicts) std::cerr << "phiveil: conflict: " << conflict << "\n";
  if (!report->conflicts.empty()) {
    std::cerr << "phiveil: nothing was merged; leave the named shard out and run its worker again\n";
    return kSomeQuarantined;
  }
  if (!options.aliases.empty()) {
    if (const absl::Status written = WriteWhole(options.aliases, lines); !written.ok()) return Fail(written);
  }
  std::cout << VaultName(vault.path) << ": " << report->shards << " shards with " << report->values << " values, "
            << report->added << " new";
  if (options.unify) std::cout << ", " << report->aliases << " aliases";
  std::cout << "\n";
  return kAllDone;
}

using Aliases = std::map<std::pair<Category, std::string>, TokenCode>;

absl::StatusOr<Aliases> ReadAliases(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return FileError(path, "open", errno);
  Aliases aliases;
  uint64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto token = FindTokenMention(line, 0);
    const auto is = token ? FindTokenMention(line, token->end) : std::nullopt;
    if (!is || !token->intact || !is->intact || token->category != is->category) {
      return absl::InvalidArgumentError(Concat(path, ":", number, ": not a line of an aliases file"));
    }
    aliases[{token->category, std::string(token->code.view())}] = is->code;
  }
  if (in.bad()) return FileError(path, "read", EIO);
  return aliases;
}

// Only the code changes: brackets, escapes and what a token shows stay as they are.
std::string Retokened(const std::string& text, const Aliases& aliases) {
  std::string out;
  size_t copied = 0;
  for (auto mention = FindTokenMention(text, 0); mention; mention = FindTokenMention(text, mention->end)) {
    const auto alias = aliases.find({mention->category, std::string(mention->code.view())});
    if (!mention->intact || alias == aliases.end()) continue;
    const std::string_view whole(text.data() + mention->begin, mention->end - mention->begin);
    const size_t at = whole.find(mention->code.view());
    if (at == std::string_view::npos) continue;  // in another case: it restores as it stands
    out.append(text, copied, mention->begin + at - copied);
    out.append(alias->second.view());
    copied = mention->begin + at + mention->code.view().size();
  }
  return out.append(text, copied);
}

ExitCode Retoken(const Options& options) {
  const auto aliases = ReadAliases(options.aliases);
  if (!aliases.ok()) return Fail(aliases.status());
  std::string line;
  while (std::getline(std::cin, line)) {
    const bool ended = !std::cin.eof();
    std::cout << Retokened(line, *aliases) << (ended ? "\n" : "");
  }
  std::cout.flush();
  return std::cout.good() && !std::cin.bad() ? kAllDone : kStopped;
}

}  // namespace

ExitCode RunVaultTools(const Options& options, const Places& places) {
  if (options.command == "vault retoken") return Retoken(options);
  const auto key = OpenKey(places, false, std::cerr);
  if (!key.ok()) return Fail(key.status());
  const VaultOptions vault = {.path = places.vault, .key = key->get(), .create = options.command == "vault merge"};
  if (options.command == "vault verify") return Verify(vault);
  if (options.command == "vault backup") return Backup(vault, options.to);
  if (options.command == "vault compact") return Compact(vault);
  return Merge(vault, options);
}

}  // namespace phiveil::cli
