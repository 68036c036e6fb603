#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/concat.h"
#include "compiler/field_compiler.h"
#include "compiler/keys.h"

namespace phiveil::rules {
namespace {

constexpr uint32_t kMostNumber = 200;  // of a field or component

bool IsCapitalOrDigit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool IsTypeId(std::string_view id) {
  return id.size() >= 2 && id.size() <= 3 && id[0] >= 'A' && id[0] <= 'Z' &&
         std::all_of(id.begin(), id.end(), IsCapitalOrDigit);
}

bool IsSegmentId(std::string_view id) { return id.size() == 3 && IsTypeId(id); }

std::optional<uint32_t> Number(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > kMostNumber)
    return std::nullopt;
  return value;
}

class Hl7Compiler {
 public:
  Hl7Compiler(const YamlFile& file, const FieldCompiler& names, pb::Fields* out, Diagnostics* diagnostics)
      : file_(file), names_(names), out_(out), diagnostics_(diagnostics) {}

  void Compile() {
    if (!CheckMap(file_, file_.root, Hl7Keys(), diagnostics_)) return;
    if (const YamlNode* unlisted = file_.root.Find("unlisted"))
      out_->set_hl7_unlisted(NameOf(*unlisted, unlisted->value));
    CompileKinds(file_.root.Find("kinds"));
    const YamlNode* types = file_.root.Find("types");
    const YamlNode* segments = file_.root.Find("segments");
    if (types == nullptr || segments == nullptr) return;
    for (const YamlNode& key : types->keys) AddTypeId(key);
    for (size_t i = 0; i < types->keys.size(); ++i) CompileType(types->keys[i], types->items[i]);
    for (size_t i = 0; i < segments->keys.size(); ++i) CompileSegment(segments->keys[i], segments->items[i]);
  }

 private:
  void Report(const YamlNode& node, std::string message, std::string advice = "") {
    diagnostics_->Report(Code::kBadHl7, file_.At(node), std::move(message), std::move(advice));
  }

  uint32_t NameOf(const YamlNode& node, std::string_view name) {
    const uint32_t number = names_.NumberOf(name);
    if (number == 0) {
      Report(node, Concat("no rule has a field `", name, "`"),
             DidYouMean(name, names_.Names(), "it must stand under `field:` of a rule of this pack"));
    }
    return number;
  }

  void CompileKinds(const YamlNode* kinds) {
    if (kinds == nullptr) return;
    for (size_t i = 0; i < kinds->keys.size(); ++i) {
      pb::Hl7Kind* kind = out_->add_hl7_kinds();
      kind->set_code(kinds->keys[i].value);
      kind->set_name(NameOf(kinds->items[i], kinds->items[i].value));
    }
  }

  void AddTypeId(const YamlNode& key) {
    if (!IsTypeId(key.value))
      Report(key, Concat("`", key.value, "` cannot be a type"), "two or three capitals or digits");
    types_.emplace(key.value, static_cast<uint32_t>(types_.size()) + 1);
  }

  void CompileType(const YamlNode& key, const YamlNode& node) {
    pb::Hl7Type* type = out_->add_hl7_types();
    type->set_id(key.value);
    if (node.kind != YamlNode::Kind::kMap) return Report(node, "a type is a map of `is`, `kind` and components");
    for (size_t i = 0; i < node.keys.size(); ++i) {
      const YamlNode& name = node.keys[i];
      const YamlNode& value = node.items[i];
      if (name.value == "is") {
        type->set_text(value.value == "text");
        if (!type->text()) type->set_name(NameOf(value, value.value));
      } else if (name.value == "kind") {
        for (const YamlNode& part : value.kind == YamlNode::Kind::kList ? value.items : std::vector<YamlNode>{value}) {
          const std::optional<uint32_t> number = Number(part.value);
          if (!number) Report(part, "a kind stands in a component: give its number");
          if (number) type->add_kind_parts(*number);
        }
      } else {
        CompilePart(name, value, type->mutable_parts());
      }
    }
    Sort(type->mutable_parts());
  }

  void CompileSegment(const YamlNode& key, const YamlNode& node) {
    if (!IsSegmentId(key.value))
      return Report(key, Concat("`", key.value, "` cannot be a segment"), "three capitals or digits");
    pb::Hl7Segment* segment = out_->add_hl7_segments();
    segment->set_id(key.value);
    if (node.kind == YamlNode::Kind::kNull) return;
    if (node.kind != YamlNode::Kind::kMap) return Report(node, "a segment is a map of field numbers");
    for (size_t i = 0; i < node.keys.size(); ++i) CompilePart(node.keys[i], node.items[i], segment->mutable_fields());
    Sort(segment->mutable_fields());
  }

  // `value`, `text`, `by 2`, `XPN`, `XPN patient name`, `patient name`
  template <typename Parts>
  void CompilePart(const YamlNode& key, const YamlNode& value, Parts* parts) {
    const std::optional<uint32_t> number = Number(key.value);
    if (!number) {
      return Report(key, Concat("`", key.value, "` is no number of a field"), Concat("from 1 to ", kMostNumber));
    }
    pb::Hl7Part* part = parts->Add();
    part->set_number(*number);
    std::string_view text = value.value;
    if (text == "value" || text == "text") {
      part->set_kind(text == "value" ? pb::Hl7Part::VALUE : pb::Hl7Part::TEXT);
      return;
    }
    const size_t space = text.find(' ');
    const std::string_view first = text.substr(0, space);
    if (first == "by" && space != std::string_view::npos && Number(text.substr(space + 1))) {
      part->set_kind(pb::Hl7Part::BY_FIELD);
      part->set_type(*Number(text.substr(space + 1)));
      return;
    }
    if (IsTypeId(first)) {
      const auto type = types_.find(first);
      if (type == types_.end()) {
        std::vector<std::string_view> known;
        for (const auto& [id, ignored] : types_) known.push_back(id);
        return Report(value, Concat("no type `", first, "`"), DidYouMean(first, known, "declare it under `types:`"));
      }
      part->set_type(type->second);
      text = space == std::string_view::npos ? "" : text.substr(space + 1);
    }
    if (!text.empty()) part->set_name(NameOf(value, text));
  }

  template <typename Parts>
  static void Sort(Parts* parts) {
    std::sort(parts->begin(), parts->end(),
              [](const pb::Hl7Part& a, const pb::Hl7Part& b) { return a.number() < b.number(); });
  }

  const YamlFile& file_;
  const FieldCompiler& names_;
  pb::Fields* out_;
  Diagnostics* diagnostics_;
  std::map<std::string, uint32_t, std::less<>> types_;  // to the number plus one
};

}  // namespace

void CompileHl7(const YamlFile& file, const FieldCompiler& names, pb::Fields* out, Diagnostics* diagnostics) {
  Hl7Compiler(file, names, out, diagnostics).Compile();
}

}  // namespace phiveil::rules
