#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/concat.h"
#include "compiler/keys.h"
#include "compiler/pack_source.h"
#include "recognize/validators.h"
#include "text/document.h"

namespace phiveil::rules {
namespace {

constexpr size_t kLongestId = 80;
constexpr size_t kMostCueWords = 8;

constexpr std::string_view kSubtypeNames[] = {"",        "year",     "birth_year", "birth_date", "weekday", "time",
                                              "patient", "relative", "staff",      "user_name",  "token"};
constexpr std::string_view kBoundaryNames[] = {"token", "run", "none", "space"};  // in the order of pb::Boundary
constexpr std::string_view kSideNames[] = {"before", "after", "either"};          // in the order of pb::Cue::Side

template <size_t N>
int IndexOf(const std::string_view (&names)[N], std::string_view name) {
  const auto found = std::find(std::begin(names), std::end(names), name);
  return found == std::end(names) ? 0 : static_cast<int>(found - std::begin(names));
}

// us.mrn.labelled
bool IsRuleId(std::string_view id) {
  bool word = false;  // the part has begun
  int parts = 1;
  for (char c : id) {
    if (c == '.') {
      if (!word) return false;
      word = false;
      ++parts;
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ((c == '_' || c == '-') && word)) {
      word = true;
    } else {
      return false;
    }
  }
  return word && parts >= 2 && id.size() <= kLongestId;
}

// Texts in `allow` are compared as they stand; these are what one writes who expects a pattern.
bool LooksLikePattern(std::string_view text) {
  constexpr std::string_view kSigns[] = {".*", ".+", "\\d", "\\w", "\\b", "\\s", "(?:", "[0-9", "[A-Z", "[a-z"};
  return text.starts_with('^') || text.ends_with('$') ||
         std::any_of(std::begin(kSigns), std::end(kSigns),
                     [&](std::string_view sign) { return text.find(sign) != std::string_view::npos; });
}

class RuleReader {
 public:
  RuleReader(const YamlFile& file, const YamlNode& node, Category category, Diagnostics* diagnostics)
      : file_(file), node_(node), diagnostics_(diagnostics) {
    rule_.file = &file;
    rule_.node = &node;
    rule_.category = category;
  }

  RuleSource Read() {
    ReadId();
    rule_.status = TextOf(node_, "status").value_or("");
    rule_.about = TextOf(node_, "about").value_or("");
    rule_.subtype = static_cast<Subtype>(IndexOf(kSubtypeNames, TextOf(node_, "subtype").value_or("")));
    rule_.boundary = static_cast<pb::Boundary>(IndexOf(kBoundaryNames, TextOf(node_, "boundary").value_or("token")));
    rule_.caseless = BoolOf(node_, "caseless").value_or(true);
    rule_.extend = TextOf(node_, "extend").value_or("");
    ReadKind();
    ReadWeight();
    for (const YamlNode& cue : ListOf(node_, "cues")) ReadCue(cue);
    for (const YamlNode& name : ListOf(node_, "validate")) ReadValidator(name);
    for (const YamlNode& allow : ListOf(node_, "allow")) ReadAllow(allow);
    ReadExamples();
    return std::move(rule_);
  }

 private:
  void Report(Code code, const YamlNode& node, std::string message, std::string advice = "") {
    diagnostics_->Report(code, file_.At(node), std::move(message), std::move(advice));
  }

  void ReadId() {
    rule_.id = TextOf(node_, "id").value_or("");
    if (!rule_.id.empty() && !IsRuleId(rule_.id)) {
      Report(Code::kBadId, *node_.Find("id"), Concat("`", rule_.id, "` cannot be a rule's id"),
             "lower-case words joined by dots, such as us.mrn.labelled");
    }
  }

  void ReadKind() {
    int kinds = 0;
    const std::pair<std::string_view, RuleKind> known[] = {{"pattern", RuleKind::kPattern},
                                                           {"form", RuleKind::kForm},
                                                           {"list", RuleKind::kList},
                                                           {"field", RuleKind::kField}};
    for (const auto& [key, kind] : known) {
      const YamlNode* text = node_.Find(key);
      if (text == nullptr) continue;
      ++kinds;
      rule_.kind = kind;
      rule_.text = text->value;
      rule_.text_node = text;
    }
    if (rule_.kind == RuleKind::kField && kinds == 1) ReadFields();
    if (kinds != 1) {
      Report(Code::kOneOf, node_, Concat("a rule has one of `pattern`, `form`, `list` and `field`; this has ", kinds));
      rule_.text.clear();
    }
    if (kinds == 1 && rule_.kind != RuleKind::kPattern) {
      for (std::string_view key : {"caseless", "boundary", "extend"}) {
        if (const YamlNode* value = node_.Find(key)) {
          Report(Code::kKeyNotHere, *value, Concat("`", key, "` belongs to patterns"), "remove it");
        }
      }
    }
  }

  void ReadFields() {
    for (const YamlNode& name : ListOf(node_, "field")) {
      if (name.kind == YamlNode::Kind::kScalar) rule_.fields.push_back(&name);
    }
    if (rule_.fields.empty()) Report(Code::kBadField, *rule_.text_node, "a rule of fields without a name of one");
    if (const YamlNode* cues = node_.Find("cues")) {
      Report(Code::kKeyNotHere, *cues, "a field's name is all that is known of its value", "remove the cues");
    }
  }

  void ReadWeight() {
    const bool safe = rule_.category == Category::kSafe;
    const std::string_view needed = safe ? "veto" : "score";
    const std::string_view other = safe ? "score" : "veto";
    if (node_.Find(needed) == nullptr) {
      Report(Code::kMissingKey, node_,
             Concat("a rule of category ", CategoryName(rule_.category), " needs the key `", needed, "`"));
    }
    if (const YamlNode* value = node_.Find(other)) {
      Report(Code::kKeyNotHere, *value,
             Concat("`", other, "` does not belong to category ", CategoryName(rule_.category)),
             Concat("use `", needed, "`"));
    }
    rule_.score = static_cast<float>(NumberOf(node_, "score").value_or(0));
    rule_.veto = static_cast<float>(NumberOf(node_, "veto").value_or(0));
  }

  void ReadCue(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::kMap) return;
    CheckMap(file_, node, CueKeys(), diagnostics_);
    CueSource& cue = rule_.cues.emplace_back();
    cue.side = static_cast<pb::Cue::Side>(IndexOf(kSideNames, TextOf(node, "side").value_or("before")));
    cue.within = static_cast<uint32_t>(std::clamp(NumberOf(node, "within").value_or(1), 1.0, 40.0));
    cue.add = static_cast<float>(NumberOf(node, "add").value_or(0));
    if (const YamlNode* add = node.Find("add"); add != nullptr && NumberOf(node, "add") == 0.0) {
      Report(Code::kBadCue, *add, "a cue that adds nothing");
    }
    if (const YamlNode* words = node.Find("words"); words != nullptr && ListOf(node, "words").empty()) {
      Report(Code::kBadCue, *words, "a cue without words");
    }
    for (const YamlNode& word : ListOf(node, "words")) {
      if (word.kind != YamlNode::Kind::kScalar) continue;
      const size_t count = FoldWords(word.value).size();
      if (count == 0 || count > kMostCueWords) {
        Report(Code::kBadCue, word, count == 0 ? "a cue without a letter or digit" : "a cue of too many words");
      } else {
        cue.words.push_back(word.value);
        cue.word_nodes.push_back(&word);
      }
    }
  }

  void ReadValidator(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::kScalar) return;
    if (!IsValidator(node.value)) {
      Report(Code::kUnknownValidator, node, Concat("no validator `", node.value, "`"),
             "the names are in engine/recognize/validators.h");
    } else if (std::find(rule_.validators.begin(), rule_.validators.end(), node.value) != rule_.validators.end()) {
      Report(Code::kDuplicateKey, node, Concat("validator `", node.value, "` is named twice"));
    } else {
      rule_.validators.push_back(node.value);
    }
  }

  void ReadAllow(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::kMap) return;
    CheckMap(file_, node, AllowKeys(), diagnostics_);
    const YamlNode* text = node.Find("text");
    if (text == nullptr || text->value.empty()) return;
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
    if (blank(text->value.front()) || blank(text->value.back())) {
      Report(Code::kBadAllow, *text, "an allowed text with space at its edge", "write the value alone");
    } else if (LooksLikePattern(text->value)) {
      Report(Code::kBadAllow, *text, "an allowed text is compared as it stands, and this looks like a pattern",
             "write out each text, or exclude them with a validator");
    } else {
      rule_.allow.push_back(text->value);
    }
  }

  void ReadExamples() {
    const YamlNode* list = node_.Find("examples");
    if (list == nullptr) return;
    bool positive = false;
    bool negative = false;
    bool broken = false;
    for (const YamlNode& node : ListOf(node_, "examples")) {
      if (node.kind != YamlNode::Kind::kScalar) continue;
      MarkError error;
      std::optional<MarkedText> marked = ParseMarks(node.value, &error);
      if (!marked) {
        diagnostics_->Report(Code::kBadExample, InsideScalar(*file_.source, node, error.offset, error.length),
                             error.message, error.advice);
        broken = true;
        continue;
      }
      (marked->Has(rule_.category) ? positive : negative) = true;
      rule_.examples.push_back({*std::move(marked), &node});
    }
    if (broken || rule_.retired()) return;
    const std::string_view category = CategoryName(rule_.category);
    if (!positive) {
      Report(Code::kNoPositiveExample, *list, Concat("no example holds what the rule finds"),
             Concat("mark it in a text: [[", category, ":…]]"));
    }
    if (!negative) {
      Report(Code::kNoNegativeExample, *list, "no example of what the rule must leave",
             Concat("add a text that looks like it, without a mark of ", category));
    }
  }

  const YamlFile& file_;
  const YamlNode& node_;
  Diagnostics* diagnostics_;
  RuleSource rule_;
};

std::optional<Category> ReadCategory(const YamlFile& file, const YamlNode* node, Diagnostics* diagnostics) {
  if (node == nullptr || node->kind != YamlNode::Kind::kScalar) return std::nullopt;
  const std::optional<Category> category = ParseCategory(node->value);
  if (!category && !node->value.empty()) {
    diagnostics->Report(Code::kUnknownCategory, file.At(*node), Concat("no category `", node->value, "`"),
                        DidYouMean(node->value, CategoryNames(), Concat("one of: ", Join(CategoryNames()))));
  }
  return category;
}

}  // namespace

void ReadRuleFile(const YamlFile& file, PackSource* pack, Diagnostics* diagnostics) {
  if (!CheckMap(file, file.root, RuleFileKeys(), diagnostics)) return;
  const YamlNode* of_file = file.root.Find("category");
  const std::optional<Category> category = ReadCategory(file, of_file, diagnostics);
  if (of_file != nullptr && !category) return;
  for (const YamlNode& node : ListOf(file.root, "rules")) {
    if (node.kind != YamlNode::Kind::kMap) continue;
    CheckMap(file, node, RuleKeys(), diagnostics);
    const YamlNode* of_rule = node.Find("category");
    if (of_file != nullptr && of_rule != nullptr) {
      diagnostics->Report(Code::kKeyNotHere, file.At(*of_rule),
                          "the category of this file's rules is said at its begin", "remove one of the two");
    } else if (of_file == nullptr && of_rule == nullptr) {
      diagnostics->Report(Code::kMissingKey, file.At(node), "neither the rule nor its file has the key `category`");
      continue;
    }
    const std::optional<Category> own = of_file != nullptr ? category : ReadCategory(file, of_rule, diagnostics);
    if (own) pack->rules.push_back(RuleReader(file, node, *own, diagnostics).Read());
  }
}

std::string_view SubtypeName(Subtype subtype) { return kSubtypeNames[static_cast<size_t>(subtype)]; }
std::string_view BoundaryName(pb::Boundary boundary) { return kBoundaryNames[static_cast<size_t>(boundary)]; }
std::string_view SideName(pb::Cue::Side side) { return kSideNames[static_cast<size_t>(side)]; }

}  // namespace phiveil::rules
