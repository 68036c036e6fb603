#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "vault/keeping.h"
#include "vault/record.h"

namespace phiveil::vault_internal {
namespace {

constexpr size_t kChangesAtOnce = 1024;
constexpr int kErasureTries = 64;

absl::Status TooMany() { return absl::AbortedError("others forget or sweep at the same time; ask again"); }

// Whoever has the store open and remembers codes or keys sees by the count that some of them are gone.
absl::Status ApplyErasure(const Sealer& sealer, Store& store, ChangeSet set) {
  set.changes.push_back({ErasuresKey(), std::nullopt, std::nullopt});
  Change& mark = set.changes.back();
  for (int i = 0; i < kErasureTries; ++i) {
    PHIVEIL_ASSIGN_OR_RETURN(auto before, GetOne(store, ErasuresKey()));
    if (i > 0 && before == mark.before) break;  // it was another record that is not as expected
    uint64_t count = 0;
    if (before) {
      PHIVEIL_ASSIGN_OR_RETURN(count, sealer.OpenErasures(*before));
    }
    mark.before = std::move(before);
    PHIVEIL_ASSIGN_OR_RETURN(mark.after, sealer.SealErasures(count + 1));
    const absl::Status applied = store.Apply(set);
    if (!absl::IsAborted(applied)) return applied;
  }
  return TooMany();
}

bool IsCode(std::string_view code) {
  return code.size() > TokenCode::kMinRandom && code.size() <= TokenCode::kMaxRandom + 1;
}

// Removes records in writes of a bounded size. What is removed is what is there.
class Removal {
 public:
  Removal(const Sealer& sealer, Store& store, KeepingReport* report)
      : sealer_(sealer), store_(store), report_(report) {}

  // Only as long as this record stands as it is: who has removed it may have begun the subject anew.
  void While(std::string key, std::string value) { condition_ = {std::move(key), value, value}; }

  absl::Status Remove(std::string key, std::string value) {
    set_.changes.push_back({std::move(key), std::move(value), std::nullopt});
    return set_.changes.size() < kChangesAtOnce ? absl::OkStatus() : Flush();
  }

  // A mapping: the index record or further record that leads to its value record, and that.
  absl::Status RemoveMapping(std::string leading_key, std::string code) {
    std::string key = ValueKey(std::string_view(code).substr(0, code.size() - 1));
    PHIVEIL_ASSIGN_OR_RETURN(auto value, GetOne(store_, key));
    if (value) {
      if (const auto record = DecodeValue(*value)) ++next_.counts[static_cast<size_t>(record->category)];
      ++next_.values;
      --set_.mappings;
      set_.changes.push_back({std::move(key), *std::move(value), std::nullopt});
    }
    return Remove(std::move(leading_key), std::move(code));
  }

  absl::Status Flush() {
    if (set_.changes.empty()) return absl::OkStatus();
    if (!condition_.key.empty()) set_.changes.push_back(condition_);
    const KeepingReport done = std::exchange(next_, {});
    PHIVEIL_RETURN_IF_ERROR(ApplyErasure(sealer_, store_, std::exchange(set_, {})));
    report_->values += done.values;
    for (size_t i = 0; i < done.counts.size(); ++i) report_->counts[i] += done.counts[i];
    return absl::OkStatus();
  }

 private:
  const Sealer& sealer_;
  Store& store_;
  KeepingReport* const report_;
  KeepingReport next_;
  ChangeSet set_;
  Change condition_;
};

// Other names of its codes, and days on which its values expire.
absl::Status RemoveMentions(const Sealer& sealer, StoreSnapshot& snapshot, const Tag& subject, Removal* removal) {
  PHIVEIL_RETURN_IF_ERROR(snapshot.ForEach("e", [&](std::string_view key, std::string_view tag) -> absl::Status {
    return tag == View(subject) ? removal->Remove(std::string(key), std::string(tag)) : absl::OkStatus();
  }));
  return snapshot.ForEach("a", [&](std::string_view key, std::string_view value) -> absl::Status {
    PHIVEIL_ASSIGN_OR_RETURN(const Alias alias, sealer.OpenAlias(key.substr(1), value));
    if (alias.subject != subject) return absl::OkStatus();
    return removal->Remove(std::string(key), std::string(value));
  });
}

// All but the subject record, while `mark` stands.
absl::Status RemoveRecords(const Sealer& sealer, Store& store, const Tag& subject, const std::string& mark,
                           KeepingReport* report) {
  Removal removal(sealer, store, report);
  removal.While(ForgettingKey(subject), mark);
  PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, store.Snapshot());
  const auto visit = [&](std::string_view key, std::string_view value) -> absl::Status {
    if (!IsCode(value)) return absl::DataLossError("index record is damaged");
    return removal.RemoveMapping(std::string(key), std::string(value));
  };
  PHIVEIL_RETURN_IF_ERROR(snapshot->ForEach(IndexPrefix(subject), visit));
  PHIVEIL_RETURN_IF_ERROR(snapshot->ForEach(FurtherPrefix(subject), visit));
  PHIVEIL_RETURN_IF_ERROR(RemoveMentions(sealer, *snapshot, subject, &removal));
  PHIVEIL_ASSIGN_OR_RETURN(auto name, GetOne(store, NameKey(subject)));
  if (name) PHIVEIL_RETURN_IF_ERROR(removal.Remove(NameKey(subject), *std::move(name)));
  return removal.Flush();
}

// The mapping of a value that expired. Nothing when it is gone, or is another's by now.
absl::Status RemoveExpired(const Sealer& sealer, Store& store, std::string_view random, std::string_view tag,
                           Removal* removal) {
  PHIVEIL_ASSIGN_OR_RETURN(const auto bytes, GetOne(store, ValueKey(random)));
  const auto value = bytes ? DecodeValue(*bytes) : std::nullopt;
  if (!value || View(value->subject) != tag) return absl::OkStatus();
  Subject subject;
  subject.tag = value->subject;
  PHIVEIL_ASSIGN_OR_RETURN(const auto record, GetOne(store, SubjectKey(subject.tag)));
  if (!record) return absl::OkStatus();
  PHIVEIL_RETURN_IF_ERROR(sealer.OpenSubject(*record, &subject));
  const TokenCode code = TokenCode::Make(value->category, random);
  PHIVEIL_ASSIGN_OR_RETURN(const Original text, sealer.OpenValue(subject, *value, code.view()));
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, sealer.IndexMac(subject, value->category, text.ExposeOriginal()));
  for (std::string key : {IndexKey(subject.tag, mac), FurtherKey(subject.tag, random)}) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto leads_to, GetOne(store, key));
    if (leads_to == code.view()) return removal->RemoveMapping(std::move(key), std::string(code.view()));
  }
  return absl::OkStatus();
}

// Until the mark is gone, by this one's hand or another's: on a shared store several may be at it.
absl::Status FinishForgetting(const Sealer& sealer, Store& store, const Tag& subject, KeepingReport* report) {
  for (int i = 0; i < kErasureTries; ++i) {
    PHIVEIL_ASSIGN_OR_RETURN(auto mark, GetOne(store, ForgettingKey(subject)));
    if (!mark) return absl::OkStatus();
    absl::Status status = RemoveRecords(sealer, store, subject, *mark, report);
    if (status.ok()) status = store.Apply({{{ForgettingKey(subject), *std::move(mark), std::nullopt}}, 0, 0});
    if (!absl::IsAborted(status)) return status;
  }
  return TooMany();
}

// The keys first, in a write of their own: from here on no value can be opened, whatever happens. False when
// there are none.
absl::StatusOr<bool> DestroyKeys(const Sealer& sealer, Store& store, const Tag& subject) {
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, sealer.ForgettingMac(subject));
  for (int i = 0; i < kErasureTries; ++i) {
    PHIVEIL_ASSIGN_OR_RETURN(auto record, GetOne(store, SubjectKey(subject)));
    if (!record) return false;
    const absl::Status destroyed = ApplyErasure(sealer, store,
                                                {{{SubjectKey(subject), *std::move(record), std::nullopt},
                                                  {ForgettingKey(subject), std::nullopt, std::string(View(mac))}},
                                                 -1,
                                                 0});
    if (destroyed.ok()) return true;
    if (!absl::IsAborted(destroyed)) return destroyed;
  }
  return TooMany();
}

}  // namespace

absl::StatusOr<bool> IsBeingForgotten(const Sealer& sealer, Store& store, const Tag& subject) {
  PHIVEIL_ASSIGN_OR_RETURN(const auto mark, GetOne(store, ForgettingKey(subject)));
  if (!mark) return false;
  PHIVEIL_ASSIGN_OR_RETURN(const Tag genuine, sealer.ForgettingMac(subject));
  return *mark == View(genuine);
}

absl::StatusOr<KeepingReport> ForgetSubject(const Sealer& sealer, Store& store, const Tag& subject) {
  KeepingReport report;
  PHIVEIL_RETURN_IF_ERROR(store.Sync(store.Newest()));
  PHIVEIL_ASSIGN_OR_RETURN(const bool destroyed, DestroyKeys(sealer, store, subject));
  if (!destroyed) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto mark, GetOne(store, ForgettingKey(subject)));
    if (!mark) return report;
  }
  report.subjects = 1;
  PHIVEIL_RETURN_IF_ERROR(FinishForgetting(sealer, store, subject, &report));
  return report;
}

absl::Status EndForgetting(const Sealer& sealer, Store& store, const Tag& subject) {
  PHIVEIL_ASSIGN_OR_RETURN(const bool under_way, IsBeingForgotten(sealer, store, subject));
  KeepingReport report;
  return under_way ? FinishForgetting(sealer, store, subject, &report) : absl::OkStatus();
}

absl::StatusOr<bool> HasExpired(Store& store, uint32_t today) {
  PHIVEIL_RETURN_IF_ERROR(store.Sync(store.Newest()));
  PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, store.Snapshot());
  bool found = false;
  const auto first = [&](std::string_view key, std::string_view) -> absl::Status {
    const auto day = DayOfExpiryKey(key);
    if (!day) return absl::DataLossError("expiry record is damaged");
    found = *day <= today;
    return absl::CancelledError();
  };
  const absl::Status looked = snapshot->ForEach("e", first);
  if (!looked.ok() && !absl::IsCancelled(looked)) return looked;
  return found;
}

absl::StatusOr<KeepingReport> SweepStore(const Sealer& sealer, Store& store, uint32_t today, size_t most) {
  KeepingReport report;
  PHIVEIL_RETURN_IF_ERROR(store.Sync(store.Newest()));
  PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, store.Snapshot());
  std::vector<Tag> unfinished;
  PHIVEIL_RETURN_IF_ERROR(snapshot->ForEach("x", [&](std::string_view key, std::string_view) -> absl::Status {
    Tag tag{};
    if (key.size() != 1 + tag.size()) return absl::DataLossError("forgetting record is damaged");
    std::memcpy(tag.data(), key.data() + 1, tag.size());
    unfinished.push_back(tag);
    return absl::OkStatus();
  }));
  for (const Tag& tag : unfinished) {
    PHIVEIL_ASSIGN_OR_RETURN(const bool genuine, IsBeingForgotten(sealer, store, tag));
    if (!genuine) return absl::DataLossError("forgetting record does not authenticate");
    PHIVEIL_RETURN_IF_ERROR(FinishForgetting(sealer, store, tag, &report));
  }
  Removal removal(sealer, store, &report);
  size_t seen = 0;
  const absl::Status swept = snapshot->ForEach("e", [&](std::string_view key, std::string_view tag) -> absl::Status {
    const auto day = DayOfExpiryKey(key);
    if (!day) return absl::DataLossError("expiry record is damaged");
    if (*day > today || seen++ == most) return absl::CancelledError();  // in the order of their days
    PHIVEIL_RETURN_IF_ERROR(RemoveExpired(sealer, store, key.substr(5), tag, &removal));
    return removal.Remove(std::string(key), std::string(tag));
  });
  if (!swept.ok() && !absl::IsCancelled(swept)) return swept;
  PHIVEIL_RETURN_IF_ERROR(removal.Flush());
  return report;
}

}  // namespace phiveil::vault_internal
