#include "recognize/model_kinds.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "recognize/model_kernels.h"

namespace phiveil {
namespace {

constexpr size_t kKinds = 32768;  // kept at once; powers of two
constexpr size_t kKindsWithRows = 4096;
constexpr size_t kWays = 4;       // places a kind may take
constexpr size_t kGatePlace = 8;  // bytes of a feature's row for the gate
static_assert(kGateOffsets <= kGatePlace);

// The first of its kWays.
size_t PlaceAmong(size_t places, uint64_t key) { return (key >> 32) % (places / kWays) * kWays; }

}  // namespace

void HashNumbers::Fill(std::span<const uint64_t> keys) {
  slots_.assign(std::bit_ceil(2 * keys.size() + 2), {0, 0});
  for (uint32_t number = 0; number < keys.size(); ++number) {
    size_t at = keys[number] & (slots_.size() - 1);
    while (slots_[at].key != 0 && slots_[at].key != keys[number]) at = (at + 1) & (slots_.size() - 1);
    if (keys[number] != 0) slots_[at] = {keys[number], number};
  }
}

const uint32_t* HashNumbers::Find(uint64_t key) const {
  if (key == 0) return nullptr;
  for (size_t at = key & (slots_.size() - 1); slots_[at].key != 0; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].key == key) return &slots_[at].number;
  }
  return nullptr;
}

ModelKinds::ModelKinds(const pb::Pack& pack, std::vector<float> offsets)
    : features_(pack), offsets_(std::move(offsets)) {
  const pb::Model& model = pack.model();
  width_ = model.width();
  units_ = kModelTags + model.hidden();
  stride_ = width_ + kGatePlace;
  row_scale_ = model.row_scale();
  const auto count = static_cast<size_t>(model.features_size());
  const size_t places = std::bit_ceil(count + count / 2 + 2);
  mask_ = places - 1;
  feature_keys_.assign(places, 0);
  feature_rows_.assign(places * stride_, 0);
  for (size_t f = 0; f < count; ++f) {
    const uint64_t key = model.features(static_cast<int>(f));
    if (key == 0) continue;
    size_t at = key & mask_;
    while (feature_keys_[at] != 0 && feature_keys_[at] != key) at = (at + 1) & mask_;
    feature_keys_[at] = key;
    const auto* row = reinterpret_cast<const int8_t*>(model.feature_rows().data()) + f * width_;
    const auto* gate = reinterpret_cast<const int8_t*>(model.gate_rows().data()) + f * kGateOffsets;
    std::copy_n(row, width_, &feature_rows_[at * stride_]);
    std::copy_n(gate, kGateOffsets, &feature_rows_[at * stride_ + width_]);
  }
  plain_.Fill({model.plain().data(), static_cast<size_t>(model.plain_size())});
}

const int8_t* ModelKinds::Find(uint64_t feature) const {
  if (feature == 0) return nullptr;
  for (size_t at = feature & mask_; feature_keys_[at] != 0; at = (at + 1) & mask_) {
    if (feature_keys_[at] == feature) return &feature_rows_[at * stride_];
  }
  return nullptr;
}

void ModelKinds::Prepare(Scratch* scratch) const {
  ++scratch->document;
  if (!scratch->kinds.empty()) return;
  scratch->kinds.assign(kKinds, {});
  scratch->vectors.resize(kKinds * width_);
  scratch->row_keys.assign(kKindsWithRows, 0);
  scratch->row_runs.assign(kKindsWithRows, 0);
  scratch->row_offsets.assign(kKindsWithRows, 0);
  scratch->rows.resize(kKindsWithRows * kModelOffsets * units_);
}

void ModelKinds::BeginRun(Scratch* scratch) {
  ++scratch->run;
  scratch->spare_used = 0;
}

size_t ModelKinds::Place(const Document& doc, const Token& token, uint64_t key, Scratch* scratch) const {
  const size_t first = PlaceAmong(kKinds, key);
  size_t place = first;
  for (size_t at = first; at < first + kWays; ++at) {
    Kind& kind = scratch->kinds[at];
    if (kind.key == key) {
      kind.document = scratch->document;
      return at;
    }
    // Counted from now, so that a number that has gone round its end does no harm.
    if (scratch->document - kind.document > scratch->document - scratch->kinds[place].document) place = at;
  }
  Kind& kind = scratch->kinds[place];
  features_.OfKind(doc, token, &scratch->features);
  for (const uint64_t feature : scratch->features) {
    __builtin_prefetch(&feature_keys_[feature & mask_]);
    __builtin_prefetch(&feature_rows_[(feature & mask_) * stride_]);
  }
  kind = {
      .key = key, .gate = {}, .plain = plain_.Find(features_.Plain(token)) != nullptr, .document = scratch->document};
  int16_t* vector = &scratch->vectors[place * width_];
  std::fill_n(vector, width_, int16_t{0});
  for (const uint64_t feature : scratch->features) {
    const int8_t* row = Find(feature);
    if (row == nullptr) continue;
    AddBytes(row, static_cast<int>(width_), vector);
    for (size_t o = 0; o < kGateOffsets; ++o) kind.gate[o] = static_cast<int16_t>(kind.gate[o] + row[width_ + o]);
  }
  return place;
}

void ModelKinds::Expect(uint64_t key, const Scratch& scratch) {
  const Kind* first = &scratch.kinds[PlaceAmong(kKinds, key)];
  __builtin_prefetch(first);
  __builtin_prefetch(reinterpret_cast<const char*>(first + kWays) - 1);
}

const ModelKinds::Kind& ModelKinds::Of(const Document& doc, const Token& token, uint64_t key, Scratch* scratch) const {
  return scratch->kinds[Place(doc, token, key, scratch)];
}

const int16_t* ModelKinds::Rows(const Document& doc, const Token& token, uint64_t key, size_t from, size_t to,
                                Scratch* scratch) const {
  const size_t first = PlaceAmong(kKindsWithRows, key);
  size_t place = first;
  for (size_t at = first; at < first + kWays; ++at) {
    if (scratch->row_keys[at] == key) {
      place = at;
      break;
    }
    if (scratch->row_runs[at] < scratch->row_runs[place]) place = at;
  }
  const size_t size = kModelOffsets * units_;
  int16_t* rows = &scratch->rows[place * size];
  const auto wanted = static_cast<uint8_t>((1u << to) - (1u << from));
  const bool known = scratch->row_keys[place] == key;
  if (known && (scratch->row_offsets[place] & wanted) == wanted) {
    scratch->row_runs[place] = scratch->run;
    return rows;
  }
  // A place whose rows this run still needs is not taken.
  const bool taken = !known && scratch->row_runs[place] == scratch->run;
  if (taken) {
    if (scratch->spare_used == scratch->spare.size()) scratch->spare.emplace_back(size);
    rows = scratch->spare[scratch->spare_used++].data();
  }
  const int16_t* vector = &scratch->vectors[Place(doc, token, key, scratch) * width_];
  std::array<float, kModelWidest> scaled;
  for (size_t i = 0; i < width_; ++i) scaled[i] = row_scale_ * static_cast<float>(vector[i]);
  Fold(scaled.data(), offsets_.data(), static_cast<int>(width_), static_cast<int>(units_), static_cast<int>(from),
       static_cast<int>(to), rows);
  if (!taken) {
    scratch->row_offsets[place] = static_cast<uint8_t>(wanted | (known ? scratch->row_offsets[place] : 0));
    scratch->row_keys[place] = key;
    scratch->row_runs[place] = scratch->run;
  }
  return rows;
}

}  // namespace phiveil
