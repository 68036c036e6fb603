#include "cli/session.h"

#include <openssl/evp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/file_error.h"
#include "compiler/policy_compiler.h"
#include "compiler/profile_reader.h"
#include "rules/builtin.h"

namespace phiveil::cli {
namespace {

// Stands in where nothing may be kept: find and explain need a policy's thresholds, not its vault.
class ClosedVault : public Vault {
 public:
  absl::StatusOr<Ticket> Assign(std::string_view, std::span<const Value>, std::vector<TokenCode>*) override {
    return Closed();
  }
  absl::Status Commit(Ticket) override { return Closed(); }
  absl::StatusOr<Hit> Lookup(std::string_view, Category, const TokenCode&) override { return Closed(); }
  absl::StatusOr<VaultInfo> Info() override { return Closed(); }

 private:
  static absl::Status Closed() { return absl::FailedPreconditionError("the vault is not open"); }
};

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return FileError(path, "open", errno);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return FileError(path, "read", EIO);
  return bytes;
}

absl::Status Prefixed(std::string_view prefix, const absl::Status& status) {
  return absl::Status(status.code(), Concat(prefix, MessageOf(status)));
}

absl::Status Refused(std::string_view what, const rules::Diagnostics& diagnostics) {
  std::string message = Concat(what, " is refused:");
  for (const rules::Diagnostic& diagnostic : diagnostics.Sorted())
    message += "\n" + rules::FormatDiagnostic(diagnostic);
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<std::string> PolicyBytes(const std::string& name) {
  if (const auto built_in = BuiltinPolicy(name)) return std::string(*built_in);
  if (access(name.c_str(), F_OK) != 0) {
    std::string names;
    for (const auto& known : BuiltinPolicyNames()) names += Concat(names.empty() ? "" : ", ", known);
    return absl::NotFoundError(Concat("no policy or file ", name, "; built in are ", names));
  }
  rules::Diagnostics diagnostics;
  std::optional<std::string> compiled = rules::CompilePolicy(name, &diagnostics);
  if (compiled.has_value()) return *std::move(compiled);
  return Refused(Concat("policy ", name), diagnostics);
}

absl::Status LoadRules(const Options& options, Deidentifier::Parts* parts, std::string* identity) {
  std::string pack_file;
  std::string_view pack_bytes = BuiltinPack();
  if (!options.pack.empty()) {
    PHIVEIL_ASSIGN_OR_RETURN(pack_file, ReadWhole(options.pack));
    pack_bytes = pack_file;
  }
  auto pack = RulePack::Load(pack_bytes);
  if (!pack.ok()) {
    return Prefixed(options.pack.empty() ? "built-in pack: " : Concat("pack ", options.pack, ": "), pack.status());
  }
  PHIVEIL_ASSIGN_OR_RETURN(const std::string policy_bytes, PolicyBytes(options.policy));
  auto policy = Policy::Load(policy_bytes);
  if (!policy.ok()) return Prefixed(Concat("policy ", options.policy, ": "), policy.status());
  parts->pack = *std::move(pack);
  parts->policy = *std::move(policy);
  *identity = Sha256Hex(Concat(Sha256Hex(pack_bytes), Sha256Hex(policy_bytes)));
  return absl::OkStatus();
}

bool IsDatabase(std::string_view vault) {
  return vault.starts_with("postgresql://") || vault.starts_with("postgres://");
}

absl::Status RefuseUrl(std::string_view flag, std::string_view value, std::string_view supported) {
  if (value.find("://") == std::string_view::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(
      Concat(flag, " ", value.substr(0, value.find("://")), "://… is not built in this version; ", supported));
}

absl::Status OpenStores(Verb verb, uint32_t ttl_days, Session* session, Deidentifier::Parts* parts, std::ostream& err) {
  const Places& places = session->places;
  // Seals of format 1 come back with the key alone; a vault that is there is asked all the same.
  const bool needed = !parts->policy.Uses(Action::kSeal);
  session->uses_vault = verb == Verb::kRestore ? needed || VaultExists(places.vault) : parts->policy.NeedsVault();
  bool made = false;
  PHIVEIL_RETURN_IF_ERROR(places.state.Make(&made));
  if (made) err << "phiveil: made the state folder " << places.state.path() << "\n";
  PHIVEIL_ASSIGN_OR_RETURN(session->key, OpenKey(places, verb == Verb::kRedact, err));
  if (session->uses_vault) {
    const bool fresh = !VaultExists(places.vault);
    auto vault = OpenVault({.path = places.vault,
                            .key = session->key.get(),
                            .create = verb == Verb::kRedact,
                            .tenant = session->tenant,
                            .ttl_days = ttl_days});
    if (!vault.ok()) return Prefixed(Concat("vault ", VaultName(places.vault), ": "), vault.status());
    session->vault = *std::move(vault);
    if (fresh && !IsDatabase(places.vault)) err << "phiveil: made the vault " << places.vault << "\n";
  }
  auto audit =
      OpenAuditLog({.path = places.audit, .key = session->key.get(), .signing_key = session->signing_key.get()});
  if (!audit.ok()) return Prefixed(Concat("audit log ", places.audit, ": "), audit.status());
  session->audit = *std::move(audit);
  return absl::OkStatus();
}

// For what reads and keeps nothing: the log that was named, nothing else.
absl::Status OpenAudit(const Options& options, Session* session, std::ostream& err) {
  PHIVEIL_ASSIGN_OR_RETURN(session->signing_key, OpenSigningKey(options));
  PHIVEIL_ASSIGN_OR_RETURN(session->key, OpenKey(session->places, false, err));
  auto audit = OpenAuditLog(
      {.path = session->places.audit, .key = session->key.get(), .signing_key = session->signing_key.get()});
  if (!audit.ok()) return Prefixed(Concat("audit log ", session->places.audit, ": "), audit.status());
  session->audit = *std::move(audit);
  return absl::OkStatus();
}

void NoteLongerLife(const Options& options, const Policy& policy, std::ostream& err) {
  uint32_t shortest = 0;
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const uint32_t days = policy.RuleFor(static_cast<Category>(i)).expire_days;
    if (days > 0 && (shortest == 0 || days < shortest)) shortest = days;
  }
  if (shortest == 0 || options.ttl_days <= shortest) return;
  err << "phiveil: policy " << policy.name() << " ends some values after " << shortest << " days; --ttl-days "
      << options.ttl_days << " does not make that longer\n";
}

}  // namespace

Jurisdiction JurisdictionOf(const Options& options) {
  if (options.jurisdiction.empty()) return Jurisdiction::kUnstated;
  return options.jurisdiction == "EU" ? Jurisdiction::kEu : Jurisdiction::kUs;
}

absl::StatusOr<Policy> OpenPolicy(const std::string& name) {
  PHIVEIL_ASSIGN_OR_RETURN(const std::string bytes, PolicyBytes(name));
  auto policy = Policy::Load(bytes);
  return policy.ok() ? policy : Prefixed(Concat("policy ", name, ": "), policy.status());
}

absl::StatusOr<TaskProfile> OpenTask(const std::string& name) {
  std::string text;
  if (const auto built_in = BuiltinTask(name)) {
    text = *built_in;
  } else if (access(name.c_str(), F_OK) == 0) {
    PHIVEIL_ASSIGN_OR_RETURN(text, ReadWhole(name));
  } else {
    std::string names;
    for (const auto& known : BuiltinTaskNames()) names += Concat(names.empty() ? "" : ", ", known);
    return absl::NotFoundError(Concat("no task or file ", name, "; built in are ", names));
  }
  rules::Diagnostics diagnostics;
  auto task = rules::ReadTaskProfile(name, std::move(text), &diagnostics);
  if (!task) return Refused(Concat("task ", name), diagnostics);
  return *std::move(task);
}

absl::StatusOr<DeploymentProfile> OpenProfile(const std::string& file) {
  PHIVEIL_ASSIGN_OR_RETURN(std::string text, ReadWhole(file));
  rules::Diagnostics diagnostics;
  auto profile = rules::ReadDeploymentProfile(file, std::move(text), &diagnostics);
  if (!profile) return Refused(Concat("profile ", file), diagnostics);
  return *std::move(profile);
}

absl::StatusOr<Places> FindPlaces(const Options& options) {
  if (!IsDatabase(options.vault)) {
    PHIVEIL_RETURN_IF_ERROR(RefuseUrl("--vault", options.vault, "give a folder, postgresql://… or shard:FILE"));
  }
  PHIVEIL_ASSIGN_OR_RETURN(StateDir state, StateDir::Locate());
  Places places = {state, state.vault(), state.key(), state.audit(), ""};
  if (!options.vault.empty()) places.vault = options.vault;
  if (!options.key.empty()) places.key = options.key;
  if (!options.audit.empty()) places.audit = options.audit;
  PHIVEIL_ASSIGN_OR_RETURN(places.key_file, KeyFileOf(places.key, {.wrapped = state.wrapped_key()}));
  return places;
}

bool VaultExists(const std::string& path) {
  std::error_code error;
  constexpr std::string_view kShard = "shard:";
  if (path.starts_with(kShard)) return std::filesystem::exists(path.substr(kShard.size()), error);
  return std::filesystem::is_directory(path, error) && !std::filesystem::is_empty(path, error) && !error;
}

absl::StatusOr<std::unique_ptr<KeyEncryptionKey>> OpenKey(const Places& places, bool create, std::ostream& err) {
  struct stat info = {};
  const bool there = lstat(places.key_file.c_str(), &info) == 0;
  if (!there && VaultExists(places.vault)) {
    return absl::FailedPreconditionError(
        Concat("there is a vault in ", VaultName(places.vault), " but its key ", places.key_file,
               " is missing; put it back or name it with --key: without it nothing in the vault can be read"));
  }
  if (!there && !create) {
    return absl::FailedPreconditionError(Concat("no key ", places.key_file, " and no vault in ",
                                                VaultName(places.vault),
                                                "; `phiveil redact` or `phiveil vault init` makes them"));
  }
  auto key = phiveil::OpenKey(places.key, {.create = create, .wrapped = places.state.wrapped_key()});
  if (!key.ok()) return Prefixed(Concat("key ", places.key_file, ": "), key.status());
  if (!there) err << "phiveil: made the key " << places.key_file << "; keep a copy of it apart from the vault\n";
  return std::make_unique<KeyEncryptionKey>(*std::move(key));
}

absl::StatusOr<std::unique_ptr<KeyEncryptionKey>> OpenSigningKey(const Options& options) {
  if (options.signing_key.empty()) return std::unique_ptr<KeyEncryptionKey>();
  auto key = KeyEncryptionKey::FromFile(options.signing_key);
  if (!key.ok()) return Prefixed(Concat("signing key ", options.signing_key, ": "), key.status());
  return std::make_unique<KeyEncryptionKey>(*std::move(key));
}

absl::StatusOr<std::unique_ptr<AccessControl>> OpenAccess(const Options& options, const Places& places) {
  struct stat info = {};
  const std::string path = options.access.empty() ? places.state.access() : options.access;
  if (options.access.empty() && lstat(path.c_str(), &info) != 0 && errno == ENOENT) {
    return std::unique_ptr<AccessControl>();
  }
  PHIVEIL_ASSIGN_OR_RETURN(auto access, AccessControl::Load(path, {.meter = places.state.meter()}));
  const std::string login = LoginName();
  if (!options.actor.empty() && !access->MaySpeakFor(login, options.actor)) {
    return absl::PermissionDeniedError(
        Concat(path, ": ", login, " may not act for ", options.actor, " (\"speak_for_others\"); leave --actor out"));
  }
  return access;
}

absl::StatusOr<std::unique_ptr<Session>> OpenSession(const Options& options, Verb verb, std::ostream& err) {
  auto session = std::make_unique<Session>();
  PHIVEIL_ASSIGN_OR_RETURN(session->places, FindPlaces(options));
  session->tenant = options.tenant;
  Deidentifier::Parts parts;
  PHIVEIL_RETURN_IF_ERROR(LoadRules(options, &parts, &session->identity));
  TaskProfile task;
  if (!options.task.empty()) {
    PHIVEIL_ASSIGN_OR_RETURN(task, OpenTask(options.task));
    parts.task = &task;
    session->purpose = task.purpose;
    session->identity = Sha256Hex(Concat(session->identity, " task ", task.name, " ", task.version));
  }
  if (verb == Verb::kFind) {
    session->vault = std::make_unique<ClosedVault>();
    if (!options.audit.empty()) PHIVEIL_RETURN_IF_ERROR(OpenAudit(options, session.get(), err));
  } else {
    PHIVEIL_ASSIGN_OR_RETURN(session->signing_key, OpenSigningKey(options));
    NoteLongerLife(options, parts.policy, err);
    PHIVEIL_RETURN_IF_ERROR(OpenStores(verb, options.ttl_days, session.get(), &parts, err));
  }
  DeploymentProfile deployment;
  if (!options.profile.empty()) {
    PHIVEIL_ASSIGN_OR_RETURN(deployment, OpenProfile(options.profile));
    parts.deployment = &deployment;
    parts.jurisdiction = JurisdictionOf(options);
  }
  parts.vault = session->vault.get();
  parts.audit = session->audit.get();
  parts.key = session->key.get();
  parts.tenant = options.tenant;
  if (verb == Verb::kRestore) {
    PHIVEIL_ASSIGN_OR_RETURN(session->access, OpenAccess(options, session->places));
    parts.access = session->access.get();
  }
  PHIVEIL_ASSIGN_OR_RETURN(session->engine, Deidentifier::Create(std::move(parts)));
  return session;
}

std::string LoginName() {
  std::vector<char> buffer(16384);
  passwd entry = {};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return Concat("uid ", geteuid());
}

std::string Sha256Hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  std::string hex;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return hex;
  for (unsigned int i = 0; i < size; ++i) hex.append({kHex[digest[i] >> 4], kHex[digest[i] & 15]});
  return hex;
}

}  // namespace phiveil::cli
