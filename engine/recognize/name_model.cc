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
constexpr size_t kKinds = 8192;      // kept at once; a power of two
constexpr size_t kNear = 2;          // tokens beside one worth a look that are looked at too
constexpr float kSure = 0.5f;        // a share that parts what is found from what is only possible

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(Concat("rule pack is damaged: the name model ", what, "; compile or install it again"));
}

int16_t Small(float value) { return static_cast<int16_t>(std::lround(std::clamp(value / kStep, -kLargest, kLargest))); }

PHIVEIL_WIDE void AddFloats(const float* from, float factor, int count, float* to) {
  for (int i = 0; i < count; ++i) to[i] += factor * from[i];
}

PHIVEIL_WIDE void AddSmall(const int16_t* from, int count, int16_t* to) {
  for (int i = 0; i < count; ++i) to[i] = static_cast<int16_t>(to[i] + from[i]);
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
  for (int h = 0; h < hidden; ++h) {
    const int16_t sum = sums[kTags + h];
    if (sum <= 0) continue;
    const float unit = static_cast<float>(sum) * kStep;
    for (int i = 0; i < kTags; ++i) scores[i] += unit * output[h * kTags + i];
  }
  scores[kTags - 1] = -100.0f;
  Exponentials(scores);
  for (int i = 0; i < kTags; ++i) to[i] = scores[i];
}

// to = (from * factors) . times, scaled to sum one.
PHIVEIL_WIDE void ChainStep(const float* from, const float* factors, const float* times, float* to) {
  float reach[kTags] = {};
  for (int a = 0; a < kTags; ++a) {
    for (int b = 0; b < kTags; ++b) reach[b] += from[a] * factors[a * kTags + b];
  }
  float sum = 0;
  for (int b = 0; b < kTags; ++b) reach[b] *= times[b];
  for (int b = 0; b < kTags; ++b) sum += reach[b];
  for (int b = 0; b < kTags; ++b) to[b] = reach[b] / sum;
}

constexpr std::array<Category, kModelTypes> kCategories = {
    Category::kName,   Category::kFacility, Category::kOrganization, Category::kCity,
    Category::kStreet, Category::kDate,     Category::kOtherId};

}  // namespace

absl::StatusOr<std::unique_ptr<const NameModel>> NameModel::Create(const pb::Pack& pack) {
  if (!pack.has_model()) return nullptr;
  std::unique_ptr<NameModel> self(new NameModel);
  self->features_ = std::make_unique<ModelFeatures>(pack);
  PHIVEIL_RETURN_IF_ERROR(self->Load(pack.model()));
  return self;
}

absl::Status NameModel::Load(const pb::Model& model) {
  constexpr uint32_t kMost = 1024;
  if (model.width() == 0 || model.width() > kMost || model.hidden() == 0 || model.hidden() > kMost)
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
    Fold(model.positions().data() + p * width, &positions_[p * kModelOffsets * units]);
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

// What a vector says at each offset. Offset o of the sums of token i takes from token i + o - reach, so
// the rows are stored for the token that speaks: row o goes to token i - (o - reach).
void NameModel::Fold(const float* vector, int16_t* rows) const {
  std::array<float, 2048> sums;
  const auto units = static_cast<size_t>(units_);
  for (size_t o = 0; o < kModelOffsets; ++o) {
    std::fill_n(sums.begin(), units, 0.0f);
    for (int i = 0; i < width_; ++i) {
      AddFloats(&offsets_[(o * static_cast<size_t>(width_) + static_cast<size_t>(i)) * units], vector[i], units_,
                sums.data());
    }
    for (size_t u = 0; u < units; ++u) rows[o * units + u] = Small(sums[u]);
  }
}

const int16_t* NameModel::RowsOf(const Document& doc, const Token& token, ModelScratch* scratch) const {
  const uint64_t key = features_->Kind(doc, token);
  const size_t slot = key % kKinds;
  int16_t* rows = &scratch->rows[slot * kModelOffsets * static_cast<size_t>(units_)];
  if (scratch->keys[slot] == key) return rows;
  features_->OfKind(doc, token, &scratch->features);
  std::array<float, 1024> vector;
  std::fill_n(vector.begin(), width_, 0.0f);
  const auto row_of = [this](uint64_t feature) {
    const auto at = std::lower_bound(known_.begin(), known_.end(), feature);
    return at != known_.end() && *at == feature
               ? &vectors_[static_cast<size_t>(at - known_.begin()) * static_cast<size_t>(width_)]
               : nullptr;
  };
  for (const uint64_t feature : scratch->features) {
    if (const float* row = row_of(feature)) AddFloats(row, 1.0f, width_, vector.data());
  }
  Fold(vector.data(), rows);
  scratch->keys[slot] = key;
  return rows;
}

void NameModel::Want(const Document& doc, ModelScratch* scratch) const {
  const auto& tokens = doc.tokens();
  auto& wanted = scratch->wanted;
  wanted.assign(tokens.size(), 0);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!features_->MayBegin(tokens[i])) continue;
    const size_t from = i > kNear ? i - kNear : 0, to = std::min(tokens.size(), i + kNear + 1);
    for (size_t t = from; t < to; ++t) wanted[t] = 1;
  }
}

void NameModel::SumUp(const Document& doc, size_t begin, size_t end, ModelScratch* scratch) const {
  const auto units = static_cast<size_t>(units_);
  const size_t count = doc.tokens().size();
  for (size_t i = begin; i < end; ++i) {
    int16_t* sums = &scratch->sums[i * units];
    std::copy(bias_.begin(), bias_.end(), sums);
    for (const uint64_t label : scratch->context.Label(i)) {
      if (label == 0) continue;
      const auto at = std::lower_bound(labels_.begin(), labels_.end(), label);
      if (at != labels_.end() && *at == label)
        AddSmall(&label_rows_[static_cast<size_t>(at - labels_.begin()) * units], units_, sums);
    }
  }
  const size_t first = begin > kModelReach ? begin - kModelReach : 0, last = std::min(count, end + kModelReach);
  for (size_t i = first; i < last; ++i) {
    const int16_t* kind = RowsOf(doc, doc.tokens()[i], scratch);
    const int16_t* position = &positions_[static_cast<size_t>(scratch->context.Position(i)) * kModelOffsets * units];
    for (size_t o = 0; o < kModelOffsets; ++o) {
      const size_t to = i + kModelReach - o;
      if (to < begin || to >= end) continue;
      AddSmall(kind + o * units, units_, &scratch->sums[to * units]);
      AddSmall(position + o * units, units_, &scratch->sums[to * units]);
    }
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
  const auto& tokens = doc.tokens();
  const std::span<const float> shares = Read(doc, scratch);
  const auto something = [&](size_t token) { return 1.0f - shares[token * kTags]; };
  const auto type_of = [&](size_t token) {
    int best = 0;
    float most = -1;
    for (int type = 0; type < kModelTypes; ++type) {
      const float share = shares[token * kTags + FirstTag(type)] + shares[token * kTags + FurtherTag(type)];
      if (share > most) most = share, best = type;
    }
    return best;
  };
  const float least = std::max(floor, 0.05f);
  for (size_t i = 0; i < tokens.size();) {
    if (something(i) < least) {
      ++i;
      continue;
    }
    const bool sure = something(i) >= kSure;
    const int type = type_of(i);
    size_t end = i + 1;
    float sum = something(i);
    for (; end < tokens.size() && something(end) >= least && (something(end) >= kSure) == sure && type_of(end) == type;
         ++end) {
      const float* share = &shares[end * kTags];
      if (share[FirstTag(type)] > share[FurtherTag(type)]) break;
      sum += something(end);
    }
    Candidate candidate;
    candidate.first_token = static_cast<uint32_t>(i);
    candidate.end_token = static_cast<uint32_t>(end);
    candidate.begin = tokens[i].begin;
    candidate.end = tokens[end - 1].end;
    candidate.category = kCategories[static_cast<size_t>(type)];
    candidate.source = Source::kModel;
    candidate.score = std::min(0.99f, sum / static_cast<float>(end - i));
    candidate.first_reason = static_cast<uint32_t>(evidence->reasons.size());
    candidate.reason_count = 1;
    evidence->reasons.push_back({Contribution::Kind::kModel, 0, 0, candidate.score});
    evidence->candidates.push_back(candidate);
    i = end;
  }
}

}  // namespace phiveil
