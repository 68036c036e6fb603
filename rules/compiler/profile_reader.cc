#include "compiler/profile_reader.h"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "compiler/keys.h"
#include "compiler/yaml.h"

namespace phiveil::rules {
namespace {

constexpr std::string_view kProviders[] = {"anthropic_api", "amazon_bedrock"};
constexpr std::string_view kTls[] = {"1.0", "1.1", "1.2", "1.3"};
constexpr std::string_view kOwners[] = {"customer", "provider"};
constexpr std::string_view kUnknown[] = {"leave_out", "pass"};

constexpr Key kProfile[] = {
    {"name", KeyType::kText, true},
    {"version", KeyType::kText, true},
    {"about", KeyType::kText, true},
    {"provider", KeyType::kText, true, 0, 0, kProviders},
    {"model", KeyType::kText},
    {"baa", KeyType::kMap, true},
    {"dpa", KeyType::kMap, true},
    {"training", KeyType::kMap, true},
    {"inference_region", KeyType::kText, true},
    {"vault_region", KeyType::kText, true},
    {"allowed_regions", KeyType::kMap, true},
    {"tls_minimum", KeyType::kText, true, 0, 0, kTls},
    {"at_rest", KeyType::kMap, true},
    {"register", KeyType::kMap},
};
constexpr Key kAgreement[] = {
    {"in_place", KeyType::kBool, true}, {"with", KeyType::kText},  {"reference", KeyType::kText},
    {"from", KeyType::kText},           {"until", KeyType::kText},
};
constexpr Key kTraining[] = {{"excluded", KeyType::kBool, true}, {"reference", KeyType::kText}};
constexpr Key kRegions[] = {{"US", KeyType::kTextList}, {"EU", KeyType::kTextList}};
constexpr Key kAtRest[] = {{"encrypted", KeyType::kBool, true}, {"key_owner", KeyType::kText, false, 0, 0, kOwners}};
constexpr Key kRegister[] = {
    {"controller", KeyType::kMap},
    {"representative", KeyType::kMap},
    {"data_protection_officer", KeyType::kMap},
    {"sub_processors", KeyType::kList},
    {"purposes", KeyType::kTextList},
    {"data_subjects", KeyType::kTextList},
    {"data_categories", KeyType::kTextList},
    {"recipients", KeyType::kTextList},
    {"measures", KeyType::kTextList},
    {"transfers", KeyType::kList},
    {"retention", KeyType::kText},
};
constexpr Key kParty[] = {{"name", KeyType::kText, true},
                          {"contact", KeyType::kText},
                          {"role", KeyType::kText},
                          {"location", KeyType::kText}};
constexpr Key kTransfer[] = {{"country", KeyType::kText, true}, {"safeguard", KeyType::kText, true}};
constexpr Key kTask[] = {
    {"name", KeyType::kText, true},
    {"version", KeyType::kText, true},
    {"about", KeyType::kText, true},
    {"purpose", KeyType::kText, true},
    {"may_stay", KeyType::kTextList, true},
    {"sections", KeyType::kTextList, true},
    {"left_out", KeyType::kTextList},
    {"fields", KeyType::kTextList},
    {"unknown", KeyType::kText, false, 0, 0, kUnknown},
};

class Reader {
 public:
  Reader(const YamlFile& file, Diagnostics* diagnostics) : file_(file), diagnostics_(diagnostics) {}

  std::optional<DeploymentProfile> Profile() {
    const YamlNode& root = file_.root;
    if (!Check(root, "a deployment profile", kProfile)) return std::nullopt;
    DeploymentProfile out;
    out.name = Text(root, "name");
    out.version = Text(root, "version");
    out.about = Text(root, "about");
    out.provider = Text(root, "provider") == "amazon_bedrock" ? Provider::kAmazonBedrock : Provider::kAnthropicApi;
    out.model = Text(root, "model");
    out.inference_region = Text(root, "inference_region");
    out.vault_region = Text(root, "vault_region");
    out.tls_minimum = Text(root, "tls_minimum");
    if (const YamlNode* node = Map(root, "baa", "an agreement", kAgreement)) out.baa = ReadAgreement(*node);
    if (const YamlNode* node = Map(root, "dpa", "an agreement", kAgreement)) out.dpa = ReadAgreement(*node);
    if (const YamlNode* node = Map(root, "training", "the terms of training", kTraining)) {
      out.no_training = BoolOf(*node, "excluded").value_or(false);
      out.training_reference = Text(*node, "reference");
    }
    if (const YamlNode* node = Map(root, "allowed_regions", "allowed_regions", kRegions)) {
      out.us_regions = Texts(*node, "US");
      out.eu_regions = Texts(*node, "EU");
    }
    if (const YamlNode* node = Map(root, "at_rest", "at_rest", kAtRest)) {
      out.encrypted_at_rest = BoolOf(*node, "encrypted").value_or(false);
      out.key_owner = Text(*node, "key_owner");
    }
    if (const YamlNode* node = Map(root, "register", "the register", kRegister)) ReadRegister(*node, &out);
    if (diagnostics_->errors() > 0) return std::nullopt;
    return out;
  }

  std::optional<TaskProfile> Task() {
    const YamlNode& root = file_.root;
    if (!Check(root, "a task", kTask)) return std::nullopt;
    TaskProfile out;
    out.name = Text(root, "name");
    out.version = Text(root, "version");
    out.about = Text(root, "about");
    out.purpose = Text(root, "purpose");
    out.sections = Texts(root, "sections");
    out.left_out = Texts(root, "left_out");
    out.fields = Texts(root, "fields");
    out.pass_unknown = Text(root, "unknown") == "pass";
    for (const YamlNode& node : ListOf(root, "may_stay")) {
      const auto category = ParseCategory(node.value);
      if (category && *category != Category::kSafe) {
        out.may_stay[static_cast<size_t>(*category)] = true;
      } else {
        diagnostics_->Report(Code::kUnknownCategory, file_.At(node), Concat("no category `", node.value, "` may stay"),
                             DidYouMean(node.value, CategoryNames(), "see the categories of a policy"));
      }
    }
    if (diagnostics_->errors() > 0) return std::nullopt;
    return out;
  }

 private:
  bool Check(const YamlNode& node, std::string_view what, std::span<const Key> keys) {
    return CheckMap(file_, node, KeyTable{what, keys}, diagnostics_);
  }
  static std::string Text(const YamlNode& map, std::string_view key) {
    return std::string(TextOf(map, key).value_or(""));
  }
  static std::vector<std::string> Texts(const YamlNode& map, std::string_view key) {
    std::vector<std::string> out;
    for (const YamlNode& node : ListOf(map, key)) out.push_back(node.value);
    return out;
  }
  const YamlNode* Map(const YamlNode& map, std::string_view key, std::string_view what, std::span<const Key> keys) {
    const YamlNode* node = map.Find(key);
    return node != nullptr && Check(*node, what, keys) ? node : nullptr;
  }

  static Agreement ReadAgreement(const YamlNode& node) {
    return {BoolOf(node, "in_place").value_or(false), Text(node, "with"), Text(node, "reference"), Text(node, "from"),
            Text(node, "until")};
  }
  static DeploymentProfile::Party ReadParty(const YamlNode& node) {
    return {Text(node, "name"), Text(node, "contact"), Text(node, "role"), Text(node, "location")};
  }

  void ReadRegister(const YamlNode& node, DeploymentProfile* out) {
    if (const YamlNode* party = Map(node, "controller", "a party", kParty)) out->controller = ReadParty(*party);
    if (const YamlNode* party = Map(node, "representative", "a party", kParty)) out->representative = ReadParty(*party);
    if (const YamlNode* party = Map(node, "data_protection_officer", "a party", kParty)) {
      out->protection_officer = ReadParty(*party);
    }
    for (const YamlNode& party : ListOf(node, "sub_processors")) {
      if (Check(party, "a party", kParty)) out->sub_processors.push_back(ReadParty(party));
    }
    for (const YamlNode& transfer : ListOf(node, "transfers")) {
      if (Check(transfer, "a transfer", kTransfer))
        out->transfers.emplace_back(Text(transfer, "country"), Text(transfer, "safeguard"));
    }
    out->purposes = Texts(node, "purposes");
    out->data_subjects = Texts(node, "data_subjects");
    out->data_categories = Texts(node, "data_categories");
    out->recipients = Texts(node, "recipients");
    out->measures = Texts(node, "measures");
    out->retention = Text(node, "retention");
  }

  const YamlFile& file_;
  Diagnostics* diagnostics_;
};

}  // namespace

std::optional<DeploymentProfile> ReadDeploymentProfile(std::string path, std::string text, Diagnostics* diagnostics) {
  const std::unique_ptr<YamlFile> file = ParseYaml(std::move(path), std::move(text), diagnostics);
  return file == nullptr ? std::nullopt : Reader(*file, diagnostics).Profile();
}

std::optional<TaskProfile> ReadTaskProfile(std::string path, std::string text, Diagnostics* diagnostics) {
  const std::unique_ptr<YamlFile> file = ParseYaml(std::move(path), std::move(text), diagnostics);
  return file == nullptr ? std::nullopt : Reader(*file, diagnostics).Task();
}

}  // namespace phiveil::rules
