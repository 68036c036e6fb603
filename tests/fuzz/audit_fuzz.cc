// Any bytes as lines and head of an audit log, and genuine ones with any change made to them: nothing passes for a
// record or a head but what the key wrote.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "audit/audit_head.h"
#include "audit/audit_line.h"
#include "audit/line_reader.h"
#include "change.h"
#include "crypto/key_access.h"

namespace phiveil::audit_internal {
namespace {

void Require(bool condition) {
  if (!condition) abort();
}

struct Genuine {
  AuditKeys keys =
      *AuditKeys::From(*KeyAccess::Parse("phiveil-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9zgHjb"));
  std::string record, checkpoint, head;  // without newlines
  ChainEnd before_checkpoint;

  Genuine() {
    AuditRecord what;
    what.actor = "dr.k";
    what.tenant = "ward-3";
    what.input = "Seen: Ana Ruiz";
    what.output = "Seen: [NAME_7QK2F]";
    ChainEnd end;
    Require(AppendLine(*LineBody(what, keys, 1'700'000'000'000'000), keys, &end, &record).ok());
    before_checkpoint = end;
    Require(AppendLine(*CheckpointBody(keys, end, 1, 1'700'000'000'000'001), keys, &end, &checkpoint).ok());
    AuditHead at;
    at.end = end;
    at.size = record.size() + checkpoint.size();
    at.checkpoint = 2;
    head = *EncodeHead(at, keys);
    record.pop_back();
    checkpoint.pop_back();
  }
};

void Check(const Genuine& g, std::string_view bytes) {
  const auto line_at = [&](ChainEnd end, const AuditKeys* keys) {
    const uint64_t seq = end.seq;
    const auto problem = CheckLine(bytes, keys, &end);
    Require(problem.ok());
    Require(end.seq == seq + (problem->has_value() ? 0 : 1));
    return !problem->has_value();
  };
  if (line_at({}, &g.keys)) Require(bytes == g.record);
  if (line_at(g.before_checkpoint, &g.keys)) Require(bytes == g.checkpoint);
  if (line_at({}, &g.keys)) Require(line_at({}, nullptr));  // who lacks the key sees no more faults
  if (IsCheckpoint(bytes) && ChecksAsCheckpoint(bytes, g.before_checkpoint, g.keys.public_key)) {
    // It signs what stands before the signature.
    const size_t sig = g.checkpoint.find(",\"sig\":\"");
    Require(bytes.substr(0, sig) == std::string_view(g.checkpoint).substr(0, sig));
  }
  if (DecodeHead(bytes, &g.keys).ok()) Require(bytes == g.head);
  // Format 1 has no signature, and says so by having no public key.
  const auto head = DecodeHead(bytes, nullptr, g.keys.public_key);
  if (head.ok() && !head->public_key.empty()) {
    Require(bytes.substr(0, 232) == std::string_view(g.head).substr(0, 232));  // all but the MAC
  }
  DecodeHead(bytes, nullptr).status().IgnoreError();
}

// The lines of a file are its bytes.
void ReadLines(std::string_view bytes) {
  static const int file = memfd_create("log", MFD_CLOEXEC);
  Require(file >= 0 && ftruncate(file, 0) == 0 &&
          pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  LineReader reader(file, "log", 0, bytes.size());
  std::string all;
  while (true) {
    const auto line = reader.Next();
    if (!line.ok()) return;  // longer than a line may be
    if (!*line) break;
    Require((*line)->text.find('\n') == std::string_view::npos);
    all.append((*line)->text);
    if ((*line)->complete) all.push_back('\n');
  }
  Require(all == bytes);
}

}  // namespace
}  // namespace phiveil::audit_internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace ai = phiveil::audit_internal;
  static const auto* const genuine = new ai::Genuine;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  ai::Check(*genuine, input);
  ai::ReadLines(input);
  for (const std::string* bytes : {&genuine->record, &genuine->checkpoint, &genuine->head}) {
    ai::Check(*genuine, phiveil::Change(*bytes, input));
  }
  return 0;
}
