#ifndef PHIVEIL_TESTS_SUPPORT_ENGINE_H_
#define PHIVEIL_TESTS_SUPPORT_ENGINE_H_

// The built-in pack with a vault and an audit log in a folder of their own.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "phiveil/phiveil.h"
#include "rules/builtin.h"

namespace phiveil::testing {

inline std::shared_ptr<const RulePack> BuiltinRules() {
  static const auto* const pack = new std::shared_ptr<const RulePack>([] {
    auto loaded = RulePack::Load(BuiltinPack(), {.run_examples = false});
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return loaded.ok() ? *loaded : nullptr;
  }());
  return *pack;
}

inline Policy NamedPolicy(std::string_view name) {
  const auto bytes = BuiltinPolicy(name);
  EXPECT_TRUE(bytes.has_value()) << name;
  auto policy = Policy::Load(*bytes);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return *policy;
}

// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "phiveil-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

struct Engine {
  explicit Engine(std::string_view policy = "safe_harbor") {
    auto made = KeyEncryptionKey::CreateFile(folder / "key");
    EXPECT_TRUE(made.ok()) << made.status();
    key = std::make_unique<KeyEncryptionKey>(*std::move(made));
    auto opened = OpenVault({.path = folder / "vault", .key = key.get()});
    EXPECT_TRUE(opened.ok()) << opened.status();
    vault = *std::move(opened);
    auto log = OpenAuditLog({.path = folder / "audit.jsonl", .key = key.get()});
    EXPECT_TRUE(log.ok()) << log.status();
    audit = *std::move(log);
    auto built = Deidentifier::Create({.pack = BuiltinRules(),
                                       .policy = NamedPolicy(policy),
                                       .vault = vault.get(),
                                       .audit = audit.get(),
                                       .key = key.get(),
                                       .reference_year = 2026});
    EXPECT_TRUE(built.ok()) << built.status();
    engine = *std::move(built);
  }
  const Deidentifier* operator->() const { return engine.get(); }

  std::vector<std::string> AuditLines() const {
    std::vector<std::string> lines;
    const absl::Status read = ReadAuditLog(folder / "audit.jsonl", [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    });
    EXPECT_TRUE(read.ok()) << read;
    return lines;
  }

  TemporaryFolder folder;
  std::unique_ptr<KeyEncryptionKey> key;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<Deidentifier> engine;
};

// A marked note taken apart: [[LABEL:surface]].
struct MarkedNote {
  struct Span {
    size_t begin, end;
    std::string label;
  };
  std::string name;
  std::string text;
  std::vector<Span> spans;
};

inline MarkedNote ParseMarked(std::string name, std::string_view marked) {
  MarkedNote note;
  note.name = std::move(name);
  while (!marked.empty()) {
    const size_t open = marked.find("[[");
    const size_t close = open == std::string_view::npos ? open : marked.find("]]", open);
    if (close == std::string_view::npos) break;
    const std::string_view inside = marked.substr(open + 2, close - open - 2);
    const size_t colon = inside.find(':');
    note.text.append(marked.substr(0, open));
    note.spans.push_back({note.text.size(), 0, std::string(inside.substr(0, colon))});
    note.text.append(inside.substr(colon + 1));
    note.spans.back().end = note.text.size();
    marked.remove_prefix(close + 2);
  }
  note.text.append(marked);
  return note;
}

inline std::vector<MarkedNote> ReadNotes(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<MarkedNote> notes;
  for (const auto& path : paths) {
    std::stringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    notes.push_back(ParseMarked(path.stem().string(), bytes.str()));
  }
  return notes;
}

inline std::string CorporaFolder(std::string_view name) {
  return std::string(PHIVEIL_SOURCE_DIR) + "/corpora/" + std::string(name);
}

}  // namespace phiveil::testing

#endif  // PHIVEIL_TESTS_SUPPORT_ENGINE_H_
