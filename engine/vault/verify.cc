#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "phiveil/vault_tools.h"
#include "vault/open_vault.h"
#include "vault/record.h"

namespace phiveil {
namespace vault_internal {
namespace {

constexpr size_t kMaxNamed = 1000;

std::string Hex(std::string_view bytes) { return absl::BytesToHexString({bytes.data(), bytes.size()}); }

std::string_view MessageOf(const absl::Status& status) { return {status.message().data(), status.message().size()}; }

class Verifier {
 public:
  Verifier(const Sealer& sealer, StoreSnapshot& snapshot) : sealer_(sealer), snapshot_(snapshot) {}

  // Stops only where the store itself cannot be read.
  void Run(const absl::Status& bytes) {
    if (!bytes.ok()) Damaged("store", MessageOf(bytes));
    const absl::Status read = snapshot_.ForEach("", [this](auto key, auto value) {
      const absl::Status status = Check(key, value);
      if (!status.ok() && !absl::IsCancelled(status)) Damaged(NameOf(key, value), MessageOf(status));
      return absl::OkStatus();
    });
    if (!read.ok()) Damaged("store", MessageOf(read));
    if (totals_.subjects != report_.subjects) Miscounted("subjects", totals_.subjects, report_.subjects);
    if (totals_.mappings != report_.mappings) Miscounted("values", totals_.mappings, report_.mappings);
  }

  VaultReport TakeReport() { return std::move(report_); }

 private:
  void Damaged(std::string_view name, std::string_view what) {
    if (++report_.damaged_count <= kMaxNamed) report_.damaged.push_back(Concat(name, ": ", what));
  }

  void Miscounted(std::string_view what, uint64_t said, uint64_t found) {
    Damaged("counters", Concat("speak of ", said, " ", what, ", but there are ", found));
  }

  // What a person can look for: the token of a value, else the record's key.
  static std::string NameOf(std::string_view key, std::string_view value) {
    if (key.empty()) return "a record without a key";
    const std::string_view rest = key.substr(1);
    if (key[0] == static_cast<char>(RecordType::kValue)) {
      const auto record = DecodeValue(value);
      if (record && rest.size() >= TokenCode::kMinRandom && rest.size() <= TokenCode::kMaxRandom) {
        return FormatToken(record->category, TokenCode::Make(record->category, rest), "");
      }
      return Concat("value record ", rest.size() <= TokenCode::kMaxRandom ? rest : "with an impossible key");
    }
    return Concat("record ", key.substr(0, 1), " ", Hex(rest));
  }

  absl::Status Check(std::string_view key, std::string_view value) {
    if (key.empty()) return absl::DataLossError("no record of a vault");
    switch (static_cast<RecordType>(key[0])) {
      case RecordType::kMeta:
        return absl::OkStatus();  // or the vault had not been opened
      case RecordType::kCounters:
        return CheckCounters(key, value);
      case RecordType::kSubject:
        return CheckSubject(key, value);
      case RecordType::kName:
        return CheckName(key, value);
      case RecordType::kValue:
        return CheckValue(key, value);
      case RecordType::kIndex:
        return CheckIndex(key, value);
      case RecordType::kAlias:
        return CheckAlias(key, value);
      case RecordType::kFurther:
        return CheckFurther(key, value);
      case RecordType::kBridge:
        return CheckBridge(key, value);
      case RecordType::kForgetting:
        return CheckForgetting(key, value);
      case RecordType::kExpiry:
        return DayOfExpiryKey(key) && value.size() == sizeof(Tag) ? absl::OkStatus()
                                                                  : absl::DataLossError("expiry record is damaged");
      case RecordType::kProgress:
        return sealer_.OpenProgress(value).status();
      case RecordType::kErasures:
        return sealer_.OpenErasures(value).status();
      default:
        return absl::DataLossError("no record of a vault");
    }
  }

  static bool TagAt(std::string_view key, size_t offset, Tag* tag) {
    if (key.size() < offset + tag->size()) return false;
    std::copy_n(key.begin() + static_cast<std::ptrdiff_t>(offset), tag->size(), tag->begin());
    return true;
  }

  absl::Status CheckCounters(std::string_view key, std::string_view value) {
    if (key.size() != 5) return absl::DataLossError("counters record is damaged");
    PHIVEIL_ASSIGN_OR_RETURN(const Counters counters, sealer_.OpenCounters(GetFixed32(key.substr(1)), value));
    totals_ = Sum(totals_, counters);
    return absl::OkStatus();
  }

  absl::Status CheckSubject(std::string_view key, std::string_view value) {
    ++report_.subjects;
    Subject subject;
    if (key.size() != 1 + sizeof(Tag) || !TagAt(key, 1, &subject.tag)) return absl::DataLossError("impossible key");
    return sealer_.OpenSubject(value, &subject);
  }

  // CANCELLED when the subject is being forgotten: its keys are gone, and its records are to follow.
  absl::Status OpenOwner(Subject* subject) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto record, snapshot_.Get(SubjectKey(subject->tag)));
    if (!record) {
      PHIVEIL_ASSIGN_OR_RETURN(const auto mark, snapshot_.Get(ForgettingKey(subject->tag)));
      PHIVEIL_ASSIGN_OR_RETURN(const Tag genuine, sealer_.ForgettingMac(subject->tag));
      if (mark && *mark == View(genuine)) return absl::CancelledError("is being forgotten");
      return absl::DataLossError("has no subject record");
    }
    return sealer_.OpenSubject(*record, subject);
  }

  absl::Status CheckName(std::string_view key, std::string_view value) {
    Subject subject;
    std::string tenant, name;
    if (key.size() != 1 + sizeof(Tag) || !TagAt(key, 1, &subject.tag)) return absl::DataLossError("impossible key");
    PHIVEIL_RETURN_IF_ERROR(OpenOwner(&subject));
    return sealer_.OpenName(subject, value, &tenant, &name);
  }

  // The key in the index of the value at `random`, after opening it.
  absl::StatusOr<std::string> IndexKeyOf(std::string_view random, std::string_view value) {
    const auto record = DecodeValue(value);
    if (!record || random.size() < TokenCode::kMinRandom || random.size() > TokenCode::kMaxRandom) {
      return absl::DataLossError("value record is damaged");
    }
    Subject subject;
    subject.tag = record->subject;
    PHIVEIL_RETURN_IF_ERROR(OpenOwner(&subject));
    const TokenCode code = TokenCode::Make(record->category, random);
    PHIVEIL_ASSIGN_OR_RETURN(const Original text, sealer_.OpenValue(subject, *record, code.view()));
    PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, sealer_.IndexMac(subject, record->category, text.ExposeOriginal()));
    return IndexKey(subject.tag, mac);
  }

  absl::Status CheckValue(std::string_view key, std::string_view value) {
    ++report_.mappings;
    PHIVEIL_ASSIGN_OR_RETURN(const std::string index, IndexKeyOf(key.substr(1), value));
    PHIVEIL_ASSIGN_OR_RETURN(const auto entry, snapshot_.Get(index));
    if (entry && std::string_view(*entry).starts_with(key.substr(1))) return absl::OkStatus();
    Tag tag{};
    TagAt(index, 1, &tag);
    PHIVEIL_ASSIGN_OR_RETURN(const auto further, snapshot_.Get(FurtherKey(tag, key.substr(1))));
    if (!further) return absl::DataLossError("value record has no index record");
    return absl::OkStatus();
  }

  absl::Status CheckIndex(std::string_view key, std::string_view value) {
    const auto code = TokenCode::Parse({value.data(), value.size()});
    if (!code || code->view() != value || code->view().size() <= TokenCode::kMinRandom) {
      return absl::DataLossError("index record is damaged");
    }
    const std::string_view random = code->view().substr(0, code->view().size() - 1);
    PHIVEIL_ASSIGN_OR_RETURN(const auto stored, snapshot_.Get(ValueKey(random)));
    if (!stored) return absl::DataLossError("index record leads to no value record");
    const auto record = DecodeValue(*stored);
    if (!record || TokenCode::Make(record->category, random) != *code) {
      return absl::DataLossError("index record leads to another value");
    }
    const auto expected = IndexKeyOf(random, *stored);
    // A damaged value is named as such.
    if (expected.ok() && *expected != key) return absl::DataLossError("index record leads to another value");
    return absl::OkStatus();
  }

  absl::Status CheckBridge(std::string_view key, std::string_view value) {
    KeyId from{};
    if (key.size() != 1 + from.size()) return absl::DataLossError("impossible key");
    std::copy(key.begin() + 1, key.end(), from.begin());
    return sealer_.LearnFrom(from, value, false);
  }

  absl::Status CheckForgetting(std::string_view key, std::string_view value) {
    Tag tag{};
    if (key.size() != 1 + sizeof(Tag) || !TagAt(key, 1, &tag)) return absl::DataLossError("impossible key");
    PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, sealer_.ForgettingMac(tag));
    return value == View(mac) ? absl::OkStatus() : absl::DataLossError("forgetting record does not authenticate");
  }

  absl::Status CheckFurther(std::string_view key, std::string_view value) {
    Tag tag{};
    if (!TagAt(key, 1, &tag) ||
        key != FurtherKey(tag, value.substr(0, value.size() - std::min<size_t>(value.size(), 1)))) {
      return absl::DataLossError("further record is damaged");
    }
    PHIVEIL_ASSIGN_OR_RETURN(const auto stored, snapshot_.Get(ValueKey(key.substr(1 + tag.size()))));
    if (!stored) return absl::DataLossError("further record leads to no value record");
    const auto record = DecodeValue(*stored);
    if (!record || record->subject != tag ||
        TokenCode::Make(record->category, key.substr(1 + tag.size())).view() != value) {
      return absl::DataLossError("further record leads to another value");
    }
    return absl::OkStatus();
  }

  absl::Status CheckAlias(std::string_view key, std::string_view value) {
    ++report_.aliases;
    if (key.size() <= TokenCode::kMinRandom || key.size() > 1 + TokenCode::kMaxRandom) {
      return absl::DataLossError("impossible key");
    }
    return sealer_.OpenAlias(key.substr(1), value).status();
  }

  const Sealer& sealer_;
  StoreSnapshot& snapshot_;
  Counters totals_;
  VaultReport report_;
};

}  // namespace
}  // namespace vault_internal

absl::StatusOr<VaultReport> VerifyVault(const VaultOptions& options) {
  using vault_internal::Access;
  PHIVEIL_ASSIGN_OR_RETURN(const auto opened, vault_internal::OpenStore(options, Access::kRead, {}));
  PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, opened.store->Snapshot());
  vault_internal::Verifier verifier(*opened.sealer, *snapshot);
  verifier.Run(opened.store->CheckBytes());
  return verifier.TakeReport();
}

}  // namespace phiveil
