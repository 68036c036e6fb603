#include "vault/migrate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "vault/record.h"

namespace phiveil::vault_internal {
namespace {

constexpr size_t kChangesAtOnce = 4096;

class Migration {
 public:
  Migration(const Sealer& sealer, Store& store) : sealer_(sealer), store_(store) {}

  absl::Status Run() {
    PHIVEIL_RETURN_IF_ERROR(Mark());
    PHIVEIL_RETURN_IF_ERROR(Each("s", [this](auto key, auto value) { return FromSubject1(key, value); }));
    PHIVEIL_RETURN_IF_ERROR(Each("v", [this](auto key, auto value) { return FromValue1(key, value); }));
    return SetState(0);
  }

 private:
  absl::Status Mark() {
    if (sealer_.format() != 1) return absl::OkStatus();
    PHIVEIL_ASSIGN_OR_RETURN(const auto counters, GetOne(store_, OldCountersKey()));
    if (counters) set_.changes.push_back({OldCountersKey(), *counters, std::nullopt});
    return SetState(kMigrating);
  }

  absl::Status SetState(uint8_t state) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto before, GetOne(store_, MetaKey()));
    PHIVEIL_ASSIGN_OR_RETURN(const std::string after, sealer_.SealMeta(state));
    set_.changes.push_back({MetaKey(), before, after});
    return Flush();
  }

  absl::Status Flush() {
    PHIVEIL_RETURN_IF_ERROR(store_.Apply(set_));
    set_.changes.clear();
    return absl::OkStatus();
  }

  absl::Status Each(std::string_view prefix, const StoreSnapshot::Visitor& visit) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, store_.Snapshot());
    const absl::Status visited = snapshot->ForEach(prefix, [&](auto key, auto value) -> absl::Status {
      PHIVEIL_RETURN_IF_ERROR(visit(key, value));
      return set_.changes.size() < kChangesAtOnce ? absl::OkStatus() : Flush();
    });
    PHIVEIL_RETURN_IF_ERROR(visited);
    return Flush();
  }

  static bool TagOf(std::string_view key, Tag* tag) {
    if (key.size() != 1 + tag->size()) return false;
    std::copy(key.begin() + 1, key.end(), tag->begin());
    return true;
  }

  absl::Status FromSubject1(std::string_view key, std::string_view value) {
    Subject subject;
    std::string record;
    if (!TagOf(key, &subject.tag) || !sealer_.OpenSubject(value, &subject, 1).ok()) return absl::OkStatus();
    PHIVEIL_RETURN_IF_ERROR(sealer_.WrapSubject(subject, &record));
    set_.changes.push_back({std::string(key), std::string(value), std::move(record)});
    return absl::OkStatus();
  }

  absl::Status FromValue1(std::string_view key, std::string_view value) {
    const auto old = DecodeValue(value);
    const std::string_view random = key.substr(1);
    if (!old || random.size() < TokenCode::kMinRandom || random.size() > TokenCode::kMaxRandom) return absl::OkStatus();
    Subject subject;
    subject.tag = old->subject;
    PHIVEIL_ASSIGN_OR_RETURN(const auto owner, GetOne(store_, SubjectKey(subject.tag)));
    if (!owner || !sealer_.OpenSubject(*owner, &subject).ok()) return absl::OkStatus();
    const TokenCode code = TokenCode::Make(old->category, random);
    const auto text = sealer_.OpenValue(subject, *old, code.view(), 1);
    if (!text.ok()) return absl::OkStatus();  // brought forward before, or damaged
    std::string record;
    PHIVEIL_RETURN_IF_ERROR(sealer_.SealValue(subject, old->category, code.view(), text->ExposeOriginal(), &record));
    set_.changes.push_back({std::string(key), std::string(value), std::move(record)});
    return absl::OkStatus();
  }

  const Sealer& sealer_;
  Store& store_;
  ChangeSet set_;
};

}  // namespace

bool NeedsMigration(const Sealer& sealer) {
  return sealer.format() != kVaultFormat || (sealer.state() & kMigrating) != 0;
}

absl::Status Migrate(const Sealer& sealer, Store& store) { return Migration(sealer, store).Run(); }

}  // namespace phiveil::vault_internal
