#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"
#include "crypto/siphash.h"
#include "phiveil/vault_tools.h"
#include "vault/merge_target.h"
#include "vault/open_vault.h"
#include "vault/record.h"

namespace phiveil {
namespace vault_internal {
namespace {

constexpr size_t kValuesAtOnce = 512;
constexpr size_t kMaxNamedConflicts = 1000;

struct Shard {
  std::string path;
  OpenedStore opened;
  std::unique_ptr<StoreSnapshot> snapshot;
};

// Opens the records of one shard, a bounded number of values at a time.
class ShardReader {
 public:
  using Visitor = std::function<absl::Status(const std::vector<ShardValue>&)>;
  explicit ShardReader(const Shard& shard) : shard_(shard) {}

  absl::Status ForEachChunk(const Visitor& visit) {
    PHIVEIL_RETURN_IF_ERROR(Named(ReadDays()));
    const absl::Status read = shard_.snapshot->ForEach("v", [&](auto key, auto bytes) -> absl::Status {
      PHIVEIL_ASSIGN_OR_RETURN(ShardValue value, Open(key.substr(1), bytes));
      chunk_.push_back(std::move(value));
      return chunk_.size() < kValuesAtOnce ? absl::OkStatus() : Flush(visit);
    });
    PHIVEIL_RETURN_IF_ERROR(Named(read));
    return Flush(visit);
  }

 private:
  absl::Status Flush(const Visitor& visit) {
    const absl::Status status = visit(chunk_);
    chunk_.clear();
    owners_.clear();
    return status;
  }

  absl::Status Named(const absl::Status& status) const {
    if (status.ok() || status.message().find(shard_.path) != absl::string_view::npos) return status;
    const std::string_view message(status.message().data(), status.message().size());
    return absl::Status(status.code(), Concat("shard ", shard_.path, ": ", message));
  }

  absl::StatusOr<ShardValue> Open(std::string_view random, std::string_view bytes) {
    const auto record = DecodeValue(bytes);
    if (!record || random.size() < TokenCode::kMinRandom || random.size() > TokenCode::kMaxRandom) {
      return absl::DataLossError("value record is damaged");
    }
    PHIVEIL_ASSIGN_OR_RETURN(const Owner* owner, OwnerOf(record->subject));
    ShardValue value;
    value.tenant = owner->tenant;
    value.subject = owner->name;
    value.category = record->category;
    value.code = TokenCode::Make(record->category, random);
    if (const auto day = days_.find(random); day != days_.end()) value.expires = day->second;
    PHIVEIL_ASSIGN_OR_RETURN(value.text, shard_.opened.sealer->OpenValue(owner->subject, *record, value.code.view()));
    return value;
  }

  // Which of its values were given a time to live.
  absl::Status ReadDays() {
    return shard_.snapshot->ForEach("e", [&](auto key, auto) -> absl::Status {
      const auto day = DayOfExpiryKey(key);
      if (!day) return absl::DataLossError("expiry record is damaged");
      days_[std::string(key.substr(5))] = *day;
      return absl::OkStatus();
    });
  }

  struct Owner {
    Subject subject;
    std::string tenant, name;
  };

  absl::StatusOr<const Owner*> OwnerOf(const Tag& tag) {
    auto& owner = owners_[tag];
    if (owner) return owner.get();
    auto opened = std::make_unique<Owner>();
    opened->subject.tag = tag;
    PHIVEIL_ASSIGN_OR_RETURN(const auto keys, shard_.snapshot->Get(SubjectKey(tag)));
    PHIVEIL_ASSIGN_OR_RETURN(const auto name, shard_.snapshot->Get(NameKey(tag)));
    if (!keys || !name) return absl::DataLossError("value record has no subject record");
    const Sealer& sealer = *shard_.opened.sealer;
    PHIVEIL_RETURN_IF_ERROR(sealer.OpenSubject(*keys, &opened->subject));
    PHIVEIL_RETURN_IF_ERROR(sealer.OpenName(opened->subject, *name, &opened->tenant, &opened->name));
    owner = std::move(opened);
    return owner.get();
  }

  const Shard& shard_;
  std::vector<ShardValue> chunk_;
  std::map<Tag, std::unique_ptr<Owner>> owners_;
  std::map<std::string, uint32_t, std::less<>> days_;  // by random part
};

class Merge {
 public:
  Merge(MergeTarget* target, const std::vector<Shard>& shards, const MergeOptions& options)
      : target_(*target), shards_(shards), options_(options) {}

  absl::StatusOr<MergeReport> Run() {
    report_.shards = shards_.size();
    PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(reinterpret_cast<char*>(&key_), sizeof(key_)));
    PHIVEIL_RETURN_IF_ERROR(FindConflicts());
    if (!report_.conflicts.empty()) return std::move(report_);
    const auto take = [&](const std::vector<ShardValue>& chunk) {
      return target_.Take(chunk, options_.unify, &report_.added);
    };
    for (const Shard& shard : shards_) PHIVEIL_RETURN_IF_ERROR(ShardReader(shard).ForEachChunk(take));
    if (options_.unify) PHIVEIL_RETURN_IF_ERROR(TellAliases());
    return std::move(report_);
  }

 private:
  struct Seen {
    crypto::Key128 what;
    uint32_t shard = 0;
  };

  crypto::Key128 NameOf(const ShardValue& value) const {
    const crypto::Key128 tenant = crypto::SipHash128(key_, 0, value.tenant);
    const crypto::Key128 subject = crypto::SipHash128(tenant, 0, value.subject);
    return crypto::SipHash128(subject, static_cast<uint64_t>(value.category), value.text.ExposeOriginal());
  }

  void Conflict(const ShardValue& value, const std::string& shard, const std::string& where) {
    if (report_.conflicts.size() >= kMaxNamedConflicts) return;
    report_.conflicts.push_back(
        Concat(FormatToken(value.category, value.code, ""), " in ", shard, ": stands for another value in ", where));
  }

  absl::Status FindConflicts() {
    for (uint32_t number = 0; number < shards_.size(); ++number) {
      const Shard& shard = shards_[number];
      const auto check = [&](const std::vector<ShardValue>& chunk) -> absl::Status {
        report_.values += chunk.size();
        PHIVEIL_ASSIGN_OR_RETURN(const std::vector<bool> other, target_.OtherValues(chunk));
        for (size_t i = 0; i < chunk.size(); ++i) {
          if (other[i]) Conflict(chunk[i], shard.path, "the vault");
          const std::string_view code = chunk[i].code.view();
          const crypto::Key128 what = NameOf(chunk[i]);
          const auto [it, first] = seen_.try_emplace(std::string(code.substr(0, code.size() - 1)), Seen{what, number});
          if (!first && it->second.what != what) Conflict(chunk[i], shard.path, shards_[it->second.shard].path);
        }
        return absl::OkStatus();
      };
      PHIVEIL_RETURN_IF_ERROR(ShardReader(shard).ForEachChunk(check));
    }
    return absl::OkStatus();
  }

  absl::Status TellAliases() {
    for (const Shard& shard : shards_) {
      const auto tell = [&](const std::vector<ShardValue>& chunk) -> absl::Status {
        PHIVEIL_ASSIGN_OR_RETURN(const std::vector<TokenCode> codes, target_.GivenCodes(chunk));
        for (size_t i = 0; i < chunk.size(); ++i) {
          if (codes[i] == chunk[i].code) continue;
          ++report_.aliases;
          if (!options_.on_alias) continue;
          PHIVEIL_RETURN_IF_ERROR(options_.on_alias(chunk[i].category, chunk[i].code, codes[i]));
        }
        return absl::OkStatus();
      };
      PHIVEIL_RETURN_IF_ERROR(ShardReader(shard).ForEachChunk(tell));
    }
    return absl::OkStatus();
  }

  MergeTarget& target_;
  const std::vector<Shard>& shards_;
  const MergeOptions& options_;
  crypto::Key128 key_;
  absl::flat_hash_map<std::string, Seen> seen_;
  MergeReport report_;
};

absl::StatusOr<std::vector<Shard>> OpenShards(const VaultOptions& into, std::span<const std::string> paths) {
  std::vector<Shard> shards;
  for (const std::string& path : paths) {
    VaultOptions options = into;
    options.path = path.starts_with("shard:") ? path : Concat("shard:", path);
    PHIVEIL_ASSIGN_OR_RETURN(OpenedStore opened, OpenStore(options, Access::kRead, {}));
    if ((opened.sealer->state() & kIsShard) == 0) {
      return absl::FailedPreconditionError(Concat("shard ", path, ": not a shard"));
    }
    PHIVEIL_ASSIGN_OR_RETURN(auto snapshot, opened.store->Snapshot());
    shards.push_back({path, std::move(opened), std::move(snapshot)});
  }
  return shards;
}

}  // namespace

absl::StatusOr<MergeReport> MergeShardsInto(const VaultOptions& into, std::span<const std::string> paths,
                                            const MergeOptions& options, const Seams& seams) {
  if (into.path.starts_with("shard:")) return absl::InvalidArgumentError("shards are merged into a vault");
  PHIVEIL_ASSIGN_OR_RETURN(const std::vector<Shard> shards, OpenShards(into, paths));
  PHIVEIL_ASSIGN_OR_RETURN(const OpenedStore opened, OpenStore(into, Access::kWrite, seams));
  MergeTarget target(*opened.sealer, *opened.store);
  return Merge(&target, shards, options).Run();
}

}  // namespace vault_internal

absl::StatusOr<MergeReport> MergeShards(const VaultOptions& into, std::span<const std::string> shards,
                                        const MergeOptions& options) {
  return vault_internal::MergeShardsInto(into, shards, options, {});
}

}  // namespace phiveil
