#include "compiler/yaml.h"

#include <sys/stat.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "base/concat.h"

namespace phiveil::rules {
namespace {

struct Refused {
  Code code;
  size_t offset;
  std::string message;
  std::string advice;
};

// Builds the tree from the parser's events; throws Refused, which does not leave this file.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceFile& file, YamlNode* root) : file_(file), root_(root) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0)
      throw Refused{Code::kYamlFeature, At(mark), "a second document in one file", "one file, one document"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Add(mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{Code::kYamlFeature, At(mark), "an alias (*name)",
                  "write the value out, or make it a macro or a class"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    YamlNode& node = Add(mark);
    node.kind = YamlNode::Kind::kScalar;
    node.value = value;
    node.quoted = tag == "!";
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  size_t At(const YAML::Mark& mark) const {
    return mark.is_null() ? 0 : std::min(static_cast<size_t>(std::max(mark.pos, 0)), file_.text().size());
  }

  void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) {
      throw Refused{Code::kYamlFeature, At(mark), "an anchor (&name)", "write the value out, or put quotes around it"};
    }
  }
  void RefuseTag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refused{Code::kYamlFeature, At(mark), "a tag (!name)", "remove it, or put quotes around the value"};
    }
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (open_.size() >= YamlLimits::kDepth) {
      throw Refused{Code::kTooLarge, At(mark), "nested too deeply", "rule files need five levels"};
    }
    YamlNode& node = Add(mark);
    node.kind = kind;
    open_.push_back(&node);
  }

  // Nodes are only ever added to the innermost open one, so pointers to the outer ones stay good.
  YamlNode& Add(const YAML::Mark& mark) {
    if (++nodes_ > YamlLimits::kNodes) {
      throw Refused{Code::kTooLarge, At(mark), "too many values in one file", "put long word lists into list files"};
    }
    if (open_.empty()) {
      root_->offset = At(mark);
      return *root_;
    }
    YamlNode& parent = *open_.back();
    const bool key = parent.kind == YamlNode::Kind::kMap && parent.keys.size() == parent.items.size();
    YamlNode& node = (key ? parent.keys : parent.items).emplace_back();
    node.offset = At(mark);
    return node;
  }

  const SourceFile& file_;
  YamlNode* root_;
  std::vector<YamlNode*> open_;
  size_t nodes_ = 0;
  int documents_ = 0;
};

void Build(const SourceFile& source, YamlNode* root) {
  std::istringstream in{std::string(source.text())};
  YAML::Parser parser(in);
  TreeBuilder builder(source, root);
  while (parser.HandleNextDocument(builder)) {
  }
}

// Keys must be scalars and stand once.
bool CheckKeys(const YamlFile& file, const YamlNode& node, Diagnostics* diagnostics) {
  bool good = true;
  std::vector<std::pair<std::string_view, const YamlNode*>> seen;
  for (const YamlNode& key : node.keys) {
    if (key.kind != YamlNode::Kind::kScalar) {
      diagnostics->Report(Code::kYamlSyntax, {file.source.get(), key.offset, 1}, "a key must be a word",
                          "put quotes around what is meant as a value");
      good = false;
    } else {
      seen.emplace_back(key.value, &key);
    }
  }
  std::stable_sort(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 1; i < seen.size(); ++i) {
    if (seen[i].first != seen[i - 1].first) continue;
    const int line = file.source->PlaceOf(seen[i - 1].second->offset).line;
    diagnostics->Report(Code::kDuplicateKey, file.At(*seen[i].second),
                        Concat("`", seen[i].first, "` stands here a second time"),
                        Concat("the first is on line ", line));
    good = false;
  }
  for (const YamlNode& item : node.items) good = CheckKeys(file, item, diagnostics) && good;
  return good;
}

// The parser takes the end of the file for the end of a quoted text.
bool CheckQuotes(const YamlFile& file, const YamlNode& node, Diagnostics* diagnostics) {
  bool good = true;
  const std::string_view text = file.source->text();
  const char quote = node.offset < text.size() ? text[node.offset] : '\0';
  if (node.kind == YamlNode::Kind::kScalar && node.quoted && (quote == '\'' || quote == '"')) {
    size_t at = node.offset + 1;
    while (at < text.size() && (text[at] != quote || (quote == '\'' && text.substr(at).starts_with("''")))) {
      const bool pair = quote == '"' ? text[at] == '\\' : text[at] == quote;
      at += pair ? 2 : 1;
    }
    if (at >= text.size()) {
      diagnostics->Report(Code::kYamlSyntax, {file.source.get(), node.offset, 1}, "this quote is not closed");
      good = false;
    }
  }
  for (const YamlNode& key : node.keys) good = CheckQuotes(file, key, diagnostics) && good;
  for (const YamlNode& item : node.items) good = CheckQuotes(file, item, diagnostics) && good;
  return good;
}

bool CheckText(const SourceFile& source, Diagnostics* diagnostics) {
  if (size_t at = FirstInvalidUtf8(source.text()); at != std::string_view::npos) {
    diagnostics->Report(Code::kBadEncoding, {&source, at, 1}, "not valid UTF-8", "save the file as UTF-8");
    return false;
  }
  if (size_t at = FirstControlCharacter(source.text()); at != std::string_view::npos) {
    diagnostics->Report(Code::kBadEncoding, {&source, at, 1}, "a control character",
                        "remove it; in a double-quoted value it can be written as an escape");
    return false;
  }
  return true;
}

// Steps over one character of a scalar as written; returns how many bytes of its value it stands for.
size_t StepOver(std::string_view text, char quote, size_t* at) {
  const char c = text[*at];
  if (quote == '\'' && c == '\'' && *at + 1 < text.size() && text[*at + 1] == '\'') {
    *at += 2;
    return 1;
  }
  if (quote == '"' && c == '\\' && *at + 1 < text.size()) {
    const char kind = text[*at + 1];
    const size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits == 0) {
      *at += 2;
      return 1;
    }
    const unsigned long code = std::strtoul(std::string(text.substr(*at + 2, digits)).c_str(), nullptr, 16);
    *at += 2 + digits;
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  *at += 1;
  return 1;
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (size_t i = 0; i < items.size() && i < keys.size(); ++i) {
    if (keys[i].value == key) return &items[i];
  }
  return nullptr;
}

Location YamlFile::At(const YamlNode& node) const {
  size_t length = 1;
  if (node.kind == YamlNode::Kind::kScalar) length = std::max<size_t>(1, node.value.size() + (node.quoted ? 2 : 0));
  const std::string_view line = source->LineOf(node.offset);
  const size_t left = static_cast<size_t>(line.data() + line.size() - source->text().data());
  if (node.offset < left) length = std::min(length, left - node.offset);
  return {source.get(), node.offset, length};
}

std::optional<std::string> ReadFile(const std::string& path, size_t limit, Diagnostics* diagnostics) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    diagnostics->ReportFile(Code::kUnreadableFile, path, Concat("cannot be read: ", std::strerror(errno)));
    return std::nullopt;
  }
  if (!S_ISREG(info.st_mode)) {
    diagnostics->ReportFile(Code::kUnreadableFile, path, "not a file");
    return std::nullopt;
  }
  if (static_cast<size_t>(info.st_size) > limit) {
    diagnostics->ReportFile(Code::kTooLarge, path, Concat("larger than ", limit >> 20, " MiB"));
    return std::nullopt;
  }
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) {
    diagnostics->ReportFile(Code::kUnreadableFile, path, "cannot be read to its end");
    return std::nullopt;
  }
  return text;
}

std::unique_ptr<YamlFile> ParseYaml(std::string path, std::string text, Diagnostics* diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  auto file = std::make_unique<YamlFile>();
  const bool too_large = text.size() > YamlLimits::kBytes;
  file->source = std::make_unique<const SourceFile>(std::move(path), std::move(text));
  if (too_large) {
    diagnostics->ReportFile(Code::kTooLarge, file->source->path(),
                            Concat("larger than ", YamlLimits::kBytes >> 20, " MiB"));
    return nullptr;
  }
  if (!CheckText(*file->source, diagnostics)) return nullptr;
  try {
    Build(*file->source, &file->root);
  } catch (const Refused& refused) {
    diagnostics->Report(refused.code, {file->source.get(), refused.offset, 1}, refused.message, refused.advice);
    return nullptr;
  } catch (const YAML::Exception& error) {
    const size_t at = error.mark.is_null() ? 0 : static_cast<size_t>(std::max(error.mark.pos, 0));
    diagnostics->Report(Code::kYamlSyntax, {file->source.get(), at, 1}, error.msg,
                        "look at the line before too: indentation, a missing quote or colon");
    return nullptr;
  }
  if (!CheckQuotes(*file, file->root, diagnostics) || !CheckKeys(*file, file->root, diagnostics)) return nullptr;
  return file;
}

std::unique_ptr<YamlFile> LoadYaml(const std::string& path, Diagnostics* diagnostics) {
  std::optional<std::string> text = ReadFile(path, YamlLimits::kBytes, diagnostics);
  if (!text) return nullptr;
  return ParseYaml(path, *std::move(text), diagnostics);
}

Location InsideScalar(const SourceFile& file, const YamlNode& scalar, size_t offset, size_t length) {
  const std::string_view text = file.text();
  const char first = scalar.offset < text.size() ? text[scalar.offset] : '\0';
  if (scalar.quoted && (first == '|' || first == '>')) {
    const size_t next = text.find('\n', scalar.offset);
    size_t at = next == std::string_view::npos ? scalar.offset : text.find_first_not_of(" \t", next + 1);
    if (at == std::string_view::npos) at = scalar.offset;
    return {&file, at, file.LineOf(at).size()};
  }
  const char quote = scalar.quoted ? first : '\0';
  size_t at = scalar.offset + (scalar.quoted ? 1 : 0);
  size_t value = 0;
  size_t begin = at;
  while (at < text.size() && value < offset + length) {
    if (value <= offset) begin = at;
    if (text[at] == '\n' || text[at] == '\r') {
      if (value < offset) return {&file, scalar.offset, 1};
      break;
    }
    value += StepOver(text, quote, &at);
  }
  if (value <= offset) begin = at;
  return {&file, begin, std::max<size_t>(1, at - begin)};
}

}  // namespace phiveil::rules
