#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "vault/keeping.h"
#include "vault/record.h"

namespace phiveil::vault_internal {
namespace {

constexpr size_t kChangesAtOnce = 1024;
constexpr int kMostPasses = 1000;

std::string Hex(const KeyId& id) { return absl::BytesToHexString({id.data(), id.size()}); }

class Rotation {
 public:
  Rotation(const Sealer& sealer, Store& store, const KeyEncryptionKey& to, const std::function<void()>& barrier)
      : sealer_(sealer), store_(store), key_(to), to_(KeyIdOf(to)), barrier_(barrier) {}

  absl::StatusOr<KeepingReport> Run() {
    PHIVEIL_RETURN_IF_ERROR(store_.Sync(store_.Newest()));
    PHIVEIL_RETURN_IF_ERROR(Begin());
    barrier_();
    // Others may still write under the key before until they see the new one: as long as a pass
    // finds something there is another.
    for (int pass = 0; pass < kMostPasses; ++pass) {
      const uint64_t before = report_.subjects;
      PHIVEIL_RETURN_IF_ERROR(Pass());
      if (report_.subjects == before && !contended_) {
        PHIVEIL_RETURN_IF_ERROR(End());
        return report_;
      }
    }
    return absl::UnavailableError("others keep writing under the key before; stop them, and rotate again");
  }

 private:
  absl::Status Begin() {
    PHIVEIL_ASSIGN_OR_RETURN(const auto meta, GetOne(store_, MetaKey()));
    const auto record = meta ? DecodeMeta(*meta) : std::nullopt;
    if (!record) return absl::DataLossError("meta record is missing or damaged");
    if (record->key_id == to_) {
      // Cut short before, or there already. What was opened knows both keys, by the bridge.
      PHIVEIL_RETURN_IF_ERROR(sealer_.Learn(key_, true));
      return absl::OkStatus();
    }
    if ((record->state & kIsShard) != 0) {
      return absl::FailedPreconditionError("a shard is not rotated; merge it into a vault first");
    }
    from_ = record->key_id;
    PHIVEIL_ASSIGN_OR_RETURN(const auto under_way, GetOne(store_, BridgeKey(from_)));
    if (under_way) {
      return absl::FailedPreconditionError(
          Concat("a rotation to key ", Hex(from_), " has not ended; end it first, by rotating to that key again"));
    }
    PHIVEIL_RETURN_IF_ERROR(sealer_.Learn(key_, false));
    PHIVEIL_ASSIGN_OR_RETURN(std::string forth, sealer_.SealBridge(from_, to_));
    PHIVEIL_ASSIGN_OR_RETURN(std::string back, sealer_.SealBridge(to_, from_));
    PHIVEIL_ASSIGN_OR_RETURN(std::string after, sealer_.SealMetaUnder(to_, record->state));
    PHIVEIL_RETURN_IF_ERROR(store_.Apply({{{MetaKey(), *meta, std::move(after)},
                                           {BridgeKey(from_), std::nullopt, std::move(forth)},
                                           {BridgeKey(to_), std::nullopt, std::move(back)}},
                                          0,
                                          0}));
    // Only now: what is wrapped under the new key before the vault knows of it would be lost.
    return sealer_.Learn(key_, true);
  }

  absl::Status Pass() {
    contended_ = false;
    PHIVEIL_RETURN_IF_ERROR(store_.Sync(store_.Newest()));
    PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, store_.Snapshot());
    PHIVEIL_RETURN_IF_ERROR(
        snapshot->ForEach("s", [this](std::string_view key, std::string_view value) { return Rewrap(key, value); }));
    return Flush();
  }

  absl::Status Rewrap(std::string_view key, std::string_view value) {
    Subject subject;
    const auto record = DecodeSubject(value);
    if (!record || key.size() != 1 + subject.tag.size()) return absl::DataLossError("subject record is damaged");
    if (record->key_id == to_) return absl::OkStatus();
    std::memcpy(subject.tag.data(), key.data() + 1, subject.tag.size());
    PHIVEIL_RETURN_IF_ERROR(sealer_.OpenSubject(value, &subject));
    std::string after;
    PHIVEIL_RETURN_IF_ERROR(sealer_.WrapSubject(subject, &after));
    set_.changes.push_back({std::string(key), std::string(value), std::move(after)});
    return set_.changes.size() < kChangesAtOnce ? absl::OkStatus() : Flush();
  }

  // One at a time when something has changed meanwhile: forgotten, or rewrapped by another rotation.
  absl::Status Flush() {
    if (set_.changes.empty()) return absl::OkStatus();
    ChangeSet all = std::exchange(set_, {});
    absl::Status applied = store_.Apply(all);
    if (applied.ok()) {
      report_.subjects += all.changes.size();
      return applied;
    }
    if (!absl::IsAborted(applied)) return applied;
    for (Change& change : all.changes) {
      applied = store_.Apply({{std::move(change)}, 0, 0});
      if (!applied.ok() && !absl::IsAborted(applied)) return applied;
      if (applied.ok()) ++report_.subjects;
      contended_ = contended_ || !applied.ok();
    }
    return absl::OkStatus();
  }

  absl::Status End() {
    PHIVEIL_ASSIGN_OR_RETURN(const auto back, GetOne(store_, BridgeKey(to_)));
    if (!back) return absl::OkStatus();
    KeyId before{};
    if (back->size() < before.size()) return absl::DataLossError("bridge record is damaged");
    std::memcpy(before.data(), back->data(), before.size());
    PHIVEIL_ASSIGN_OR_RETURN(const auto forth, GetOne(store_, BridgeKey(before)));
    ChangeSet set;
    set.changes.push_back({BridgeKey(to_), *back, std::nullopt});
    if (forth) set.changes.push_back({BridgeKey(before), *forth, std::nullopt});
    return store_.Apply(set);
  }

  const Sealer& sealer_;
  Store& store_;
  const KeyEncryptionKey& key_;
  const KeyId to_;
  const std::function<void()>& barrier_;
  KeyId from_{};
  ChangeSet set_;
  bool contended_ = false;
  KeepingReport report_;
};

}  // namespace

absl::StatusOr<KeepingReport> RotateStore(const Sealer& sealer, Store& store, const KeyEncryptionKey& to,
                                          const std::function<void()>& barrier) {
  return Rotation(sealer, store, to, barrier).Run();
}

}  // namespace phiveil::vault_internal
