#include "vault/merge_target.h"

#include <utility>

#include "base/status_macros.h"
#include "vault/keeping.h"
#include "vault/record.h"

namespace phiveil::vault_internal {
namespace {

constexpr int kTries = 16;

std::string_view RandomPart(const TokenCode& code) { return code.view().substr(0, code.view().size() - 1); }

absl::StatusOr<TokenCode> CodeOf(const std::string& index) {
  const auto code = TokenCode::Parse(index);
  if (!code || code->view() != index || code->view().size() <= TokenCode::kMinRandom) {
    return absl::DataLossError("index record is damaged");
  }
  return *code;
}

}  // namespace

bool ComesFirst(const TokenCode& a, const TokenCode& b) {
  return std::pair(a.view().size(), a.view()) < std::pair(b.view().size(), b.view());
}

absl::StatusOr<MergeTarget::Owner*> MergeTarget::OwnerOf(const ShardValue& value, Owners* owners) {
  auto& owner = (*owners)[{value.tenant, value.subject}];
  if (owner) return owner.get();
  auto made = std::make_unique<Owner>();
  Subject& subject = made->subject;
  PHIVEIL_ASSIGN_OR_RETURN(const Tag tenant, sealer_.TenantTag(value.tenant));
  PHIVEIL_ASSIGN_OR_RETURN(subject.tag, sealer_.SubjectTag(tenant, value.subject));
  PHIVEIL_ASSIGN_OR_RETURN(const auto record, GetOne(store_, SubjectKey(subject.tag)));
  subject.tenant = tenant;
  if (record) {
    PHIVEIL_RETURN_IF_ERROR(sealer_.OpenSubject(*record, &subject));
    if (subject.tenant != tenant) return absl::DataLossError("subject record is another tenant's");
  } else {
    PHIVEIL_RETURN_IF_ERROR(EndForgetting(sealer_, store_, subject.tag));
    PHIVEIL_RETURN_IF_ERROR(sealer_.NewSubject(&subject, &made->fresh_record));
  }
  owner = std::move(made);
  return owner.get();
}

absl::Status MergeTarget::Look(const std::vector<ShardValue>& values, Owners* owners, std::vector<Here>* here) {
  std::vector<std::string> keys;
  for (const ShardValue& value : values) {
    Here one;
    PHIVEIL_ASSIGN_OR_RETURN(one.owner, OwnerOf(value, owners));
    PHIVEIL_ASSIGN_OR_RETURN(const Tag mac,
                             sealer_.IndexMac(one.owner->subject, value.category, value.text.ExposeOriginal()));
    one.index_key = IndexKey(one.owner->subject.tag, mac);
    keys.push_back(ValueKey(RandomPart(value.code)));
    keys.push_back(AliasKey(RandomPart(value.code)));
    keys.push_back(one.index_key);
    here->push_back(std::move(one));
  }
  std::vector<std::optional<std::string>> stored;
  PHIVEIL_RETURN_IF_ERROR(store_.Get(keys, &stored));
  for (size_t i = 0; i < here->size(); ++i) {
    (*here)[i].value = std::move(stored[3 * i]);
    (*here)[i].alias = std::move(stored[3 * i + 1]);
    (*here)[i].index = std::move(stored[3 * i + 2]);
  }
  return absl::OkStatus();
}

// Whether a code that is here is the shard's: of the same category, subject and value.
absl::StatusOr<bool> MergeTarget::IsSame(const ShardValue& value, const Here& here) {
  if (here.alias) {
    // An alias is of its value's category and subject, and the value's own code is in the index.
    PHIVEIL_ASSIGN_OR_RETURN(const Alias alias, sealer_.OpenAlias(RandomPart(value.code), *here.alias));
    if (alias.old_code != value.code || alias.subject != here.owner->subject.tag || !here.index) return false;
    TokenCode code = alias.code;
    for (std::string_view random = RandomPart(code); *here.index != code.view(); random = RandomPart(code)) {
      PHIVEIL_ASSIGN_OR_RETURN(const auto next, GetOne(store_, AliasKey(random)));
      if (!next) break;  // several codes are kept for the value
      PHIVEIL_ASSIGN_OR_RETURN(const Alias further, sealer_.OpenAlias(random, *next));
      if (!ComesFirst(further.code, code)) return absl::DataLossError("alias record leads in a circle");
      code = further.code;
    }
    if (*here.index == code.view()) return true;
    PHIVEIL_ASSIGN_OR_RETURN(const auto stored, GetOne(store_, ValueKey(RandomPart(code))));
    if (!stored) return false;
    ShardValue last;
    last.category = value.category;
    last.code = code;
    last.text = Original(value.text.ExposeOriginal());
    Here there = here;
    there.alias.reset();
    there.value = stored;
    return IsSame(last, there);
  }
  const auto record = DecodeValue(*here.value);
  if (!record) return absl::DataLossError("value record is damaged");
  if (record->subject != here.owner->subject.tag || record->category != value.category) return false;
  PHIVEIL_ASSIGN_OR_RETURN(const Original text, sealer_.OpenValue(here.owner->subject, *record, value.code.view()));
  return text.ExposeOriginal() == value.text.ExposeOriginal();
}

absl::StatusOr<std::vector<bool>> MergeTarget::OtherValues(const std::vector<ShardValue>& values) {
  Owners owners;
  std::vector<Here> here;
  std::vector<bool> other(values.size());
  PHIVEIL_RETURN_IF_ERROR(Look(values, &owners, &here));
  for (size_t i = 0; i < values.size(); ++i) {
    if (!here[i].value && !here[i].alias) continue;
    PHIVEIL_ASSIGN_OR_RETURN(const bool same, IsSame(values[i], here[i]));
    other[i] = !same;
  }
  return other;
}

absl::Status MergeTarget::AddValue(const ShardValue& value, const Here& here, ChangeSet* set) {
  const Subject& subject = here.owner->subject;
  const std::string_view random = RandomPart(value.code);
  std::string record;
  PHIVEIL_RETURN_IF_ERROR(
      sealer_.SealValue(subject, value.category, value.code.view(), value.text.ExposeOriginal(), &record));
  set->changes.push_back({ValueKey(random), std::nullopt, std::move(record)});
  ++set->mappings;
  if (!value.expires) return absl::OkStatus();
  PHIVEIL_ASSIGN_OR_RETURN(auto day, GetOne(store_, ExpiryKey(*value.expires, random)));
  set->changes.push_back({ExpiryKey(*value.expires, random), std::move(day), std::string(View(subject.tag))});
  return absl::OkStatus();
}

Change MergeTarget::Further(const Here& here, const TokenCode& code) {
  return {FurtherKey(here.owner->subject.tag, RandomPart(code)), std::nullopt, std::string(code.view())};
}

absl::Status MergeTarget::NoFurther(const Here& here, const TokenCode& code, ChangeSet* set) {
  std::string key = FurtherKey(here.owner->subject.tag, RandomPart(code));
  PHIVEIL_ASSIGN_OR_RETURN(auto said, GetOne(store_, key));
  if (said) set->changes.push_back({std::move(key), *std::move(said), std::nullopt});
  return absl::OkStatus();
}

absl::StatusOr<Change> MergeTarget::NewAlias(const Here& here, Category category, const TokenCode& old_code,
                                             const TokenCode& code) {
  PHIVEIL_ASSIGN_OR_RETURN(std::string record, sealer_.SealAlias({category, old_code, code, here.owner->subject.tag}));
  return Change{AliasKey(RandomPart(old_code)), std::nullopt, std::move(record)};
}

// The shard's code becomes the one of the value, and `old_code` an alias of it.
absl::Status MergeTarget::Replace(const ShardValue& value, const Here& here, const TokenCode& old_code,
                                  ChangeSet* set) {
  PHIVEIL_ASSIGN_OR_RETURN(const auto old_value, GetOne(store_, ValueKey(RandomPart(old_code))));
  if (!old_value) return absl::DataLossError("index record leads to no value record");
  PHIVEIL_ASSIGN_OR_RETURN(Change alias, NewAlias(here, value.category, old_code, value.code));
  set->changes.push_back({ValueKey(RandomPart(old_code)), old_value, std::nullopt});
  set->changes.push_back(std::move(alias));
  --set->mappings;
  return absl::OkStatus();
}

absl::Status MergeTarget::TakeSecondCode(const ShardValue& value, const Here& here, bool unify, ChangeSet* set,
                                         uint64_t* added) {
  PHIVEIL_ASSIGN_OR_RETURN(const TokenCode given, CodeOf(*here.index));
  const bool leads = ComesFirst(value.code, given);
  if (here.value && (given == value.code || !unify)) return absl::OkStatus();
  if (unify && !leads) {
    PHIVEIL_ASSIGN_OR_RETURN(Change alias, NewAlias(here, value.category, value.code, given));
    set->changes.push_back(std::move(alias));
    if (!here.value) return absl::OkStatus();
    set->changes.push_back({ValueKey(RandomPart(value.code)), here.value, std::nullopt});
    --set->mappings;
    return NoFurther(here, value.code, set);
  }
  if (!here.value) {
    PHIVEIL_RETURN_IF_ERROR(AddValue(value, here, set));
    ++*added;
  }
  if (!leads) {
    set->changes.push_back(Further(here, value.code));
    return absl::OkStatus();
  }
  set->changes.push_back({here.index_key, here.index, std::string(value.code.view())});
  if (here.value) PHIVEIL_RETURN_IF_ERROR(NoFurther(here, value.code, set));
  if (unify) return Replace(value, here, given, set);
  set->changes.push_back(Further(here, given));
  return absl::OkStatus();
}

absl::Status MergeTarget::TakeOne(const ShardValue& value, const Here& here, bool unify, ChangeSet* set,
                                  uint64_t* added) {
  if (here.alias) return absl::OkStatus();
  if (here.index) return TakeSecondCode(value, here, unify, set, added);
  set->changes.push_back({here.index_key, std::nullopt, std::string(value.code.view())});
  // A further code whose first one has expired.
  if (here.value) return NoFurther(here, value.code, set);
  ++*added;
  return AddValue(value, here, set);
}

absl::Status MergeTarget::Take(const std::vector<ShardValue>& values, bool unify, uint64_t* added) {
  absl::Status status;
  for (int i = 0; i < kTries; ++i) {
    Owners owners;
    std::vector<Here> here;
    ChangeSet set;
    uint64_t fresh = 0;
    PHIVEIL_RETURN_IF_ERROR(Look(values, &owners, &here));
    for (size_t v = 0; v < values.size(); ++v) {
      PHIVEIL_RETURN_IF_ERROR(TakeOne(values[v], here[v], unify, &set, &fresh));
    }
    for (const auto& [name, owner] : owners) {
      if (owner->fresh_record.empty()) continue;
      set.changes.push_back({SubjectKey(owner->subject.tag), std::nullopt, owner->fresh_record});
      ++set.subjects;
    }
    if (set.changes.empty()) return absl::OkStatus();
    status = store_.Apply(set);
    if (status.ok()) *added += fresh;
    // Another process changed one of the records meanwhile: look again.
    if (!absl::IsAborted(status)) return status;
  }
  return status;
}

absl::StatusOr<std::vector<TokenCode>> MergeTarget::GivenCodes(const std::vector<ShardValue>& values) {
  Owners owners;
  std::vector<Here> here;
  std::vector<TokenCode> codes;
  PHIVEIL_RETURN_IF_ERROR(Look(values, &owners, &here));
  for (const Here& one : here) {
    if (!one.index) return absl::DataLossError("value record has no index record");
    PHIVEIL_ASSIGN_OR_RETURN(const TokenCode code, CodeOf(*one.index));
    codes.push_back(code);
  }
  return codes;
}

}  // namespace phiveil::vault_internal
