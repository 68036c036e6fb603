#ifndef PHIVEIL_RULES_COMPILER_PACK_SOURCE_H_
#define PHIVEIL_RULES_COMPILER_PACK_SOURCE_H_

// A pack as people wrote it, read and checked one piece at a time; how the pieces fit together is
// checked by pack_compiler.h.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/lists.h"
#include "compiler/macros.h"
#include "compiler/marks.h"
#include "compiler/yaml.h"
#include "pack.pb.h"
#include "phiveil/category.h"
#include "phiveil/finding.h"

namespace phiveil::rules {

struct ClassSource {
  std::string name;
  std::vector<std::string> words;  // inline
  std::unique_ptr<ListFile> list;  // may be null
  const YamlNode* node = nullptr;
};

struct CueSource {
  std::vector<std::string> words;
  std::vector<const YamlNode*> word_nodes;
  pb::Cue::Side side = pb::Cue::BEFORE;
  uint32_t within = 1;
  float add = 0;
};

struct ExampleSource {
  MarkedText marked;
  const YamlNode* node = nullptr;
};

enum class RuleKind { kPattern, kForm, kList, kField };

struct RuleSource {
  const YamlFile* file = nullptr;
  const YamlNode* node = nullptr;
  const YamlNode* text_node = nullptr;  // of pattern, form, list or field

  std::string id;
  std::string status;
  std::string about;
  Category category = Category::kSafe;
  Subtype subtype = Subtype::kNone;
  RuleKind kind = RuleKind::kPattern;
  std::string text;  // empty for fields
  std::vector<const YamlNode*> fields;
  bool caseless = true;
  pb::Boundary boundary = pb::BOUNDARY_TOKEN;
  std::string extend;
  float score = 0;
  float veto = 0;
  std::vector<CueSource> cues;
  std::vector<std::string> validators;
  std::vector<std::string> allow;
  std::vector<ExampleSource> examples;

  bool retired() const { return status == "retired"; }
};

struct CaseSource {
  std::string path;                  // mrn.cases
  std::optional<Category> category;  // of the rule file beside it; nothing: of all
};

struct PackSource {
  std::string dir;
  std::string name;
  std::string version;
  std::string about;
  Macros macros;
  std::unique_ptr<pb::Model> model;  // may be null
  std::vector<ClassSource> classes;
  std::vector<RuleSource> rules;  // retired ones too
  std::vector<CaseSource> cases;
  std::vector<std::string> no_values;
  const YamlFile* hl7_file = nullptr;  // may stay null
  const YamlFile* pack_file = nullptr;
  std::vector<std::unique_ptr<YamlFile>> files;  // what all nodes point into
};

// Reads `dir`/pack.yaml and all it names. nullptr when pack.yaml itself cannot be read.
std::unique_ptr<PackSource> ReadPack(const std::string& dir, Diagnostics* diagnostics);

// One rule file, for ReadPack: appends its rules.
void ReadRuleFile(const YamlFile& file, PackSource* pack, Diagnostics* diagnostics);

// Words of the rule language for values of the pack format.
std::string_view SubtypeName(Subtype subtype);
std::string_view BoundaryName(pb::Boundary boundary);
std::string_view SideName(pb::Cue::Side side);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_PACK_SOURCE_H_
