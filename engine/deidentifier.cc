#include "phiveil/deidentifier.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"
#include "explain.h"
#include "phiveil/token.h"
#include "pipeline.h"
#include "subject_books.h"
#include "subject_secret.h"
#include "transform/generalise.h"
#include "transform/lookalikes.h"
#include "transform/redact.h"
#include "transform/restore.h"

namespace phiveil {
namespace {

constexpr std::string_view kDefaultSubject = "default";
constexpr int kTries = 8;
constexpr size_t kSweptAtOnce = 256;

std::string_view SubjectOf(const Request& request) {
  if (!request.subject.empty()) return request.subject;
  return request.record_id.empty() ? kDefaultSubject : std::string_view(request.record_id);
}

// A finding that the policy keeps stands in the output as it stood in the input.
void CountReplaced(std::string_view text, const Redacted& redacted, AuditRecord* entry) {
  for (size_t i = 0; i < redacted.findings.size(); ++i) {
    const Finding& finding = redacted.findings[i];
    if (redacted.replacements[i] == text.substr(finding.begin, finding.end - finding.begin)) continue;
    ++entry->counts[static_cast<size_t>(finding.category)];
  }
}

uint64_t CountMentions(std::string_view text) {
  uint64_t count = 0;
  for (auto mention = FindTokenMention(text, 0); mention; mention = FindTokenMention(text, mention->end)) ++count;
  for (auto seal = FindSealMention(text, 0); seal; seal = FindSealMention(text, seal->end)) ++count;
  return count;
}

// A line of the log has room for so many; what a record has beyond goes into further ones.
void SpreadTokens(std::vector<AuditRecord>* entries) {
  constexpr size_t kMostTokens = 4096;
  std::vector<AuditRecord> more;
  for (AuditRecord& entry : *entries) {
    std::vector<std::string> all = std::exchange(entry.tokens, {});
    for (size_t begin = 0; begin < all.size(); begin += kMostTokens) {
      const auto first = all.begin() + static_cast<ptrdiff_t>(begin);
      const auto last = all.begin() + static_cast<ptrdiff_t>(std::min(begin + kMostTokens, all.size()));
      AuditRecord* target = &entry;
      if (begin > 0) {
        target = &more.emplace_back(entry);
        target->reason = "tokens of the record before, continued";
        target->counts.fill(0);
        target->unknown = target->altered = target->foreign = 0;
      }
      target->tokens.assign(std::make_move_iterator(first), std::make_move_iterator(last));
    }
  }
  entries->insert(entries->end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

int64_t SteadySeconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

int YearNow() {
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return static_cast<int>(std::chrono::year_month_day(today).year());
}

std::string Today() {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  const auto two = [](unsigned value) { return Concat(value < 10 ? "0" : "", value); };
  return Concat(static_cast<int>(day.year()), "-", two(static_cast<unsigned>(day.month())), "-",
                two(static_cast<unsigned>(day.day())));
}

absl::Status NeedsVaultError(const Policy& policy) {
  return absl::FailedPreconditionError(
      Concat("policy ", policy.name(), " writes what comes back from a vault, and needs one"));
}

}  // namespace

struct Deidentifier::Impl {
  explicit Impl(Parts p)
      : parts(std::move(p)), books(SubjectBooks::Of(parts.vault)), workspaces(parts.pack->impl().recognizer.get()) {
    for (size_t i = 0; i < kCategoryCount; ++i) {
      thresholds[i] = parts.policy.RuleFor(static_cast<Category>(i)).threshold;
      if (i > 0) floor = std::min(floor, thresholds[i]);
    }
    policy_name = Concat(parts.policy.name(), "@", parts.policy.version());
    pack_name = Concat(parts.pack->name(), "@", parts.pack->version());
    seals = parts.policy.Uses(Action::kSeal);
  }

  absl::StatusOr<std::vector<Finding>> Find(std::string_view text, const Request& request) {
    PHIVEIL_ASSIGN_OR_RETURN(WorkspacePool::Lease workspace, workspaces.Take(text.size()));
    PHIVEIL_RETURN_IF_ERROR(Read(*parts.pack->impl().recognizer, text, request, thresholds, floor, &*workspace));
    std::vector<Finding> findings = MakeFindings(*parts.pack, request, *workspace);
    MergeLookalikes(text, &findings);
    for (Finding& finding : findings) {
      const std::string_view value = text.substr(finding.begin, finding.end - finding.begin);
      finding.stays = Stays(value, finding, parts.policy.RuleFor(finding.category), parts.reference_year);
    }
    return findings;
  }

  // A fault of the vault is no fault of the record: it goes to `fault`.
  absl::StatusOr<Redacted> RedactOne(const Record& record, Vault::Ticket* ticket, absl::Status* fault) {
    PHIVEIL_ASSIGN_OR_RETURN(std::vector<Finding> findings, Find(record.text, record.request));
    for (int i = 1;; ++i) {
      *ticket = 0;
      *fault = absl::OkStatus();
      auto redacted = Replace(record, &findings, ticket, fault);
      if (!absl::IsAborted(*fault) || i == kTries) return redacted;
    }
  }

  // The findings are taken only when the text is written.
  absl::StatusOr<Redacted> Replace(const Record& record, std::vector<Finding>* findings, Vault::Ticket* ticket,
                                   absl::Status* fault) {
    const std::string_view subject = SubjectOf(record.request);
    std::optional<SubjectBooks::Lease> lease;
    std::vector<BookEntry> entries;
    std::vector<TextStretch> left_out;
    if (task) left_out = LeftOut(record.text, *task);
    Writers writers{nullptr, nullptr, left_out};
    std::optional<Surrogates> surrogates;
    absl::StatusOr<SubjectSealer> sealer;
    if (parts.policy.NeedsSubject() || seals) {
      auto taken = books->Take(parts.vault, subject);
      *fault = taken.status();
      if (fault->ok()) *fault = DrawSecret(*parts.vault, &lease.emplace(*std::move(taken)).book(), &entries);
      if (fault->ok() && seals) {
        sealer = SealerOf(parts.vault, &*lease, ticket);
        *fault = sealer.status();
      }
      PHIVEIL_RETURN_IF_ERROR(*fault);
      if (seals) writers.sealer = &*sealer;
      writers.surrogates = &surrogates.emplace(record.text, &lease->book(), parts.reference_year);
    }
    RedactionPlan plan = PlanRedaction(record.text, *findings, parts.policy, parts.reference_year, writers);
    if (lease) {
      const std::vector<BookEntry>& all = lease->book().entries();
      entries.insert(entries.end(), all.begin() + static_cast<ptrdiff_t>(lease->book().loaded()), all.end());
      *ticket = std::max(*ticket, lease->ticket());
    }
    PHIVEIL_ASSIGN_OR_RETURN(const std::vector<TokenCode> codes,
                             Keep(subject, plan, entries, lease ? &*lease : nullptr, ticket, fault));
    if (lease && lease->ended()) return *fault = absl::AbortedError("something was forgotten meanwhile; ask again");
    if (lease) lease->Keep(*ticket);
    return RenderRedaction(record.text, std::move(*findings), std::move(plan), codes);
  }

  // ABORTED when the vault has forgotten meanwhile what the texts may speak of: then again.
  absl::Status RedactAndCommit(std::span<const Record> records, std::vector<absl::StatusOr<Redacted>>* results) {
    results->clear();
    results->reserve(records.size());
    const uint64_t removals = parts.vault == nullptr ? 0 : parts.vault->Removals();
    Vault::Ticket oldest = 0, newest = 0;
    for (const Record& record : records) {
      absl::Status fault;
      Vault::Ticket ticket = 0;
      results->push_back(RedactOne(record, &ticket, &fault));
      PHIVEIL_RETURN_IF_ERROR(fault);
      if (ticket != 0 && (oldest == 0 || ticket < oldest)) oldest = ticket;
      newest = std::max(newest, ticket);
    }
    if (newest == 0) return absl::OkStatus();
    PHIVEIL_RETURN_IF_ERROR(parts.vault->Commit(newest));
    // Something that went while the batch was written is older than its last text, and may be its first one's.
    return parts.vault->Removals() == removals ? absl::OkStatus() : parts.vault->Commit(oldest);
  }

  // The codes of the plan's values; entries of the book go into the vault with them.
  absl::StatusOr<std::vector<TokenCode>> Keep(std::string_view subject, const RedactionPlan& plan,
                                              const std::vector<BookEntry>& entries, SubjectBooks::Lease* lease,
                                              Vault::Ticket* ticket, absl::Status* fault) {
    std::vector<TokenCode> codes;
    if (plan.values.empty() && entries.empty()) return codes;
    std::vector<Vault::Value> values = plan.values;
    std::vector<std::string> encoded;
    for (const BookEntry& entry : entries) encoded.push_back(EncodeEntry(entry));
    for (size_t i = 0; i < entries.size(); ++i) {
      const Category category = entries[i].category;
      const bool secret = IsSecret(entries[i].kind);
      values.push_back({category, encoded[i],
                        secret ? parts.policy.SecretExpireDays() : parts.policy.RuleFor(category).expire_days});
    }
    const auto mine =
        lease != nullptr ? lease->Assign(parts.vault, values, &codes) : parts.vault->Assign(subject, values, &codes);
    for (std::string& bytes : encoded) crypto::Wipe(bytes.data(), bytes.size());
    if (!mine.ok()) {
      if (!absl::IsInvalidArgument(mine.status())) *fault = mine.status();
      return mine.status();
    }
    *ticket = std::max(*ticket, *mine);
    codes.resize(plan.values.size());
    return codes;
  }

  absl::StatusOr<Restored> RestoreOne(const Record& record, std::vector<BackEdit> surrogates, AuditRecord* entry) {
    RestoreParts known;
    for (const BackEdit& edit : surrogates) ++entry->counts[static_cast<size_t>(edit.category)];
    known.surrogates = std::move(surrogates);
    known.seals = [&](const SealMention& seal) -> absl::StatusOr<Vault::Hit> {
      PHIVEIL_ASSIGN_OR_RETURN(Vault::Hit hit, OpenSeal(parts.vault, record.request.subject, seal));
      if (hit.answer == Vault::Answer::kUnknown && former_seals) {
        PHIVEIL_ASSIGN_OR_RETURN(hit, former_seals->Open(record.request.subject, seal));
      }
      if (hit.answer == Vault::Answer::kFound) ++entry->counts[static_cast<size_t>(seal.category)];
      return hit;
    };
    const auto lookup = [&](Category category, const TokenCode& code) -> absl::StatusOr<Vault::Hit> {
      if (parts.vault == nullptr) return Vault::Hit();
      PHIVEIL_ASSIGN_OR_RETURN(Vault::Hit hit, parts.vault->Lookup(record.request.subject, category, code));
      // What the vault keeps for the engine is nobody's value.
      if (hit.value.ExposeOriginal().starts_with(kBookMark)) return Vault::Hit();
      if (hit.answer == Vault::Answer::kFound) {
        ++entry->counts[static_cast<size_t>(category)];
        entry->tokens.push_back(Concat(CategoryName(category), "_", code.view()));
      }
      return hit;
    };
    return RestoreText(record.text, lookup, known);
  }

  absl::StatusOr<std::vector<BackEdit>> SurrogatesIn(const Record& record) {
    if (!parts.policy.NeedsSubject() || parts.vault == nullptr) return std::vector<BackEdit>();
    std::vector<Finding> findings;
    if (parts.policy.Uses(Action::kShift)) {
      PHIVEIL_ASSIGN_OR_RETURN(findings, Find(record.text, record.request));
    }
    PHIVEIL_ASSIGN_OR_RETURN(SubjectBooks::Lease lease, books->Take(parts.vault, SubjectOf(record.request)));
    lease.Keep(0);
    if (!lease.book().has_secret()) return std::vector<BackEdit>();
    return FindSurrogates(record.text, findings, parts.policy, lease.book(), parts.reference_year);
  }

  absl::StatusOr<Restored> AdmitAndRestore(const Record& record, AuditRecord* entry) {
    PHIVEIL_ASSIGN_OR_RETURN(std::vector<BackEdit> surrogates, SurrogatesIn(record));
    if (parts.access != nullptr) {
      const Asker asker{record.request.actor, parts.tenant, record.request.purpose};
      const uint64_t asked = CountMentions(record.text) + surrogates.size();
      PHIVEIL_RETURN_IF_ERROR(parts.access->Admit(Act::kRestore, asker, asked));
    }
    PHIVEIL_ASSIGN_OR_RETURN(Restored restored, RestoreOne(record, std::move(surrogates), entry));
    entry->unknown = restored.unknown;
    entry->altered = restored.altered;
    entry->foreign = restored.foreign;
    return restored;
  }

  AuditRecord NewEntry(AuditRecord::Verb verb, const Record& record) const {
    AuditRecord entry;
    entry.verb = verb;
    entry.actor = record.request.actor;
    entry.purpose = record.request.purpose;
    entry.record_id = record.request.record_id;
    entry.tenant = parts.tenant;
    entry.subject =
        verb == AuditRecord::Verb::kRestore ? record.request.subject : std::string(SubjectOf(record.request));
    entry.input = record.text;
    entry.policy = policy_name;
    entry.pack = pack_name;
    if (task) entry.task = Concat(task->name, "@", task->version);
    if (deployment && verb == AuditRecord::Verb::kRedact) {
      entry.provider = ProviderName(deployment->provider);
      entry.model = deployment->model;
      entry.region = deployment->inference_region;
      entry.reason = Concat("gate of ", deployment->name, "@", deployment->version, " allows");
    }
    return entry;
  }

  // What has outlived its time, some of it, by the call that comes first when it is time.
  void SweepInTime() {
    if (parts.vault == nullptr || parts.sweep_minutes == 0) return;
    const int64_t now = SteadySeconds();
    int64_t due = sweep_due.load(std::memory_order_relaxed);
    if (now < due || !sweep_due.compare_exchange_strong(due, now + 60 * int64_t{parts.sweep_minutes})) return;
    bool begun = false;
    const auto swept = parts.vault->SweepSome(kSweptAtOnce, [&] {
      const absl::Status recorded = RecordSweep("expired values: begun", {});
      begun = recorded.ok();
      return recorded;
    });
    if (!begun) return;
    if (!swept.ok()) {
      RecordSweep(Concat("expired values: failed: ", std::string(swept.status().message())), {}).IgnoreError();
      return;
    }
    RecordSweep(Concat("expired values: done, ", swept->values, " values"), *swept).IgnoreError();
    sweep_due = now + 1;  // there may be more
  }

  absl::Status RecordSweep(std::string reason, const KeepingReport& report) {
    if (parts.audit == nullptr) return absl::OkStatus();
    AuditRecord entry;
    entry.verb = AuditRecord::Verb::kSweep;
    entry.actor = "phiveil";
    entry.tenant = "*";
    entry.reason = std::move(reason);
    entry.counts = report.counts;
    return parts.audit->Append({&entry, 1});
  }

  // Of a call that gives no text out; with the text's own fault, when it has one.
  absl::Status RecordReading(const absl::Status& read, AuditRecord* entry) const {
    entry->allowed = read.ok();
    if (!read.ok()) entry->reason = std::string(read.message());
    return parts.audit->AppendReading(*entry);
  }

  // OK, or why the gate denies; decided once a day.
  absl::Status AskGate() {
    if (!deployment) return absl::OkStatus();
    const std::string today = Today();
    const std::lock_guard<std::mutex> lock(gate_mutex);
    if (today == gate_day) return gate;
    gate_day = today;
    gate = absl::OkStatus();
    const GateDecision decision = DecideGate(*deployment, {&parts.policy, nullptr, parts.jurisdiction, today});
    if (decision.allowed) return gate;
    std::string message = Concat("gate of ", deployment->name, "@", deployment->version, " denies:");
    for (const GateReason& reason : decision.reasons) message += Concat(" ", reason.code);
    return gate = absl::PermissionDeniedError(message);
  }

  absl::Status RecordDenied(std::span<const Record> records, const absl::Status& why) {
    if (parts.audit == nullptr) return why;
    std::vector<AuditRecord> entries;
    for (const Record& record : records) {
      AuditRecord& entry = entries.emplace_back(NewEntry(AuditRecord::Verb::kRedact, record));
      entry.allowed = false;
      entry.reason = std::string(why.message());
    }
    PHIVEIL_RETURN_IF_ERROR(parts.audit->Append(entries));
    return why;
  }

  Parts parts;
  Thresholds thresholds{};
  float floor = 1.0f;
  std::string policy_name, pack_name;
  bool seals = false;  // whether the policy does
  std::optional<FormerSeals> former_seals;
  std::optional<TaskProfile> task;
  std::optional<DeploymentProfile> deployment;
  std::mutex gate_mutex;
  std::string gate_day;  // under gate_mutex, as is the next
  absl::Status gate;
  std::atomic<int64_t> sweep_due{0};  // seconds
  const std::shared_ptr<SubjectBooks> books;
  WorkspacePool workspaces;
};

Deidentifier::Deidentifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Deidentifier::~Deidentifier() = default;

absl::StatusOr<std::unique_ptr<Deidentifier>> Deidentifier::Create(Parts parts) {
  if (parts.pack == nullptr) return absl::InvalidArgumentError("an engine needs a rule pack");
  // Seals of format 1 come back with the key alone.
  const bool only_opens = parts.policy.Uses(Action::kSeal) && parts.key != nullptr;
  if (parts.policy.NeedsVault() && parts.vault == nullptr && !only_opens) return NeedsVaultError(parts.policy);
  if (parts.reference_year == 0) parts.reference_year = YearNow();
  if (parts.task != nullptr) parts.policy = parts.policy.RestrictedTo(parts.task->may_stay);
  auto impl = std::make_unique<Impl>(std::move(parts));
  if (const TaskProfile* task = std::exchange(impl->parts.task, nullptr); task != nullptr) impl->task = *task;
  if (const DeploymentProfile* to = std::exchange(impl->parts.deployment, nullptr); to != nullptr)
    impl->deployment = *to;
  if (const KeyEncryptionKey* key = std::exchange(impl->parts.key, nullptr); key != nullptr) {
    PHIVEIL_ASSIGN_OR_RETURN(impl->former_seals, FormerSeals::From(*key, impl->parts.tenant));
  }
  return std::unique_ptr<Deidentifier>(new Deidentifier(std::move(impl)));
}

absl::StatusOr<std::vector<Finding>> Deidentifier::Find(std::string_view text, const Request& request) const {
  auto findings = impl_->Find(text, request);
  if (impl_->parts.audit == nullptr) return findings;
  AuditRecord entry = impl_->NewEntry(AuditRecord::Verb::kFind, {text, request});
  if (findings.ok()) {
    for (const Finding& finding : *findings) ++entry.counts[static_cast<size_t>(finding.category)];
  }
  PHIVEIL_RETURN_IF_ERROR(impl_->RecordReading(findings.status(), &entry));
  return findings;
}

absl::StatusOr<std::vector<absl::StatusOr<Redacted>>> Deidentifier::RedactBatch(std::span<const Record> records) const {
  if (policy().NeedsVault() && impl_->parts.vault == nullptr) return NeedsVaultError(policy());
  if (const absl::Status gate = impl_->AskGate(); !gate.ok()) return impl_->RecordDenied(records, gate);
  std::vector<absl::StatusOr<Redacted>> results;
  absl::Status kept = absl::AbortedError("");
  for (int i = 0; i < kTries && absl::IsAborted(kept); ++i) kept = impl_->RedactAndCommit(records, &results);
  PHIVEIL_RETURN_IF_ERROR(kept);
  if (impl_->parts.audit == nullptr) {
    impl_->SweepInTime();
    return results;
  }
  std::vector<AuditRecord> entries;
  entries.reserve(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    AuditRecord& entry = entries.emplace_back(impl_->NewEntry(AuditRecord::Verb::kRedact, records[i]));
    entry.allowed = results[i].ok();
    if (!results[i].ok()) {
      entry.reason = std::string(results[i].status().message());
      continue;
    }
    entry.output = results[i]->text;
    CountReplaced(records[i].text, *results[i], &entry);
  }
  PHIVEIL_RETURN_IF_ERROR(impl_->parts.audit->Append(entries));
  impl_->SweepInTime();
  return results;
}

absl::StatusOr<std::vector<absl::StatusOr<Restored>>> Deidentifier::RestoreBatch(
    std::span<const Record> records) const {
  if (impl_->parts.vault == nullptr && !impl_->former_seals) {
    return absl::FailedPreconditionError("restoring needs a vault");
  }
  std::vector<absl::StatusOr<Restored>> results;
  std::vector<AuditRecord> entries;
  results.reserve(records.size());
  entries.reserve(records.size());
  for (const Record& record : records) {
    AuditRecord& entry = entries.emplace_back(impl_->NewEntry(AuditRecord::Verb::kRestore, record));
    results.push_back(impl_->AdmitAndRestore(record, &entry));
    entry.allowed = results.back().ok();
    if (!results.back().ok()) entry.reason = std::string(results.back().status().message());
  }
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].ok()) entries[i].output = results[i]->text;
  }
  if (impl_->parts.audit == nullptr) return results;
  SpreadTokens(&entries);
  PHIVEIL_RETURN_IF_ERROR(impl_->parts.audit->Append(entries));
  return results;
}

absl::StatusOr<Redacted> Deidentifier::Redact(std::string_view text, const Request& request) const {
  const Record record{text, request};
  PHIVEIL_ASSIGN_OR_RETURN(auto results, RedactBatch({&record, 1}));
  return std::move(results.front());
}

absl::StatusOr<Restored> Deidentifier::Restore(std::string_view text, const Request& request) const {
  const Record record{text, request};
  PHIVEIL_ASSIGN_OR_RETURN(auto results, RestoreBatch({&record, 1}));
  return std::move(results.front());
}

absl::StatusOr<Explanation> Deidentifier::Explain(std::string_view text, const Request& request, size_t begin,
                                                  size_t end) const {
  PHIVEIL_ASSIGN_OR_RETURN(WorkspacePool::Lease workspace, impl_->workspaces.Take(text.size()));
  const absl::Status read =
      Read(*impl_->parts.pack->impl().recognizer, text, request, impl_->thresholds, -1.0f, &*workspace);
  if (impl_->parts.audit != nullptr) {
    AuditRecord entry = impl_->NewEntry(AuditRecord::Verb::kExplain, {text, request});
    PHIVEIL_RETURN_IF_ERROR(impl_->RecordReading(read, &entry));
  }
  PHIVEIL_RETURN_IF_ERROR(read);
  return ExplainStretch(*impl_->parts.pack, request, *workspace, impl_->thresholds, begin, end);
}

const Policy& Deidentifier::policy() const { return impl_->parts.policy; }
const RulePack& Deidentifier::pack() const { return *impl_->parts.pack; }

}  // namespace phiveil
