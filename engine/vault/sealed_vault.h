#ifndef PHIVEIL_VAULT_SEALED_VAULT_H_
#define PHIVEIL_VAULT_SEALED_VAULT_H_

// The vault over any store.
//
// A mapping lives in one of two places, looked at in this order: the cache of known codes, the store.
// Threads that assign to one subject take turns; processes that share a store are told by it who was
// first. What the cache holds may wait for its sync: it keeps the ticket that covers it.
//
// On a shared store another process may forget a subject that this one remembers. Every write that
// removes something counts the erasures record up, and every call that reads the store reads that too:
// a count not seen before ends a *generation*, of which nothing is remembered any more. A Commit of what
// was assigned in an earlier one is refused.

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/siphash.h"
#include "phiveil/vault.h"
#include "vault/known_cache.h"
#include "vault/record.h"
#include "vault/sealer.h"
#include "vault/store.h"

namespace phiveil::vault_internal {

inline constexpr size_t kMaxValueSize = 64u << 20;

// A store whose keys are known.
struct OpenedStore {
  OpenedStore() = default;
  OpenedStore(OpenedStore&&) = default;
  OpenedStore& operator=(OpenedStore&& other) noexcept {
    store = std::move(other.store);
    sealer = std::move(other.sealer);
    return *this;
  }

  std::unique_ptr<Sealer> sealer;  // outlives the store
  std::unique_ptr<Store> store;
};

struct VaultTraits {
  bool shared = false;        // other processes may have it open
  uint32_t ttl_days = 0;      // 0: for ever
  std::string derivation_id;  // of the key it was opened with
  uint64_t erasures = 0;      // as many as there had been when it was opened
};

// What all tenants of an open vault share.
class VaultCore {
 public:
  VaultCore(OpenedStore opened, size_t cache_bytes, const crypto::Key128& cache_key, uint64_t mappings,
            uint8_t code_length, VaultTraits traits);

  const Sealer& sealer() const { return *opened_.sealer; }
  Store& store() { return *opened_.store; }
  const crypto::Key128& cache_key() const { return cache_key_; }
  const VaultTraits& traits() const { return traits_; }

  // Says which vault an error speaks of.
  absl::Status Named(const absl::Status& status) const;

  // Takes note of the erasures record of a shared store, as it was read with something else.
  absl::Status NoteErasures(const std::optional<std::string>& record);

 private:
  friend class SealedVault;
  struct KnownCode {
    TokenCode code;
    uint16_t generation = 0;
    uint64_t group = 0;  // a ticket
  };
  struct KnownSubject {
    std::array<char, sizeof(KeyId) + sizeof(Tag) + kSubjectKeysSize + crypto::kSealOverhead> record{};
    uint16_t generation = 0;
    uint64_t group = 0;
  };

  const OpenedStore opened_;
  const crypto::Key128 cache_key_;
  const VaultTraits traits_;
  std::atomic<uint8_t> code_length_;  // codes never get shorter
  std::atomic<uint64_t> mappings_;    // as far as this process knows
  KnownCache<crypto::Key128, KnownCode> codes_;
  KnownCache<crypto::Key128, KnownSubject> subjects_;
  std::array<std::mutex, 64> subject_turns_;

  std::mutex erasures_mutex_;
  std::atomic<uint64_t> erasures_seen_;
  std::atomic<uint16_t> generation_{0};
  std::atomic<uint64_t> stale_{0};  // the last ticket of the generations before

  std::atomic<uint64_t> removals_{0};
  std::mutex companions_mutex_;
  std::map<Tag, std::weak_ptr<void>> companions_;  // by tenant
};

// One tenant's view.
class SealedVault final : public Vault {
 public:
  SealedVault(std::shared_ptr<VaultCore> core, std::string tenant, const Tag& tenant_tag);

  absl::StatusOr<Ticket> Assign(std::string_view subject, std::span<const Value> values,
                                std::vector<TokenCode>* codes) override;
  absl::StatusOr<Ticket> AssignAfter(uint64_t removals, bool had_values, std::string_view subject,
                                     std::span<const Value> values, std::vector<TokenCode>* codes) override;
  absl::Status Commit(Ticket ticket) override;
  absl::StatusOr<Hit> Lookup(std::string_view subject, Category category, const TokenCode& code) override;
  absl::StatusOr<std::vector<std::pair<Category, Original>>> ValuesOf(std::string_view subject,
                                                                      std::string_view prefix) override;
  absl::StatusOr<uint64_t> StateOf(std::string_view subject) override;
  bool IsShard() const override { return (core_->sealer().state() & kIsShard) != 0; }
  bool IsShared() const override { return core_->traits().shared; }
  uint64_t Removals() const override { return core_->removals_.load(); }
  std::shared_ptr<void> Companion(const std::function<std::shared_ptr<void>()>& make) override;
  absl::StatusOr<VaultInfo> Info() override;
  absl::StatusOr<std::unique_ptr<Vault>> ForTenant(std::string_view tenant) override;
  absl::StatusOr<KeepingReport> Rotate(const KeyEncryptionKey& to) override;
  absl::StatusOr<KeepingReport> Reencrypt(bool alone) override;
  absl::StatusOr<KeepingReport> Forget(std::string_view subject) override;
  absl::StatusOr<KeepingReport> Sweep() override;
  absl::StatusOr<KeepingReport> SweepSome(size_t most, const std::function<absl::Status()>& before) override;

  VaultCore& core() { return *core_; }

  // Of `core`'s tenant of that name.
  static absl::StatusOr<std::unique_ptr<SealedVault>> Make(std::shared_ptr<VaultCore> core, std::string_view tenant);

 private:
  // A value that has no code yet, and what would give it one.
  struct Draft {
    Draft(size_t place, std::string key) : value(place), index_key(std::move(key)) {}
    size_t value;           // its place in the call
    std::string index_key;  // with the next three: the records
    std::string random;
    TokenCode code;
    std::string record;
    bool looked = false;  // the store was asked for the index key, and had none
  };
  // What the values of a call were made from.
  struct Basis {
    uint64_t removals;
    bool had_values;
  };
  struct Call {
    std::string_view name;
    std::span<const Value> values;
    const std::vector<crypto::Key128>& names;
    std::vector<TokenCode>* codes;
    uint16_t generation = 0;  // in which it began
    Ticket ticket = 0;
    Subject subject;
    std::string subject_record;  // drawn by this call, not yet in the store
    std::optional<Basis> basis;
  };

  absl::StatusOr<Ticket> AssignOn(const std::optional<Basis>& basis, std::string_view subject,
                                  std::span<const Value> values, std::vector<TokenCode>* codes);
  absl::StatusOr<Ticket> AssignOnce(const std::optional<Basis>& basis, std::string_view subject,
                                    std::span<const Value> values, std::vector<TokenCode>* codes);
  absl::Status CheckBasis(const Call& call);
  std::optional<VaultCore::KnownCode> FindKnown(const crypto::Key128& name, uint16_t generation);
  absl::Status AssignNew(const std::vector<size_t>& misses, Call* call);
  absl::Status DraftAll(const std::vector<size_t>& misses, Call* call, std::vector<Draft>* drafts);
  enum class Remember { kYes, kNo };
  absl::StatusOr<bool> LoadSubject(Subject* subject, Remember remember);
  absl::StatusOr<bool> LoadSubjectToRead(Subject* subject);
  absl::Status OpenSubject(std::string_view record, Subject* subject);
  absl::Status FollowRotation();
  absl::StatusOr<KeepingReport> SweepUpTo(size_t most);
  absl::Status TakeOut(const Insertion& insertion);
  absl::Status CheckInserted(const Insertion& insertion, Call* call);
  absl::StatusOr<bool> IsGone(const Subject& subject, const TokenCode& code);
  absl::StatusOr<KeepingReport> ReencryptAll();
  absl::Status ReencryptGroup(std::span<const Tag> subjects, KeepingReport* report);
  std::mutex& TurnOf(const Tag& subject);
  absl::Status LoadOrDrawSubject(Call* call);
  absl::Status TakeStored(Call* call, std::vector<Draft>* drafts);
  absl::Status UnlessErased(const Call& call, absl::Status fault);
  absl::Status CheckStored(const Call& call, const std::vector<std::pair<size_t, TokenCode>>& found);
  // `before`: mappings of this call that are drawn already.
  absl::Status DrawCode(const Call& call, uint64_t before, Draft* draft);
  absl::StatusOr<bool> Insert(Call* call, std::vector<Draft>* drafts);
  absl::Status DealWithTaken(const std::vector<size_t>& taken, size_t before, const std::vector<size_t>& ending,
                             Call* call, std::vector<Draft>* drafts);
  void Give(Call* call, size_t value, const TokenCode& code, Ticket ticket);

  absl::StatusOr<Hit> LookupOnce(std::string_view subject, Category category, const TokenCode& asked,
                                 bool may_have_changed);
  absl::StatusOr<std::vector<std::pair<Category, Original>>> ValuesOfOnce(const Tag& tag, std::string_view prefix);
  absl::StatusOr<bool> FindValue(Category category, TokenCode* code, std::string* bytes);

  const std::shared_ptr<VaultCore> core_;
  const std::string tenant_;
  const Tag tenant_tag_;
  const crypto::Key128 cache_key_;
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_SEALED_VAULT_H_
