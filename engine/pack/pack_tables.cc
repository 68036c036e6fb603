#include "pack/pack_tables.h"

#include <openssl/sha.h>

#include <array>

#include "base/concat.h"
#include "phiveil/category.h"
#include "phiveil/finding.h"

namespace phiveil {
namespace {

constexpr size_t kDigestSize = SHA256_DIGEST_LENGTH;
constexpr uint32_t kFormat = 1;

std::string Digest(std::string_view bytes) {
  std::string digest(kDigestSize, '\0');
  SHA256(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), reinterpret_cast<uint8_t*>(digest.data()));
  return digest;
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(Concat("rule pack is damaged: ", what, "; compile or install it again"));
}

absl::Status CheckRule(const pb::Pack& pack, const pb::Rule& rule) {
  if (rule.category() >= kCategoryCount) return Damaged(Concat("rule ", rule.id(), " has an unknown category"));
  if (rule.subtype() > static_cast<uint32_t>(Subtype::kToken)) return Damaged("a rule has an unknown subtype");
  for (const pb::Example& example : rule.examples()) {
    if (example.begin_size() != example.end_size() || example.begin_size() != example.category_size()) {
      return Damaged("an example's marks do not pair");
    }
    for (int i = 0; i < example.begin_size(); ++i) {
      if (example.begin(i) > example.end(i) || example.end(i) > example.text().size() ||
          example.category(i) >= kCategoryCount) {
        return Damaged("an example's mark lies outside its text");
      }
    }
  }
  (void)pack;
  return absl::OkStatus();
}

absl::Status CheckForm(const pb::Pack& pack, const pb::Form& form) {
  const auto size = static_cast<uint32_t>(form.code_size());
  if (form.rule() >= static_cast<uint32_t>(pack.rules_size())) return Damaged("a form names no rule");
  if (size == 0 || form.code(form.code_size() - 1).op() != pb::Instruction::MATCH) return Damaged("a form has no end");
  for (const pb::Instruction& in : form.code()) {
    const bool branches = in.op() == pb::Instruction::SPLIT || in.op() == pb::Instruction::JUMP;
    if (branches && in.a() >= size) return Damaged("a form jumps outside itself");
    if (in.op() == pb::Instruction::SPLIT && in.b() >= size) return Damaged("a form jumps outside itself");
    if (in.op() == pb::Instruction::TEST && in.a() >= static_cast<uint32_t>(form.tests_size())) {
      return Damaged("a form tests nothing");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckLinks(const pb::Pack& pack) {
  const auto rules = static_cast<uint32_t>(pack.rules_size());
  for (const pb::Expression& expression : pack.expressions()) {
    for (uint32_t rule : expression.rules()) {
      if (rule >= rules) return Damaged("an expression names no rule");
    }
  }
  for (const pb::Phrase& phrase : pack.lexicon().phrases()) {
    if (phrase.words().empty()) return Damaged("a phrase has no words");
    for (const pb::CueLink& link : phrase.cues()) {
      if (link.rule() >= rules) return Damaged("a cue names no rule");
      if (link.cue() >= static_cast<uint32_t>(pack.rules(static_cast<int>(link.rule())).cues_size())) {
        return Damaged("a phrase names no cue");
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckHl7Part(const pb::Fields& fields, const pb::Hl7Part& part) {
  constexpr uint32_t kMostNumber = 1000;
  const bool by_field = part.kind() == pb::Hl7Part::BY_FIELD;
  const uint32_t types = by_field ? kMostNumber : static_cast<uint32_t>(fields.hl7_types_size());
  if (part.number() == 0 || part.number() > kMostNumber) return Damaged("a field of a segment has no number");
  if (!pb::Hl7Part::Kind_IsValid(part.kind()) || part.type() > types) return Damaged("a field has no type");
  if (part.name() > static_cast<uint32_t>(fields.names_size())) return Damaged("a field has no name");
  return absl::OkStatus();
}

absl::Status CheckFields(const pb::Pack& pack) {
  constexpr int kMostPlaces = 60000;
  const pb::Fields& fields = pack.fields();
  const auto names = static_cast<uint32_t>(fields.names_size());
  for (const pb::FieldName& name : fields.names()) {
    if (name.rule() >= static_cast<uint32_t>(pack.rules_size())) return Damaged("the name of a field names no rule");
  }
  for (const pb::Hl7Kind& kind : fields.hl7_kinds()) {
    if (kind.name() > names) return Damaged("a kind of identifier has no name");
  }
  if (fields.hl7_unlisted() > names) return Damaged("fields that are not listed have no name");
  for (const pb::Hl7Type& type : fields.hl7_types()) {
    if (type.name() > names) return Damaged("a type of fields has no name");
    for (const pb::Hl7Part& part : type.parts()) {
      if (absl::Status status = CheckHl7Part(fields, part); !status.ok()) return status;
    }
  }
  int places = 0;
  for (const pb::Hl7Segment& segment : fields.hl7_segments()) {
    places += segment.fields_size();
    for (const pb::Hl7Part& part : segment.fields()) {
      if (absl::Status status = CheckHl7Part(fields, part); !status.ok()) return status;
    }
  }
  return places > kMostPlaces ? Damaged("too many fields of segments") : absl::OkStatus();
}

absl::Status Check(const pb::Pack& pack) {
  for (const pb::Rule& rule : pack.rules()) {
    if (absl::Status status = CheckRule(pack, rule); !status.ok()) return status;
  }
  for (const pb::Form& form : pack.forms()) {
    if (absl::Status status = CheckForm(pack, form); !status.ok()) return status;
  }
  if (absl::Status status = CheckFields(pack); !status.ok()) return status;
  return CheckLinks(pack);
}

}  // namespace

absl::StatusOr<std::unique_ptr<const PackTables>> ParsePack(std::string_view bytes) {
  const size_t head = kPackMagic.size() + kDigestSize;
  if (bytes.substr(0, kPackMagic.size()) != kPackMagic) {
    return absl::DataLossError("not a rule pack: its first bytes are not those of a compiled pack");
  }
  if (bytes.size() < head) return Damaged("it is cut short");
  const std::string_view body = bytes.substr(head);
  if (Digest(body) != bytes.substr(kPackMagic.size(), kDigestSize)) return Damaged("its checksum does not fit");
  auto tables = std::make_unique<PackTables>();
  if (!tables->pack.ParseFromArray(body.data(), static_cast<int>(body.size()))) return Damaged("it cannot be decoded");
  if (tables->pack.format() != kFormat) {
    return absl::FailedPreconditionError(
        Concat("rule pack has format ", tables->pack.format(), ", this engine reads ", kFormat, "; compile it again"));
  }
  if (absl::Status status = Check(tables->pack); !status.ok()) return status;
  return tables;
}

std::string SerializePack(const pb::Pack& pack) {
  pb::Pack stamped = pack;
  stamped.set_format(kFormat);
  const std::string body = stamped.SerializeAsString();
  std::string out(kPackMagic);
  out += Digest(body);
  out += body;
  return out;
}

}  // namespace phiveil
