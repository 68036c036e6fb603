#ifndef PHIVEIL_VAULT_EMBEDDED_VAULT_H_
#define PHIVEIL_VAULT_EMBEDDED_VAULT_H_

// The vault in a directory of its own.
//
// A mapping lives in one of three places, looked at in this order: the cache of known codes, the
// groups not yet on disk (Pending), the store. The cache keeps whatever is pending, so a value that
// is in neither cache nor store has no code. Threads that assign to one subject take turns.

#include <rocksdb/env.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/file_ops.h"
#include "crypto/siphash.h"
#include "phiveil/vault.h"
#include "vault/known_cache.h"
#include "vault/pending.h"
#include "vault/record.h"
#include "vault/sealer.h"
#include "vault/store.h"
#include "vault/vault_head.h"

namespace phiveil::vault_internal {

// OpenVault with the file system given from outside; null for the system's.
absl::StatusOr<std::unique_ptr<Vault>> OpenEmbeddedVault(const VaultOptions& options, rocksdb::Env* env,
                                                         crypto::FileOps* ops);

inline constexpr size_t kMaxValueSize = 64u << 20;

class EmbeddedVault final : public Vault {
 public:
  EmbeddedVault(std::string path, size_t cache_bytes, const crypto::Key128& cache_key, Sealer sealer,
                const Counters& counters, VaultHead head, std::unique_ptr<Store> store, std::string key_id);

  absl::StatusOr<Ticket> Assign(std::string_view subject, std::span<const Value> values,
                                std::vector<TokenCode>* codes) override;
  absl::Status Commit(Ticket ticket) override;
  absl::StatusOr<Hit> Lookup(std::string_view subject, Category category, const TokenCode& code) override;
  absl::StatusOr<std::vector<std::pair<Category, Original>>> ValuesOf(std::string_view subject,
                                                                      std::string_view prefix) override;
  absl::StatusOr<VaultInfo> Info() override;

 private:
  struct KnownCode {
    TokenCode code;
    uint64_t group = 0;
  };
  struct KnownSubject {
    std::array<char, sizeof(KeyId) + kSubjectKeysSize + crypto::kSealOverhead> record{};
    uint64_t group = 0;
  };
  // One call's view of its subject.
  struct SubjectState {
    Tag tag{};
    SubjectKeys keys;
    bool fresh = false;  // drawn by this call: the store holds no value of it
  };

  absl::Status AssignNew(std::string_view subject, std::span<const Value> values,
                         const std::vector<crypto::Key128>& names, const std::vector<size_t>& misses,
                         std::vector<TokenCode>* codes, Ticket* ticket);
  absl::Status LoadOrDrawSubject(SubjectState* subject);
  absl::StatusOr<bool> LoadSubject(SubjectState* subject);
  absl::StatusOr<KnownCode> StoredOrNewCode(const SubjectState& subject, const Value& value);
  absl::StatusOr<KnownCode> NewCode(const SubjectState& subject, const Value& value, std::string index_key);
  absl::StatusOr<std::string> DrawUnused();
  absl::Status CheckStoredCode(const SubjectState& subject, const Value& value, const TokenCode& code);

  absl::StatusOr<bool> FindValue(std::string_view random, std::string* record);
  absl::StatusOr<Original> OpenStoredValue(const SubjectKeys& keys, std::string_view bytes, std::string_view random,
                                           Category* category, TokenCode* code);
  absl::Status WriteGroupOut(const WriteGroup& group);
  absl::Status Sticky();
  absl::Status Named(const absl::Status& status) const;

  const std::string path_;
  const std::string key_id_;
  const Sealer sealer_;
  const crypto::Key128 cache_key_;
  const uint8_t min_code_length_;  // codes never get shorter

  VaultHead head_;
  std::unique_ptr<Store> store_;
  Pending pending_;

  std::atomic<uint64_t> durable_;   // number of the last group on disk
  std::atomic<uint64_t> mappings_;  // with those pending
  KnownCache<crypto::Key128, KnownCode> codes_;
  KnownCache<crypto::Key128, KnownSubject> subjects_;
  std::array<std::mutex, 64> subject_turns_;

  std::mutex commit_mutex_;
  std::condition_variable committed_;
  bool writing_ = false;  // under commit_mutex_, as are the next two
  absl::Status broken_;
  Counters counters_;  // on disk
  std::atomic<bool> is_broken_{false};
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_EMBEDDED_VAULT_H_
