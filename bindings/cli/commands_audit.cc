#include <sys/stat.h>

#include <charconv>
#include <iostream>
#include <memory>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/commands.h"
#include "cli/file_error.h"
#include "cli/json_writer.h"
#include "cli/session.h"

namespace phiveil::cli {
namespace {

using Key = std::unique_ptr<KeyEncryptionKey>;

ExitCode Fail(const absl::Status& status, ExitCode code = kCannotStart) {
  std::cerr << "phiveil: " << MessageOf(status) << "\n";
  return code;
}

absl::StatusOr<Key> ReadKey(const std::string& path, const Places& places) {
  auto key = phiveil::OpenKey(path, {.wrapped = places.state.wrapped_key()});
  if (!key.ok()) return absl::Status(key.status().code(), Concat("key ", path, ": ", MessageOf(key.status())));
  return std::make_unique<KeyEncryptionKey>(*std::move(key));
}

// Null when none is named and none is in its place.
absl::StatusOr<Key> FindKey(const Options& options, const Places& places) {
  struct stat info = {};
  if (options.key.empty() && lstat(places.key_file.c_str(), &info) != 0) return Key();
  return ReadKey(places.key, places);
}

bool ParseExpect(const std::string& text, AuditCheck* check) {
  if (text.empty()) return true;
  const size_t colon = text.find(':');
  if (colon == std::string::npos || text.size() - colon - 1 != 64) return false;
  check->expected_hash = text.substr(colon + 1);
  const char* const end = text.data() + colon;
  const auto read = std::from_chars(text.data(), end, check->expected_seq);
  return read.ec == std::errc() && read.ptr == end && check->expected_seq > 0;
}

ExitCode Verify(const Options& options, const Places& places) {
  AuditCheck check;
  check.public_key = options.public_key;
  if (!ParseExpect(options.expect, &check)) {
    return Fail(absl::InvalidArgumentError("--expect is SEQ:HASH, as `audit checkpoint` prints it"), kUsage);
  }
  Key key;
  if (options.public_key.empty() || !options.key.empty()) {
    auto found = FindKey(options, places);
    if (!found.ok()) return Fail(found.status());
    key = *std::move(found);
  }
  check.key = key.get();
  const auto report = VerifyAuditLog(places.audit, check);
  if (!report.ok()) return Fail(report.status(), absl::IsInvalidArgument(report.status()) ? kUsage : kCannotStart);
  std::cout << places.audit << ": " << report->records << " records, " << report->files
            << (report->files == 1 ? " file, " : " files, ") << report->checkpoints << " checkpoints, ";
  if (report->intact) {
    std::cout << "intact" << (report->problem.empty() ? "" : "; ") << report->problem << "\n"
              << report->records << ":" << report->newest_hash << "\n";
    return kAllDone;
  }
  std::cout << "NOT intact\n" << report->file;
  if (report->first_bad_line > 0) std::cout << ":" << report->first_bad_line;
  std::cout << ": " << report->problem << "\n";
  return kSomeQuarantined;
}

// The raw text of a field, quotes and all. Quotes inside strings are escaped, so that a name found is the field's.
std::string_view RawField(std::string_view line, std::string_view name) {
  const std::string label = Concat("\"", name, "\":");
  const size_t at = line.find(label);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + label.size());
  if (!rest.starts_with('"'))
    return rest.substr(0, rest.find_first_of(rest.starts_with('{') ? "}" : ",}") + (rest.starts_with('{') ? 1 : 0));
  size_t end = 1;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
  return rest.substr(0, std::min(end + 1, rest.size()));
}

constexpr std::string_view kAllTenants = "\"*\"";  // what was done to the vault as a whole

struct Filter {
  std::string since, actor, subject, tenant;  // as they stand in a line, with quotes
  bool Passes(std::string_view line) const {
    if (!since.empty() && RawField(line, "time") < since) return false;
    if (!actor.empty() && RawField(line, "actor") != actor) return false;
    if (!tenant.empty() && RawField(line, "tenant") != tenant && RawField(line, "tenant") != kAllTenants) return false;
    return subject.empty() || RawField(line, "subject") == subject;
  }
};

absl::StatusOr<Filter> MakeFilter(const Options& options, const Places& places) {
  Filter filter;
  if (!options.since.empty()) filter.since = Concat("\"", options.since);
  if (!options.actor.empty()) AppendJsonString(options.actor, &filter.actor);
  if (options.of_tenant) AppendJsonString(*options.of_tenant, &filter.tenant);
  if (!options.subject_hash.empty()) filter.subject = Concat("\"", options.subject_hash, "\"");
  if (options.subject.empty()) return filter;
  PHIVEIL_ASSIGN_OR_RETURN(const Key key, FindKey(options, places));
  if (key == nullptr)
    return absl::FailedPreconditionError(Concat("no key ", places.key_file, ": give --subject-hash instead"));
  PHIVEIL_ASSIGN_OR_RETURN(const std::string hash, AuditSubjectHash(*key, options.subject));
  filter.subject = Concat("\"", hash, "\"");
  return filter;
}

std::string InWords(std::string_view line) {
  const auto field = [&](std::string_view name) {
    std::string_view raw = RawField(line, name);
    if (raw.size() >= 2 && raw.front() == '"') raw = raw.substr(1, raw.size() - 2);
    return raw;
  };
  std::string out = Concat(field("seq"), "  ", field("time"), "  ", field("verb"));
  if (field("verb") == "checkpoint") return out;
  out += Concat("  ", field("decision"), "  by ", field("actor"), "  for ", field("purpose"), "  subject ",
                field("subject").substr(0, 12));
  for (const std::string_view name : {"record", "tenant", "policy", "task", "provider", "region", "reason"}) {
    if (!field(name).empty()) out += Concat("  ", name, " ", field(name));
  }
  return out + Concat("  counts ", field("counts"));
}

ExitCode Print(const Options& options, const Places& places) {
  const auto filter = MakeFilter(options, places);
  if (!filter.ok()) return Fail(filter.status());
  const bool words = options.command == "audit show";
  const absl::Status status = ReadAuditLog(places.audit, [&](std::string_view line) {
    if (!filter->Passes(line)) return true;
    if (words)
      std::cout << InWords(line) << "\n";
    else
      std::cout << line << "\n";
    return std::cout.good();
  });
  std::cout.flush();
  if (!status.ok()) return Fail(status);
  return std::cout.good() ? kAllDone : kStopped;
}

ExitCode Sign(const Options& options, const Places& places) {
  const auto key = FindKey(options, places);
  if (!key.ok()) return Fail(key.status());
  if (*key == nullptr) return Fail(absl::NotFoundError(Concat("no key ", places.key_file)));
  const auto found = OpenSigningKey(options);
  if (!found.ok()) return Fail(found.status());
  const Key& signer = *found;
  if (options.command == "audit key") {
    const auto hex = AuditPublicKey(signer ? *signer : **key);
    if (!hex.ok()) return Fail(hex.status());
    std::cout << *hex << "\n";
    return kAllDone;
  }
  const auto log = OpenAuditLog({.path = places.audit, .key = key->get(), .signing_key = signer.get()});
  if (!log.ok()) return Fail(log.status());
  if (const absl::Status signed_now = (*log)->Checkpoint(); !signed_now.ok()) return Fail(signed_now, kStopped);
  const auto report = VerifyAuditLog(places.audit, key->get());
  if (!report.ok()) return Fail(report.status());
  if (!report->intact) return Fail(absl::DataLossError(Concat(report->file, ": ", report->problem)), kSomeQuarantined);
  std::cout << report->records << ":" << report->newest_hash << "\n";
  return kAllDone;
}

}  // namespace

ExitCode RunAudit(const Options& options) {
  const absl::StatusOr<Places> places = FindPlaces(options);
  if (!places.ok()) return Fail(places.status(), absl::IsInvalidArgument(places.status()) ? kUsage : kCannotStart);
  if (options.command == "audit verify") return Verify(options, *places);
  if (options.command == "audit show" || options.command == "audit export") return Print(options, *places);
  return Sign(options, *places);
}

}  // namespace phiveil::cli
