#ifndef PHIVEIL_VAULT_MERGE_TARGET_H_
#define PHIVEIL_VAULT_MERGE_TARGET_H_

// The vault that shards are merged into. Whatever it takes is one change of the store that nothing
// happens to halfway, made only if the records are as they were looked at: so a merge may be
// interrupted, repeated, and go on beside writers of a shared store.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/original.h"
#include "phiveil/vault_tools.h"
#include "vault/open_vault.h"
#include "vault/sealer.h"
#include "vault/store.h"

namespace phiveil::vault_internal {

struct ShardValue {
  std::string tenant, subject;
  Category category = Category::kSafe;
  TokenCode code;
  Original text;
  std::optional<uint32_t> expires{};  // the day
};

// Of two codes for one value: shorter, then earlier in the alphabet.
bool ComesFirst(const TokenCode& a, const TokenCode& b);

class MergeTarget {
 public:
  MergeTarget(const Sealer& sealer, Store& store) : sealer_(sealer), store_(store) {}

  // For each value, whether its code stands for something else here.
  absl::StatusOr<std::vector<bool>> OtherValues(const std::vector<ShardValue>& values);

  // `added` grows by the mappings that were not here.
  absl::Status Take(const std::vector<ShardValue>& values, bool unify, uint64_t* added);

  // The code that is given for each value from now on.
  absl::StatusOr<std::vector<TokenCode>> GivenCodes(const std::vector<ShardValue>& values);

 private:
  struct Owner {
    Subject subject;
    std::string fresh_record;  // drawn here, not yet in the store
  };
  // What the store holds of one value.
  struct Here {
    Owner* owner = nullptr;
    std::string index_key;
    std::optional<std::string> value, alias, index;
  };
  using Owners = std::map<std::pair<std::string, std::string>, std::unique_ptr<Owner>>;

  absl::StatusOr<Owner*> OwnerOf(const ShardValue& value, Owners* owners);
  absl::Status Look(const std::vector<ShardValue>& values, Owners* owners, std::vector<Here>* here);
  absl::StatusOr<bool> IsSame(const ShardValue& value, const Here& here);
  absl::Status TakeOne(const ShardValue& value, const Here& here, bool unify, ChangeSet* set, uint64_t* added);
  absl::Status TakeSecondCode(const ShardValue& value, const Here& here, bool unify, ChangeSet* set, uint64_t* added);
  absl::Status Replace(const ShardValue& value, const Here& here, const TokenCode& old_code, ChangeSet* set);
  absl::Status AddValue(const ShardValue& value, const Here& here, ChangeSet* set);
  // The record that says a code is a further one of its value; or takes that back, where it is said.
  static Change Further(const Here& here, const TokenCode& code);
  absl::Status NoFurther(const Here& here, const TokenCode& code, ChangeSet* set);
  absl::StatusOr<Change> NewAlias(const Here& here, Category category, const TokenCode& old_code,
                                  const TokenCode& code);

  const Sealer& sealer_;
  Store& store_;
};

// MergeShards with the file system of the vault given from outside.
absl::StatusOr<MergeReport> MergeShardsInto(const VaultOptions& into, std::span<const std::string> paths,
                                            const MergeOptions& options, const Seams& seams);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_MERGE_TARGET_H_
