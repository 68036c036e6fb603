#include "recognize/name_model.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/concat.h"
#include "base/status_macros.h"

// One build serves machines with and without wide registers.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define PHIVEIL_WIDE __attribute__((target_clones("arch=haswell", "default")))
#else
#define PHIVEIL_WIDE
#endif

namespace phiveil {
namespace {

constexpr int kTags = kModelTags;
constexpr float kStep = 1.0f / 256;  // of the small integers
constexpr float kLargest = 3000;     // ten of them stay within sixteen bits
constexpr size_t kWidest = 1024;
constexpr int kBlock = 64;        // units come in these
constexpr size_t kKinds = 16384;  // kept at once; a power of two
constexpr size_t kNear = 2;       // tokens beside one worth a look that are looked at too

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(Concat("rule pack is damaged: the name model ", what, "; compile or install it again"));
}

int16_t Small(float value) { return static_cast<int16_t>(std::lround(std::clamp(value / kStep, -kLargest, kLargest))); }

// What a vector says at every offset: its product with one matrix after another, as small integers.
// Wide enough blocks that the sums of one do not wait for each other.
PHIVEIL_WIDE void FoldAll(const float* vector, const float* matrices, int width, int units, int16_t* rows) {
  for (int o = 0; o < kModelOffsets; ++o) {
    for (int from = 0; from < units; from += kBlock) {
      float sums[kBlock] = {};
      for (int i = 0; i < width; ++i) {
        const float* row = matrices + (o * width + i) * units + from;
        for (int u = 0; u < kBlock; ++u) sums[u] += vector[i] * row[u];
      }
      for (int u = 0; u < kBlock; ++u) {
        const float value = std::min(std::max(sums[u] / kStep, -kLargest), kLargest);
        rows[o * units + from + u] = static_cast<int16_t>(static_cast<int32_t>(value));
      }
    }
  }
}

PHIVEIL_WIDE void AddFloats(const float* from, int count, float* to) {
  for (int i = 0; i < count; ++i) to[i] += from[i];
}

// sums = base + all of rows
PHIVEIL_WIDE void AddAll(const int16_t* base, const int16_t* const* rows, int count, int units, int16_t* sums) {
  for (int from = 0; from < units; from += kTags) {
    int16_t total[kTags];
    for (int u = 0; u < kTags; ++u) total[u] = base[from + u];
    for (int r = 0; r < count; ++r) {
      for (int u = 0; u < kTags; ++u) total[u] = static_cast<int16_t>(total[u] + rows[r][from + u]);
    }
    for (int u = 0; u < kTags; ++u) sums[from + u] = total[u];
  }
}

// e to the power of each, relative to the highest.
inline void Exponentials(float* values) {
  float highest = values[0];
  for (int i = 1; i < kTags; ++i) highest = std::max(highest, values[i]);
  for (int i = 0; i < kTags; ++i) {
    const float x = std::max((values[i] - highest) * 1.44269504f, -100.0f);
    const auto whole = static_cast<int32_t>(x) - 1;  // x is not above zero
    const float rest = x - static_cast<float>(whole);
    const float power =
        1.0f +
        rest * (0.69314718f +
                rest * (0.24022651f +
                        rest * (0.05550411f + rest * (0.00961813f + rest * (0.00133336f + rest * 0.00015404f)))));
    values[i] = power * std::bit_cast<float>((whole + 127) << 23);
  }
}

// The tags' potentials from a token's sums: directly, and by way of the hidden units.
PHIVEIL_WIDE void Potentials(const int16_t* sums, int hidden, const float* output, float* to) {
  float scores[kTags];
  for (int i = 0; i < kTags; ++i) scores[i] = static_cast<float>(sums[i]) * kStep;
  float others[4][kTags] = {};
  for (int h = 0; h < hidden; h += 4) {
    for (int k = 0; k < 4; ++k) {
      const float unit = static_cast<float>(std::max<int16_t>(sums[kTags + h + k], 0)) * kStep;
      for (int i = 0; i < kTags; ++i) others[k][i] += unit * output[(h + k) * kTags + i];
    }
  }
  for (int i = 0; i < kTags; ++i) scores[i] += (others[0][i] + others[1][i]) + (others[2][i] + others[3][i]);
  scores[kTags - 1] = -100.0f;
  Exponentials(scores);
  for (int i = 0; i < kTags; ++i) to[i] = scores[i];
}

// to = (from * factors) . times, scaled to sum one.
PHIVEIL_WIDE void ChainStep(const float* from, const float* factors, const float* times, float* to) {
  float reach[kTags] = {}, other[kTags] = {};
  for (int a = 0; a < kTags; a += 2) {
    for (int b = 0; b < kTags; ++b) reach[b] += from[a] * factors[a * kTags + b];
    for (int b = 0; b < kTags; ++b) other[b] += from[a + 1] * factors[(a + 1) * kTags + b];
  }
  float sum = 0;
  for (int b = 0; b < kTags; ++b) reach[b] = (reach[b] + other[b]) * times[b];
  for (int b = 0; b < kTags; ++b) sum += reach[b];
  const float scale = 1.0f / sum;
  for (int b = 0; b < kTags; ++b) to[b] = reach[b] * scale;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const NameModel>> NameModel::Create(const pb::Pack& pack) {
  if (!pack.has_model()) return nullptr;
  std::unique_ptr<NameModel> self(new NameModel);
  self->features_ = std::make_unique<ModelFeatures>(pack);
  self->spans_ = std::make_unique<ModelSpans>(pack);
  PHIVEIL_RETURN_IF_ERROR(self->Load(pack.model()));
  return self;
}

absl::Status NameModel::Load(const pb::Model& model) {
  if (model.width() == 0 || model.width() > kWidest || model.hidden() == 0 || model.hidden() > kWidest ||
      (kTags + model.hidden()) % kBlock != 0)
    return Damaged("has no size");
  width_ = static_cast<int>(model.width());
  hidden_ = static_cast<int>(model.hidden());
  units_ = kTags + hidden_;
  const auto size = [](size_t a, size_t b, size_t c = 1) { return static_cast<int64_t>(a * b * c); };
  const auto width = static_cast<size_t>(width_), units = static_cast<size_t>(units_);
  const auto count = static_cast<size_t>(model.features_size());
  if (static_cast<int64_t>(model.feature_rows().size()) != size(count, width) ||
      model.positions_size() != size(kPositions, width) ||
      model.label_rows_size() != size(static_cast<size_t>(model.labels_size()), units) ||
      model.offsets_size() != size(kModelOffsets, width, units) || model.bias_size() != units_ ||
      model.output_size() != size(static_cast<size_t>(hidden_), kTags) || model.transitions_size() != kTags * kTags) {
    return Damaged("has parts that do not fit together");
  }
  known_.assign(model.features().begin(), model.features().end());
  labels_.assign(model.labels().begin(), model.labels().end());
  if (!std::is_sorted(known_.begin(), known_.end()) || !std::is_sorted(labels_.begin(), labels_.end()))
    return Damaged("is out of order");
  const auto finite = [](const auto& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
  };
  if (!finite(model.positions()) || !finite(model.offsets()) || !finite(model.label_rows()) ||
      !finite(model.output()) || !finite(model.transitions()) || !finite(model.bias()) ||
      !std::isfinite(model.row_scale())) {
    return Damaged("holds what is not a number");
  }
  vectors_.reserve(model.feature_rows().size());
  for (const char value : model.feature_rows())
    vectors_.push_back(model.row_scale() * static_cast<float>(static_cast<int8_t>(value)));
  offsets_.assign(model.offsets().begin(), model.offsets().end());
  output_.assign(model.output().begin(), model.output().end());
  for (const float value : model.bias()) bias_.push_back(Small(value));
  for (const float value : model.label_rows()) label_rows_.push_back(Small(value));
  positions_.resize(kPositions * kModelOffsets * units);
  for (size_t p = 0; p < kPositions; ++p) {
    FoldAll(model.positions().data() + p * width, offsets_.data(), width_, units_,
            &positions_[p * kModelOffsets * units]);
  }
  plain_.resize(std::bit_ceil(4 * static_cast<size_t>(model.plain_size()) + 4));
  for (const uint64_t word : model.plain()) {
    size_t at = word % plain_.size();
    while (plain_[at] != 0 && plain_[at] != word) at = (at + 1) % plain_.size();
    plain_[at] = word;
  }
  factors_.resize(kTags * kTags);
  factors_turned_.resize(kTags * kTags);
  for (int a = 0; a < kTags; ++a) {
    for (int b = 0; b < kTags; ++b) {
      const bool further = b > 0 && b % 2 == 0;
      const bool may = a != kTags - 1 && b != kTags - 1 && (!further || a == b || a == b - 1);
      factors_[a * kTags + b] = may ? std::exp(model.transitions(a * kTags + b)) : 0.0f;
      factors_turned_[b * kTags + a] = factors_[a * kTags + b];
    }
  }
  return absl::OkStatus();
}

const int16_t* NameModel::RowsOf(const Document& doc, const Token& token, ModelScratch* scratch) const {
  const uint64_t key = features_->Kind(doc, token);
  const size_t slot = (key >> 32) % kKinds;
  const size_t size = kModelOffsets * static_cast<size_t>(units_);
  int16_t* rows = &scratch->rows[slot * size];
  if (scratch->keys[slot] == key) {
    scratch->used[slot] = scratch->run;
    return rows;
  }
  // A place whose rows this run still needs is not taken.
  const bool taken = scratch->used[slot] == scratch->run;
  if (taken) {
    if (scratch->spare_used == scratch->spare.size()) scratch->spare.emplace_back(size);
    rows = scratch->spare[scratch->spare_used++].data();
  }
  features_->OfKind(doc, token, &scratch->features);
  std::array<float, kWidest> vector;
  std::fill_n(vector.begin(), width_, 0.0f);
  for (const uint64_t feature : scratch->features) {
    const auto at = std::lower_bound(known_.begin(), known_.end(), feature);
    if (at == known_.end() || *at != feature) continue;
    AddFloats(&vectors_[static_cast<size_t>(at - known_.begin()) * static_cast<size_t>(width_)], width_, vector.data());
  }
  FoldAll(vector.data(), offsets_.data(), width_, units_, rows);
  if (!taken) {
    scratch->keys[slot] = key;
    scratch->used[slot] = scratch->run;
  }
  return rows;
}

bool NameModel::IsPlain(const Token& token) const {
  const uint64_t word = features_->Plain(token);
  for (size_t at = word % plain_.size();; at = (at + 1) % plain_.size()) {
    if (plain_[at] == word) return true;
    if (plain_[at] == 0) return false;
  }
}

// Whether something can begin at the token: a word that is not plain, a long number, or one that is
// joined to something (3/14, 9th, B12).
bool NameModel::MayBegin(const std::vector<Token>& tokens, size_t at) const {
  using namespace token_class;
  const Token& token = tokens[at];
  if (token.classes & kAnyWord) return !IsPlain(token);
  if ((token.classes & kNum) == 0) return false;
  if (token.end - token.begin >= 3 || (token.classes & kGlued)) return true;
  return at + 1 < tokens.size() && (tokens[at + 1].classes & kGlued) &&
         (tokens[at + 1].classes & (kComma | kDot | kRParen | kColon)) == 0;
}

void NameModel::Want(const Document& doc, ModelScratch* scratch) const {
  const auto& tokens = doc.tokens();
  auto& wanted = scratch->wanted;
  wanted.assign(tokens.size(), 0);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!MayBegin(tokens, i)) continue;
    const size_t from = i > kNear ? i - kNear : 0, to = std::min(tokens.size(), i + kNear + 1);
    for (size_t t = from; t < to; ++t) wanted[t] = 1;
  }
}

// Offset o of a token's sums takes from the token o - reach further on.
void NameModel::SumUp(const Document& doc, size_t begin, size_t end, ModelScratch* scratch) const {
  const auto units = static_cast<size_t>(units_);
  const size_t count = doc.tokens().size();
  const size_t first = begin > kModelReach ? begin - kModelReach : 0, last = std::min(count, end + kModelReach);
  auto& kinds = scratch->kinds;
  auto& positions = scratch->positions;
  kinds.resize(last - first);
  positions.resize(last - first);
  ++scratch->run;
  scratch->spare_used = 0;
  for (size_t i = first; i < last; ++i) {
    kinds[i - first] = RowsOf(doc, doc.tokens()[i], scratch);
    positions[i - first] = &positions_[static_cast<size_t>(scratch->context.Position(i)) * kModelOffsets * units];
  }
  std::array<const int16_t*, 2 * kModelOffsets + 2> rows;
  for (size_t i = begin; i < end; ++i) {
    int number = 0;
    for (size_t o = 0; o < kModelOffsets; ++o) {
      const size_t at = i + o - kModelReach;
      if (at < first || at >= last) continue;
      rows[number++] = kinds[at - first] + o * units;
      rows[number++] = positions[at - first] + o * units;
    }
    for (const uint64_t label : scratch->context.Label(i)) {
      if (label == 0) continue;
      const auto at = std::lower_bound(labels_.begin(), labels_.end(), label);
      if (at != labels_.end() && *at == label)
        rows[number++] = &label_rows_[static_cast<size_t>(at - labels_.begin()) * units];
    }
    AddAll(bias_.data(), rows.data(), number, units_, &scratch->sums[i * units]);
  }
}

void NameModel::Chain(size_t begin, size_t end, ModelScratch* scratch) const {
  const auto at = [](std::vector<float>& values, size_t token) { return &values[token * kTags]; };
  std::array<float, kTags> state{};
  state[0] = 1.0f;
  for (size_t i = begin; i < end; ++i) {
    float* potentials = at(scratch->potentials, i);
    Potentials(&scratch->sums[i * static_cast<size_t>(units_)], hidden_, output_.data(), potentials);
    ChainStep(i == begin ? state.data() : at(scratch->forward, i - 1), factors_.data(), potentials,
              at(scratch->forward, i));
  }
  state.fill(1.0f);
  for (size_t i = end; i-- > begin;) {
    float sum = 0;
    float* shares = at(scratch->shares, i);
    const float* forward = at(scratch->forward, i);
    for (int a = 0; a < kTags; ++a) sum += shares[a] = forward[a] * state[a];
    for (int a = 0; a < kTags; ++a) shares[a] /= sum;
    if (i == begin) break;
    std::array<float, kTags> weighed, ones;
    ones.fill(1.0f);
    const float* potentials = at(scratch->potentials, i);
    for (int a = 0; a < kTags; ++a) weighed[a] = state[a] * potentials[a];
    ChainStep(weighed.data(), factors_turned_.data(), ones.data(), state.data());
  }
}

std::span<const float> NameModel::Read(const Document& doc, ModelScratch* scratch) const {
  const auto& tokens = doc.tokens();
  const auto units = static_cast<size_t>(units_);
  if (scratch->keys.empty()) {
    scratch->keys.assign(kKinds, 0);
    scratch->used.assign(kKinds, 0);
    scratch->rows.resize(kKinds * kModelOffsets * units);
  }
  scratch->context.Reset(doc);
  scratch->sums.resize(tokens.size() * units);
  scratch->potentials.resize(tokens.size() * kTags);
  scratch->forward.resize(tokens.size() * kTags);
  scratch->shares.assign(tokens.size() * kTags, 0.0f);
  Want(doc, scratch);
  for (size_t i = 0; i < tokens.size();) {
    if (!scratch->wanted[i]) {
      scratch->shares[i++ * kTags] = 1.0f;
      continue;
    }
    size_t end = i;
    while (end < tokens.size() && scratch->wanted[end]) ++end;
    SumUp(doc, i, end, scratch);
    Chain(i, end, scratch);
    i = end;
  }
  return scratch->shares;
}

void NameModel::Add(const Document& doc, float floor, ModelScratch* scratch, Evidence* evidence) const {
  spans_->Add(doc, Read(doc, scratch), floor, evidence);
}

}  // namespace phiveil
