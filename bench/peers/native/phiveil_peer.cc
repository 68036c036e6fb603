// phiveil itself as a contestant, as its users call it: one note a call, one thread, text in memory.
//
//   phiveil_peer NOTES.jsonl FINDINGS.jsonl SECONDS find|rules|redact
//
// find: everything; rules: without the name model; redact: policy safe_harbor, tokens from a vault on disk and an audit
// log, records in groups of 256 that share one sync, as the command line's batches do.

#include <filesystem>
#include <memory>
#include <utility>

#include "native/peer.h"
#include "phiveil/phiveil.h"
#include "rules/builtin.h"

namespace phiveil::peers {
namespace {

constexpr size_t kGroup = 256;

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Stop(std::string(result.status().message()));
  return *std::move(result);
}

// A folder that goes away with the object.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "phiveil-peers-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) Stop("no temporary folder can be made");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct Engine {
  Engine()
      : key(Must(KeyEncryptionKey::CreateFile(folder / "key"))),
        vault(Must(OpenVault({.path = folder / "vault", .key = &key}))),
        audit(Must(OpenAuditLog({.path = folder / "audit.jsonl", .key = &key}))),
        engine(Must(Deidentifier::Create({.pack = Must(RulePack::Load(BuiltinPack(), {.run_examples = false})),
                                          .policy = Must(Policy::Load(*BuiltinPolicy("safe_harbor"))),
                                          .vault = vault.get(),
                                          .audit = audit.get()}))) {}
  Folder folder;
  KeyEncryptionKey key;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<Deidentifier> engine;
};

void AddSpans(const std::vector<Finding>& findings, std::vector<Span>* spans) {
  for (const Finding& finding : findings)
    spans->push_back({finding.begin, finding.end, CategoryName(finding.category)});
}

Redactor Find(const Deidentifier& engine, bool rules_only) {
  return [&engine, rules_only](const Note& note, std::vector<Span>* spans) {
    AddSpans(Must(engine.Find(note.text, {.rules_only = rules_only})), spans);
  };
}

// The group is redacted with its first note; the others take their answers from it.
class GroupRedactor {
 public:
  GroupRedactor(const Deidentifier& engine, const std::vector<Note>& notes) : engine_(engine), notes_(notes) {
    for (const Note& note : notes) {
      records_.push_back({.text = note.text, .request = {.subject = note.id, .actor = "bench", .purpose = "peers"}});
    }
  }

  void operator()(const Note& note, std::vector<Span>* spans) {
    const auto number = static_cast<size_t>(&note - notes_.data());
    if (number % kGroup == 0) {
      const std::span<const Record> all = records_;
      group_ = Must(engine_.RedactBatch(all.subspan(number, std::min(kGroup, all.size() - number))));
    }
    const auto& redacted = group_[number % kGroup];
    if (!redacted.ok()) Stop("a note was refused");
    AddSpans(redacted->findings, spans);
  }

 private:
  const Deidentifier& engine_;
  const std::vector<Note>& notes_;
  std::vector<Record> records_;
  std::vector<absl::StatusOr<Redacted>> group_;
};

int Run(const std::vector<std::string>& args) {
  if (args.size() != 4) {
    std::cerr << "usage: phiveil_peer NOTES.jsonl FINDINGS.jsonl SECONDS find|rules|redact\n";
    return 2;
  }
  const std::vector<Note> notes = ReadNotes(args[0]);
  const double start = Seconds(CLOCK_MONOTONIC);
  const Engine engine;
  const double load = Seconds(CLOCK_MONOTONIC) - start;
  const double seconds = std::stod(args[2]);
  const std::string version = engine.engine->pack().name() + " " + engine.engine->pack().version();
  if (args[3] != "redact") {
    Report(Measure(notes, seconds, args[1], Find(*engine.engine, args[3] == "rules")), load, version);
    return 0;
  }
  GroupRedactor redactor(*engine.engine, notes);
  const Figures figures = Measure(notes, seconds, args[1], std::ref(redactor));
  Report(figures, load, version);
  return 0;
}

}  // namespace
}  // namespace phiveil::peers

int main(int argc, char** argv) { return phiveil::peers::Run(std::vector<std::string>(argv + 1, argv + argc)); }
