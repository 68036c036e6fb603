#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/concat.h"
#include "compiler/keys.h"
#include "compiler/pack_source.h"
#include "text/document.h"
#include "text/token_class.h"

namespace phiveil::rules {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestModel = size_t{64} << 20;
constexpr std::string_view kDefaultLists[] = {"lists", "../../lists"};

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// A file's name as a pack may write it: relative, and not out of its folder.
bool IsPlainName(std::string_view name) {
  const fs::path path(name);
  return !name.empty() && path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

bool IsClassName(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return !name.empty() && name[0] >= 'A' && name[0] <= 'Z' &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

class PackReader {
 public:
  PackReader(PackSource* pack, Diagnostics* diagnostics) : pack_(pack), diagnostics_(diagnostics) {}

  void Read(const YamlFile& file) {
    const YamlNode& root = file.root;
    if (!CheckMap(file, root, PackKeys(), diagnostics_)) return;
    pack_->pack_file = &file;
    pack_->name = TextOf(root, "pack").value_or("");
    pack_->version = TextOf(root, "version").value_or("");
    pack_->about = TextOf(root, "about").value_or("");
    ReadModel(file, root.Find("model"));
    ReadMacros(file, root.Find("macros"));
    ReadClasses(file, root);
    ReadRuleFiles(file, ListOf(root, "rules"));
    ReadHl7(file, root.Find("hl7"));
    for (const YamlNode& value : ListOf(root, "no_values")) {
      if (value.kind == YamlNode::Kind::kScalar) pack_->no_values.push_back(value.value);
    }
    ReportUnlisted();
  }

 private:
  void ReadModel(const YamlFile& file, const YamlNode* node) {
    if (node == nullptr || node->kind != YamlNode::Kind::kScalar) return;
    if (!IsPlainName(node->value)) {
      diagnostics_->Report(Code::kBadModel, file.At(*node), "a model is named relative to the pack's folder");
      return;
    }
    const std::optional<std::string> bytes =
        ReadFile((fs::path(pack_->dir) / node->value).string(), kLargestModel, diagnostics_);
    if (!bytes.has_value()) return;
    pack_->model = std::make_unique<pb::Model>();
    if (!pack_->model->ParseFromString(*bytes)) {
      diagnostics_->Report(Code::kBadModel, file.At(*node), Concat("`", node->value, "` is not a name model"),
                           "make it with phiveil-train");
      pack_->model.reset();
    }
  }

  void ReadMacros(const YamlFile& file, const YamlNode* macros) {
    if (macros == nullptr) return;
    for (size_t i = 0; i < macros->keys.size(); ++i) {
      const YamlNode& key = macros->keys[i];
      const YamlNode& body = macros->items[i];
      if (!IsMacroName(key.value)) {
        diagnostics_->Report(Code::kBadMacro, file.At(key), Concat("`", key.value, "` cannot be a macro's name"),
                             "lower-case letters, digits and underscores, first a letter");
      } else if (body.kind != YamlNode::Kind::kScalar || body.value.empty()) {
        diagnostics_->Report(Code::kBadMacro, file.At(body), "a macro stands for a text",
                             "put single quotes around it");
      } else {
        pack_->macros[key.value] = {body.value, &file, &key, &body};
      }
    }
  }

  void ReadClasses(const YamlFile& file, const YamlNode& root) {
    std::set<std::string_view> names;
    for (const YamlNode& node : ListOf(root, "classes")) {
      if (node.kind != YamlNode::Kind::kMap) continue;
      CheckMap(file, node, ClassKeys(), diagnostics_);
      const YamlNode* name_node = node.Find("class");
      const std::string_view name = TextOf(node, "class").value_or("");
      if (name.empty()) continue;
      if (!IsClassName(name)) {
        diagnostics_->Report(Code::kBadClass, file.At(*name_node), Concat("`", name, "` cannot be a class's name"),
                             "letters and digits, first a capital");
      } else if (StructuralClass(name).has_value()) {
        diagnostics_->Report(Code::kBadClass, file.At(*name_node), Concat("`", name, "` is a structural class"),
                             "choose another name");
      } else if (!names.insert(name).second) {
        diagnostics_->Report(Code::kBadClass, file.At(*name_node), Concat("class `", name, "` is declared twice"));
      } else {
        ReadClass(file, root, node, std::string(name));
      }
    }
    if (pack_->classes.size() > static_cast<size_t>(token_class::kMaxLists)) {
      const YamlNode& first = *pack_->classes[static_cast<size_t>(token_class::kMaxLists)].node;
      diagnostics_->Report(Code::kBadClass, file.At(first), Concat("more than ", token_class::kMaxLists, " classes"),
                           "merge those that are always used together");
      pack_->classes.resize(static_cast<size_t>(token_class::kMaxLists));
    }
  }

  void ReadClass(const YamlFile& file, const YamlNode& root, const YamlNode& node, std::string name) {
    ClassSource& out = pack_->classes.emplace_back();
    out.name = std::move(name);
    out.node = &node;
    const YamlNode* words = node.Find("words");
    const YamlNode* list = node.Find("file");
    if (words == nullptr && list == nullptr) {
      diagnostics_->Report(Code::kBadClass, file.At(node), Concat("class `", out.name, "` has no words"),
                           "give `words:`, `file:` or both");
    }
    for (const YamlNode& word : ListOf(node, "words")) {
      if (FoldWords(word.value).empty()) {
        diagnostics_->Report(Code::kBadClass, file.At(word), "a word without a letter or digit");
      } else {
        out.words.push_back(word.value);
      }
    }
    if (list != nullptr && list->kind == YamlNode::Kind::kScalar) out.list = FindList(file, root, *list);
  }

  std::unique_ptr<ListFile> FindList(const YamlFile& file, const YamlNode& root, const YamlNode& node) {
    if (!IsPlainName(node.value)) {
      diagnostics_->Report(Code::kBadList, file.At(node), "a list is named relative to the folders of lists");
      return nullptr;
    }
    std::vector<std::string_view> folders;
    for (const YamlNode& folder : ListOf(root, "lists")) folders.push_back(folder.value);
    if (folders.empty()) folders.assign(std::begin(kDefaultLists), std::end(kDefaultLists));
    for (std::string_view folder : folders) {
      const fs::path path = (fs::path(pack_->dir) / folder / node.value).lexically_normal();
      if (Exists(path)) return ReadList(path.string(), node.value, diagnostics_);
    }
    diagnostics_->Report(Code::kBadList, file.At(node), Concat("no list `", node.value, "`"),
                         Concat("looked in: ", Join(folders)));
    return nullptr;
  }

  void ReadRuleFiles(const YamlFile& file, std::span<const YamlNode> names) {
    for (const YamlNode& node : names) {
      if (node.kind != YamlNode::Kind::kScalar) continue;
      const fs::path path = fs::path(pack_->dir) / node.value;
      if (!IsPlainName(node.value) || path.extension() != ".yaml") {
        diagnostics_->Report(Code::kUnreadableFile, file.At(node),
                             "a rule file is named like `mrn.yaml`, in the pack's folder");
      } else if (!listed_.insert(node.value).second) {
        diagnostics_->Report(Code::kDuplicateId, file.At(node), Concat("`", node.value, "` is listed twice"));
      } else if (!Exists(path)) {
        diagnostics_->Report(Code::kUnreadableFile, file.At(node),
                             Concat("no file `", node.value, "` beside pack.yaml"));
      } else if (std::unique_ptr<YamlFile> rules = LoadYaml(path.string(), diagnostics_); rules != nullptr) {
        ReadRuleFile(*rules, pack_, diagnostics_);
        AddCases(path, *rules);
        pack_->files.push_back(std::move(rules));
      }
    }
  }

  void ReadHl7(const YamlFile& file, const YamlNode* node) {
    if (node == nullptr || node->kind != YamlNode::Kind::kScalar) return;
    if (!IsPlainName(node->value)) {
      diagnostics_->Report(Code::kUnreadableFile, file.At(*node),
                           "a table of HL7 is named like `hl7.yaml`, in the pack's folder");
      return;
    }
    listed_.insert(node->value);
    std::unique_ptr<YamlFile> table = LoadYaml((fs::path(pack_->dir) / node->value).string(), diagnostics_);
    if (table == nullptr) return;
    pack_->hl7_file = table.get();
    pack_->files.push_back(std::move(table));
  }

  void AddCases(fs::path path, const YamlFile& rules) {
    path.replace_extension(".cases");
    const auto category = ParseCategory(TextOf(rules.root, "category").value_or(""));
    const bool known = category.has_value() || rules.root.Find("category") == nullptr;
    if (known && Exists(path)) pack_->cases.push_back({path.string(), category});
  }

  void ReportUnlisted() {
    std::error_code ignored;
    std::vector<std::string> unlisted;
    for (const auto& entry : fs::directory_iterator(pack_->dir, ignored)) {
      const std::string name = entry.path().filename().string();
      if (entry.path().extension() == ".yaml" && name != "pack.yaml" && !listed_.contains(name))
        unlisted.push_back(name);
    }
    std::sort(unlisted.begin(), unlisted.end());
    for (const std::string& name : unlisted) {
      diagnostics_->ReportFile(Code::kUnlistedFile, (fs::path(pack_->dir) / name).string(),
                               "not listed under `rules:` in pack.yaml, so not compiled");
    }
  }

  PackSource* pack_;
  Diagnostics* diagnostics_;
  std::set<std::string, std::less<>> listed_;
};

}  // namespace

std::unique_ptr<PackSource> ReadPack(const std::string& dir, Diagnostics* diagnostics) {
  auto pack = std::make_unique<PackSource>();
  pack->dir = dir;
  std::unique_ptr<YamlFile> file = LoadYaml((fs::path(dir) / "pack.yaml").string(), diagnostics);
  if (file == nullptr) return nullptr;
  const YamlFile& pack_file = *file;
  pack->files.push_back(std::move(file));
  PackReader(pack.get(), diagnostics).Read(pack_file);
  return pack;
}

}  // namespace phiveil::rules
