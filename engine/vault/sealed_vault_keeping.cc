#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "vault/keeping.h"
#include "vault/sealed_vault.h"

namespace phiveil::vault_internal {
namespace {

crypto::Key128 NameOf(const Tag& tag) {
  crypto::Key128 name;
  std::memcpy(&name.low, tag.data(), 8);
  std::memcpy(&name.high, tag.data() + 8, 8);
  return name;
}

// As many keys as a group of subjects takes at most.
constexpr size_t kSubjectsAtOnce = 4096;

uint32_t Today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::days>(now).count());
}

std::string_view RandomPart(const TokenCode& code) { return code.view().substr(0, code.view().size() - 1); }

}  // namespace

// A key that this process has not met: another one may have rotated the vault.
absl::Status SealedVault::OpenSubject(std::string_view bytes, Subject* subject) {
  const auto record = DecodeSubject(bytes);
  if (record && !core_->sealer().Knows(record->key_id)) PHIVEIL_RETURN_IF_ERROR(FollowRotation());
  return core_->sealer().OpenSubject(bytes, subject);
}

absl::Status VaultCore::NoteErasures(const std::optional<std::string>& record) {
  uint64_t count = 0;
  if (record) {
    PHIVEIL_ASSIGN_OR_RETURN(count, sealer().OpenErasures(*record));
  }
  if (count <= erasures_seen_.load()) return absl::OkStatus();
  const std::lock_guard lock(erasures_mutex_);
  if (count <= erasures_seen_.load()) return absl::OkStatus();
  generation_.fetch_add(1);
  codes_.Clear();
  subjects_.Clear();
  stale_.store(store().Newest());
  ++removals_;                  // after the ticket: who remembers and is refused for it sees why
  erasures_seen_.store(count);  // last: who sees it sees the rest
  return absl::OkStatus();
}

// Takes over the key that the vault is under by now, as long as the bridge to it stands.
absl::Status SealedVault::FollowRotation() {
  const Sealer& sealer = core_->sealer();
  const KeyId mine = sealer.key_id();
  std::vector<std::optional<std::string>> found;
  const std::vector<std::string> keys = {MetaKey(), BridgeKey(mine)};
  PHIVEIL_RETURN_IF_ERROR(core_->store().Get(keys, &found));
  const auto meta = found[0] ? DecodeMeta(*found[0]) : std::nullopt;
  if (!meta) return absl::DataLossError("meta record is missing or damaged");
  if (meta->key_id == mine) return absl::OkStatus();
  if (found[1] && found[1]->starts_with(View(meta->key_id))) return sealer.LearnFrom(mine, *found[1], true);
  return absl::FailedPreconditionError(Concat("the vault was rotated to key ",
                                              absl::BytesToHexString({meta->key_id.data(), meta->key_id.size()}),
                                              "; open it again with that one"));
}

// What was inserted while the vault was rotated, or its subject forgotten, by another process must not
// be left under keys that nobody has any more.
absl::Status SealedVault::CheckInserted(const Insertion& insertion, Call* call) {
  const bool drew_subject = !call->subject_record.empty();
  if (!core_->traits().shared) return absl::OkStatus();
  std::vector<std::optional<std::string>> found;
  const std::vector<std::string> keys = {MetaKey(), SubjectKey(call->subject.tag), ErasuresKey()};
  PHIVEIL_RETURN_IF_ERROR(core_->store().Get(keys, &found));
  const auto meta = found[0] ? DecodeMeta(*found[0]) : std::nullopt;
  absl::Status status = meta ? absl::OkStatus() : absl::DataLossError("meta record is missing or damaged");
  if (status.ok()) status = core_->NoteErasures(found[2]);
  bool gone = !found[1];
  if (status.ok() && !gone && core_->generation_.load() != call->generation) {
    // What it was sealed with may be what is gone.
    Subject now;
    now.tag = call->subject.tag;
    status = OpenSubject(*found[1], &now);
    gone = status.ok() && !crypto::EqualInConstantTime(now.keys.view(), call->subject.keys.view());
  }
  if (status.ok() && gone) {
    core_->subjects_.Clear();
    core_->codes_.Clear();
    status = absl::AbortedError("the subject was forgotten meanwhile; ask again");
  }
  if (status.ok() && drew_subject && meta->key_id != core_->sealer().key_id()) {
    status = FollowRotation();
    std::string record;
    if (status.ok()) status = core_->sealer().WrapSubject(call->subject, &record);
    if (status.ok() && *found[1] == call->subject_record) {
      PHIVEIL_RETURN_IF_ERROR(core_->store().Sync(core_->store().Newest()));
      const absl::Status applied = core_->store().Apply({{{keys[1], found[1], record}}, 0, 0});
      if (!absl::IsAborted(applied)) PHIVEIL_RETURN_IF_ERROR(applied);  // else it was rewrapped already
      call->subject_record = std::move(record);
    }
  }
  if (status.ok()) return status;
  PHIVEIL_RETURN_IF_ERROR(core_->store().Sync(core_->store().Newest()));
  TakeOut(insertion).IgnoreError();  // the error that led here is the one to tell
  return status;
}

// What of it still stands: who forgets the subject at the same time takes some of it along.
absl::Status SealedVault::TakeOut(const Insertion& insertion) {
  constexpr int kTries = 64;
  std::vector<std::string> keys;
  for (const StoreRecord& record : insertion.records) keys.push_back(record.key);
  absl::Status applied;
  for (int i = 0; i < kTries; ++i) {
    std::vector<std::optional<std::string>> found;
    PHIVEIL_RETURN_IF_ERROR(core_->store().Get(keys, &found));
    ChangeSet undo;
    for (size_t r = 0; r < keys.size(); ++r) {
      const StoreRecord& record = insertion.records[r];
      if (found[r] != record.value) continue;
      undo.changes.push_back({record.key, record.value, std::nullopt});
      undo.mappings -= record.key[0] == static_cast<char>(RecordType::kValue);
      undo.subjects -= insertion.subjects > 0 && r == 0;
    }
    if (undo.changes.empty()) return absl::OkStatus();
    applied = core_->store().Apply(undo);
    if (!absl::IsAborted(applied)) return applied;
  }
  return applied;
}

// Reading remembers a subject only when nobody writes for it at the moment.
absl::StatusOr<bool> SealedVault::LoadSubjectToRead(Subject* subject) {
  const std::unique_lock turn(TurnOf(subject->tag), std::try_to_lock);
  return LoadSubject(subject, turn.owns_lock() ? Remember::kYes : Remember::kNo);
}

// Whether a value without its subject's keys is one that was, or is being, forgotten.
absl::StatusOr<bool> SealedVault::IsGone(const Subject& subject, const TokenCode& code) {
  PHIVEIL_ASSIGN_OR_RETURN(const auto value, GetOne(core_->store(), ValueKey(RandomPart(code))));
  if (!value) return true;
  return IsBeingForgotten(core_->sealer(), core_->store(), subject.tag);
}

absl::StatusOr<KeepingReport> SealedVault::Rotate(const KeyEncryptionKey& to) {
  if (to.derivation_id() != core_->traits().derivation_id) {
    return core_->Named(absl::FailedPreconditionError(
        "the key to rotate to is no successor of the vault's: the audit log could not go on under it"));
  }
  const auto barrier = [this] {
    for (std::mutex& turn : core_->subject_turns_) const std::lock_guard passed(turn);
  };
  auto report = RotateStore(core_->sealer(), core_->store(), to, barrier);
  return report.ok() ? report : core_->Named(report.status());
}

absl::StatusOr<KeepingReport> SealedVault::Reencrypt(bool alone) {
  if (core_->traits().shared && !alone) {
    return core_->Named(absl::FailedPreconditionError(
        "new data keys would be unknown to other processes that have the vault open; close them, and say so"));
  }
  auto report = ReencryptAll();
  return report.ok() ? report : core_->Named(report.status());
}

absl::Status SealedVault::ReencryptGroup(std::span<const Tag> subjects, KeepingReport* report) {
  const std::lock_guard turn(TurnOf(subjects[0]));
  for (size_t next = 0; next < subjects.size();) {
    auto some = Reencryption::Begin(core_->sealer(), core_->store());
    PHIVEIL_RETURN_IF_ERROR(some.status());
    const size_t first = next;
    for (; next < subjects.size() && !some->full(); ++next) PHIVEIL_RETURN_IF_ERROR(some->Add(subjects[next]));
    const auto done = some->Apply();
    for (size_t i = first; i < next; ++i) core_->subjects_.Erase(NameOf(subjects[i]));
    PHIVEIL_RETURN_IF_ERROR(done.status());
    report->subjects += done->subjects;
    report->values += done->values;
  }
  return absl::OkStatus();
}

absl::StatusOr<KeepingReport> SealedVault::ReencryptAll() {
  Store& store = core_->store();
  PHIVEIL_RETURN_IF_ERROR(store.Sync(store.Newest()));
  PHIVEIL_ASSIGN_OR_RETURN(const auto last, ReencryptProgress(core_->sealer(), store));
  PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, store.Snapshot());
  KeepingReport report;
  std::vector<Tag> group;  // those that follow each other and share a turn
  const auto visit = [&](std::string_view key, std::string_view) -> absl::Status {
    Tag tag{};
    if (key.size() != 1 + tag.size()) return absl::DataLossError("subject record is damaged");
    std::memcpy(tag.data(), key.data() + 1, tag.size());
    if (last && View(tag) <= View(*last)) return absl::OkStatus();
    const bool ends = !group.empty() && (&TurnOf(group[0]) != &TurnOf(tag) || group.size() == kSubjectsAtOnce);
    if (ends) PHIVEIL_RETURN_IF_ERROR(ReencryptGroup(std::exchange(group, {}), &report));
    group.push_back(tag);
    return absl::OkStatus();
  };
  PHIVEIL_RETURN_IF_ERROR(snapshot->ForEach("s", visit));
  if (!group.empty()) PHIVEIL_RETURN_IF_ERROR(ReencryptGroup(group, &report));
  PHIVEIL_RETURN_IF_ERROR(EndReencrypt(store));
  return report;
}

absl::StatusOr<KeepingReport> SealedVault::Forget(std::string_view subject) {
  if (subject.empty()) return absl::InvalidArgumentError("forgetting needs a subject");
  PHIVEIL_ASSIGN_OR_RETURN(const Tag tag, core_->sealer().SubjectTag(tenant_tag_, subject));
  absl::StatusOr<KeepingReport> report = KeepingReport();
  {
    const std::lock_guard turn(TurnOf(tag));
    report = ForgetSubject(core_->sealer(), core_->store(), tag);
    core_->subjects_.Erase(NameOf(tag));
    core_->codes_.Clear();
    ++core_->removals_;
  }
  if (!report.ok()) return core_->Named(report.status());
  if (report->subjects > 0) {
    const absl::Status given_back = core_->store().Compact();
    if (!given_back.ok() && !absl::IsUnimplemented(given_back)) return core_->Named(given_back);
  }
  return report;
}

absl::StatusOr<KeepingReport> SealedVault::SweepSome(size_t most, const std::function<absl::Status()>& before) {
  const auto found = HasExpired(core_->store(), Today());
  if (!found.ok()) return core_->Named(found.status());
  if (!*found || most == 0) return KeepingReport();
  PHIVEIL_RETURN_IF_ERROR(before());
  return SweepUpTo(most);
}

absl::StatusOr<KeepingReport> SealedVault::Sweep() { return SweepUpTo(SIZE_MAX); }

absl::StatusOr<KeepingReport> SealedVault::SweepUpTo(size_t most) {
  // Whoever writes now waits: what they know may be what is swept.
  std::vector<std::unique_lock<std::mutex>> turns;
  for (std::mutex& turn : core_->subject_turns_) turns.emplace_back(turn);
  auto report = SweepStore(core_->sealer(), core_->store(), Today(), most);
  core_->codes_.Clear();
  ++core_->removals_;
  return report.ok() ? report : core_->Named(report.status());
}

}  // namespace phiveil::vault_internal
