#include "compiler/field_compiler.h"

#include "base/concat.h"
#include "structure/field_names.h"

namespace phiveil::rules {
namespace {

constexpr std::string_view kEnding = "* ";

}  // namespace

std::string FieldWords(std::string_view name) {
  if (LooksLikeOid(name)) return std::string(name);
  std::string out;
  for (const std::string_view word : SplitName(name)) {
    if (!out.empty()) out += ' ';
    for (const char c : word) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return out;
}

void FieldCompiler::AddRule(const RuleSource& rule, uint32_t number) {
  for (const YamlNode* node : rule.fields) {
    std::string_view name = node->value;
    const bool ending = name.starts_with(kEnding);
    if (ending) name.remove_prefix(kEnding.size());
    const std::string words = FieldWords(name);
    const Location where = rule.file->At(*node);
    if (words.empty()) {
      diagnostics_->Report(Code::kBadField, where, "a field's name without a letter");
      continue;
    }
    if (SplitName(words).size() > FieldNames::kMostWords) {
      diagnostics_->Report(Code::kBadField, where, "a field's name of too many words",
                           "its last words are enough: a name is found at the end of longer ones");
      continue;
    }
    const Owner owner{&rule, static_cast<uint32_t>(out_->names_size()) + 1};
    const auto [known, fresh] = (ending ? endings_ : whole_).emplace(words, owner);
    if (!fresh) {
      const RuleSource& other = *known->second.rule;
      diagnostics_->Report(Code::kBadField, where, Concat("`", words, "` is a name of ", other.id, " already"),
                           "case, underscores and digits do not tell names apart");
      continue;
    }
    pb::FieldName* out = out_->add_names();
    out->set_words(words);
    out->set_ending(ending);
    out->set_rule(number);
  }
}

void FieldCompiler::AddRest(const PackSource& source) {
  for (const std::string& value : source.no_values) out_->add_no_values(value);
  if (source.hl7_file != nullptr) CompileHl7(*source.hl7_file, *this, out_, diagnostics_);
}

uint32_t FieldCompiler::NumberOf(std::string_view name) const {
  const std::string words = FieldWords(name);
  if (const auto found = whole_.find(words); found != whole_.end()) return found->second.number;
  if (const auto found = endings_.find(words); found != endings_.end()) return found->second.number;
  return 0;
}

std::vector<std::string_view> FieldCompiler::Names() const {
  std::vector<std::string_view> names;
  for (const auto& [words, owner] : whole_) names.push_back(words);
  for (const auto& [words, owner] : endings_) names.push_back(words);
  return names;
}

}  // namespace phiveil::rules
