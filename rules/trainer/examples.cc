#include "trainer/examples.h"

#include <simdjson.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"

namespace phiveil::trainer {
namespace {

constexpr size_t kTemplatesOfAWord = 3;
constexpr size_t kTemplatesOfALabel = 2;
constexpr uint32_t kTokensOfAPlainWord = 10;
constexpr uint32_t kTokensAMark = 1000;  // a word marked less often than this is plain
constexpr size_t kMostOrigins = 4;       // counting further tells nothing
constexpr uint32_t kTokensOfAFeature = 4;
constexpr size_t kCasedWord = 2;  // its place among the features of a word
constexpr uint8_t kUnmarked = 0xFF;

// What of the corpora's labels the model learns; others it must leave alone.
const std::unordered_map<std::string_view, ModelType>& Types() {
  using enum ModelType;
  static const auto* types = new std::unordered_map<std::string_view, ModelType>{{"NAME", kName},
                                                                                 {"FACILITY", kFacility},
                                                                                 {"HOSPITAL", kFacility},
                                                                                 {"ORG", kOrganization},
                                                                                 {"ORGANIZATION", kOrganization},
                                                                                 {"CITY", kCity},
                                                                                 {"COUNTY", kCity},
                                                                                 {"LOCATION", kCity},
                                                                                 {"STREET", kStreet},
                                                                                 {"DATE", kDate},
                                                                                 {"PHONE", kNumber},
                                                                                 {"CONTACT_PHONE", kNumber},
                                                                                 {"FAX", kNumber},
                                                                                 {"EMAIL", kNumber},
                                                                                 {"CONTACT_EMAIL", kNumber},
                                                                                 {"URL", kNumber},
                                                                                 {"IP", kNumber},
                                                                                 {"SSN", kNumber},
                                                                                 {"MRN", kNumber},
                                                                                 {"PLAN", kNumber},
                                                                                 {"HEALTH_PLAN", kNumber},
                                                                                 {"ACCOUNT", kNumber},
                                                                                 {"LICENSE", kNumber},
                                                                                 {"VEHICLE", kNumber},
                                                                                 {"DEVICE", kNumber},
                                                                                 {"OTHERID", kNumber},
                                                                                 {"OTHER_ID", kNumber},
                                                                                 {"ID", kNumber},
                                                                                 {"BIOMETRIC", kNumber},
                                                                                 {"ZIP", kNumber}};
  return *types;
}

std::vector<size_t> ByteOffsets(std::string_view text) {
  std::vector<size_t> offsets;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xC0) != 0x80) offsets.push_back(i);
  }
  offsets.push_back(text.size());
  return offsets;
}

}  // namespace

absl::Status Examples::Read(const std::string& path) {
  std::ifstream in(path);
  if (!in) return absl::NotFoundError(Concat(path, ": cannot be read"));
  simdjson::dom::parser parser;
  Document doc;
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    simdjson::dom::element record;
    simdjson::dom::array spans;
    std::string_view id, text;
    if (parser.parse(line).get(record) || record["text"].get(text) || record["spans"].get(spans)) {
      return absl::InvalidArgumentError(Concat(path, ":", number, ": not a record with text and spans"));
    }
    if (record["id"].get(id)) id = "";
    PHIVEIL_RETURN_IF_ERROR(doc.Reset(text));
    const std::vector<size_t> bytes = ByteOffsets(text);
    std::vector<uint8_t> marks(doc.tokens().size(), kUnmarked);
    std::vector<bool> starts(doc.tokens().size());
    for (const simdjson::dom::element span : spans) {
      uint64_t begin = 0, end = 0;
      std::string_view label;
      if (span["start"].get(begin) || span["end"].get(end) || span["label"].get(label) || end >= bytes.size() ||
          begin >= end) {
        return absl::InvalidArgumentError(Concat(path, ":", number, ": a span without start, end and label"));
      }
      const auto type = Types().find(label);
      if (type == Types().end()) continue;
      const size_t from = doc.ViewOffset(bytes[begin]), to = doc.ViewOffset(bytes[end]);
      for (size_t t = doc.TokenAt(from), first = t; t < doc.tokens().size() && doc.tokens()[t].begin < to; ++t) {
        if (doc.tokens()[t].classes & (token_class::kNl | token_class::kPoss)) continue;
        marks[t] = static_cast<uint8_t>(type->second);
        starts[t] = t == first;
      }
    }
    Add(id.substr(0, id.rfind(':')), &doc, marks, starts);
  }
  return absl::OkStatus();
}

void Examples::Add(std::string_view origin, Document* doc, const std::vector<uint8_t>& marks,
                   const std::vector<bool>& starts) {
  hits_.clear();
  lexicon_.Mark(doc, &hits_);
  context_.Reset(*doc);
  const size_t from = std::hash<std::string_view>()(origin);
  Example& example = examples_.emplace_back();
  std::vector<uint64_t> features;
  for (size_t t = 0; t < doc->tokens().size(); ++t) {
    const Token& token = doc->tokens()[t];
    const auto [it, added] =
        kind_numbers_.try_emplace(features_.Kind(*doc, token), static_cast<uint32_t>(kinds_.size()));
    if (added) {
      features_.OfKind(*doc, token, &features);
      kinds_.push_back(features);
      tokens_of_kind_.push_back(0);
    }
    ++tokens_of_kind_[it->second];
    if (const uint64_t word = features_.Plain(token)) {
      PlainCount& count = plain_[word];
      ++count.tokens;
      count.marked += marks[t] != kUnmarked;
    }
    if (marks[t] == kUnmarked) {
      auto& origins = origins_of_word_[kinds_[it->second][0]];
      if (origins.size() < kMostOrigins) origins.insert(from);
    }
    for (const uint64_t label : context_.Label(t)) {
      auto& origins = origins_of_label_[label];
      if (origins.size() < kMostOrigins) origins.insert(from);
    }
    example.kinds.push_back(it->second);
    example.positions.push_back(static_cast<uint8_t>(context_.Position(t)));
    example.labels.push_back(context_.Label(t));
    const bool goes_on = !starts[t] && t > 0 && marks[t - 1] == marks[t];
    example.tags.push_back(
        marks[t] == kUnmarked ? 0 : static_cast<uint8_t>(goes_on ? FurtherTag(marks[t]) : FirstTag(marks[t])));
  }
}

std::unordered_map<uint64_t, uint32_t> Examples::KnownFeatures() const {
  std::unordered_map<uint64_t, uint32_t> counts;
  for (size_t k = 0; k < kinds_.size(); ++k) {
    const uint64_t word = kinds_[k][0];
    const auto origins = origins_of_word_.find(word);
    const bool learned = word != 0 && origins != origins_of_word_.end() && origins->second.size() >= kTemplatesOfAWord;
    for (size_t f = 1; f < kinds_[k].size(); ++f) counts[kinds_[k][f]] += tokens_of_kind_[k];
    if (learned) counts[word] = kTokensOfAFeature;
  }
  // The cased word goes with the word.
  std::unordered_map<uint64_t, uint32_t> known;
  for (size_t k = 0; k < kinds_.size(); ++k) {
    const bool learned = kinds_[k][0] != 0 && counts.contains(kinds_[k][0]);
    for (size_t f = 0; f < kinds_[k].size(); ++f) {
      const uint64_t feature = kinds_[k][f];
      if (feature == 0 || (f == 0 && !learned) || (f == kCasedWord && kinds_[k].size() > kCasedWord + 1 && !learned))
        continue;
      if (counts[feature] >= kTokensOfAFeature) known.try_emplace(feature, static_cast<uint32_t>(known.size()));
    }
  }
  return known;
}

std::vector<uint64_t> Examples::PlainWords() const {
  std::vector<uint64_t> words;
  for (const auto& [word, count] : plain_) {
    if (count.tokens >= kTokensOfAPlainWord && count.marked * kTokensAMark < count.tokens) words.push_back(word);
  }
  std::sort(words.begin(), words.end());
  return words;
}

std::unordered_map<uint64_t, uint32_t> Examples::KnownLabels() const {
  std::unordered_map<uint64_t, uint32_t> known;
  for (const auto& [label, origins] : origins_of_label_) {
    if (label != 0 && origins.size() >= kTemplatesOfALabel)
      known.try_emplace(label, static_cast<uint32_t>(known.size()));
  }
  return known;
}

}  // namespace phiveil::trainer
