#include "compiler/policy_compiler.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "compiler/keys.h"
#include "compiler/yaml.h"
#include "phiveil/policy.h"
#include "policy.pb.h"

namespace phiveil::rules {
namespace {

constexpr float kUsualThreshold = 0.5f;
constexpr uint32_t kFormat = 1;
constexpr uint32_t kExpiringFormat = 2;
constexpr std::string_view kExpireAfter = "expire_after";

// The number of a key's value; the table of keys has them in the order of Action, Show and Basis.
uint32_t NumberOfValue(const KeyTable& table, const YamlNode& map, std::string_view key) {
  const auto row = std::find_if(table.keys.begin(), table.keys.end(), [&](const Key& k) { return k.name == key; });
  const auto value = std::find(row->values.begin(), row->values.end(), TextOf(map, key).value_or(""));
  return value == row->values.end() ? 0 : static_cast<uint32_t>(value - row->values.begin());
}

// "90d", "12w"; nothing for anything else.
std::optional<uint32_t> DaysOf(std::string_view text) {
  constexpr size_t kMostDigits = 6;
  if (text.size() < 2 || text.size() > kMostDigits) return std::nullopt;
  const char unit = text.back();
  if (unit != 'd' && unit != 'w') return std::nullopt;
  uint32_t number = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<uint32_t>(c - '0');
  }
  const uint32_t days = unit == 'w' ? number * 7 : number;
  return days >= 1 && days <= Policy::kMostExpireDays ? std::optional(days) : std::nullopt;
}

bool HasWord(std::string_view text, std::string_view word) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]))) return true;
  }
  return false;
}

class PolicyCompiler {
 public:
  PolicyCompiler(const YamlFile& file, Diagnostics* diagnostics) : file_(file), diagnostics_(diagnostics) {}

  std::optional<std::string> Compile() {
    const YamlNode& root = file_.root;
    if (!CheckMap(file_, root, PolicyKeys(), diagnostics_)) return std::nullopt;
    pb::Policy policy;
    policy.set_format(kFormat);
    policy.set_name(std::string(TextOf(root, "name").value_or("")));
    policy.set_version(std::string(TextOf(root, "version").value_or("")));
    policy.set_about(std::string(TextOf(root, "about").value_or("")));
    policy.set_claim(std::string(TextOf(root, "claim").value_or("")));
    policy.set_basis(NumberOfValue(PolicyKeys(), root, "basis"));
    policy.set_expire_after_days(ReadExpiry(root));
    pb::CategoryRule usual;
    if (const YamlNode* node = root.Find("default"); node != nullptr && node->kind == YamlNode::Kind::kMap) {
      usual = ReadRule(*node);
    }
    if (const YamlNode* node = root.Find("categories")) ReadCategories(*node);
    if (diagnostics_->errors() > 0) return std::nullopt;
    if (expires_) policy.set_format(kExpiringFormat);
    for (size_t i = 1; i < kCategoryCount; ++i) {
      const auto category = static_cast<Category>(i);
      pb::CategoryRule* rule = policy.add_categories();
      const auto own = rules_.find(category);
      *rule = own == rules_.end() ? usual : own->second;
      rule->set_category(static_cast<uint32_t>(i));
    }
    std::string bytes = policy.SerializeAsString();
    const absl::StatusOr<Policy> loaded = Policy::Load(bytes);
    if (loaded.ok()) return bytes;
    const absl::string_view message = loaded.status().message();
    ReportClaim({message.data(), message.size()});
    return std::nullopt;
  }

 private:
  pb::CategoryRule ReadRule(const YamlNode& node) {
    pb::CategoryRule rule;
    if (!CheckMap(file_, node, CategoryRuleKeys(), diagnostics_)) return rule;
    rule.set_action(NumberOfValue(CategoryRuleKeys(), node, "action"));
    rule.set_show(NumberOfValue(CategoryRuleKeys(), node, "show"));
    rule.set_threshold(static_cast<float>(NumberOf(node, "threshold").value_or(kUsualThreshold)));
    rule.set_keep_year(BoolOf(node, "keep_year").value_or(false));
    rule.set_keep_weekday(BoolOf(node, "keep_weekday").value_or(false));
    rule.set_keep_under_90(BoolOf(node, "keep_under_90").value_or(false));
    rule.set_max_days(static_cast<uint32_t>(NumberOf(node, "max_days").value_or(0)));
    rule.set_whole_weeks(BoolOf(node, "whole_weeks").value_or(false));
    rule.set_weekdays(BoolOf(node, "weekdays").value_or(false));
    rule.set_keep_last(static_cast<uint32_t>(NumberOf(node, "keep_last").value_or(0)));
    rule.set_keep_initials(BoolOf(node, "keep_initials").value_or(false));
    rule.set_expire_after_days(ReadExpiry(node));
    return rule;
  }

  // 0 where nothing is said.
  uint32_t ReadExpiry(const YamlNode& map) {
    const auto text = TextOf(map, kExpireAfter);
    if (!text) return 0;
    expires_ = true;
    const auto days = DaysOf(*text);
    if (!days) {
      diagnostics_->Report(
          Code::kOutOfRange, file_.At(*map.Find(kExpireAfter)),
          Concat("`expire_after` is a number of days or weeks, of ", Policy::kMostExpireDays, " days at most"),
          "write 90d or 12w");
    }
    return days.value_or(0);
  }

  void ReadCategories(const YamlNode& categories) {
    for (size_t i = 0; i < categories.keys.size(); ++i) {
      const YamlNode& key = categories.keys[i];
      const std::optional<Category> category = ParseCategory(key.value);
      if (!category || *category == Category::kSafe) {
        diagnostics_->Report(Code::kUnknownCategory, file_.At(key), Concat("no category `", key.value, "` in a policy"),
                             DidYouMean(key.value, CategoryNames(), Concat("one of: ", Join(CategoryNames()))));
        continue;
      }
      rules_[*category] = ReadRule(categories.items[i]);
      nodes_[*category] = &key;
    }
  }

  // At the category that the refusal names, or at the basis that is not borne.
  void ReportClaim(std::string_view message) {
    const YamlNode* at = file_.root.Find("basis");
    for (const auto& [category, node] : nodes_) {
      if (HasWord(message, CategoryName(category))) at = node;
    }
    diagnostics_->Report(Code::kPolicyClaim, file_.At(at == nullptr ? file_.root : *at), std::string(message),
                         "change the action, or state a basis that the actions bear");
  }

  const YamlFile& file_;
  Diagnostics* diagnostics_;
  bool expires_ = false;
  std::map<Category, pb::CategoryRule> rules_;
  std::map<Category, const YamlNode*> nodes_;
};

}  // namespace

std::optional<std::string> CompilePolicyText(std::string path, std::string text, Diagnostics* diagnostics) {
  const std::unique_ptr<YamlFile> file = ParseYaml(std::move(path), std::move(text), diagnostics);
  return file == nullptr ? std::nullopt : PolicyCompiler(*file, diagnostics).Compile();
}

std::optional<std::string> CompilePolicy(const std::string& path, Diagnostics* diagnostics) {
  std::optional<std::string> text = ReadFile(path, YamlLimits::kBytes, diagnostics);
  return text ? CompilePolicyText(path, *std::move(text), diagnostics) : std::nullopt;
}

}  // namespace phiveil::rules
