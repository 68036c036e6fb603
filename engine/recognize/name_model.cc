#include "recognize/name_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/concat.h"
#include "base/status_macros.h"
#include "recognize/model_kernels.h"

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT: many of them

constexpr int kTags = kModelTags;
constexpr size_t kNear = 1;         // tokens beside one worth a look that are looked at too
constexpr size_t kKindsAhead = 12;  // tokens: their kinds are on their way from memory
constexpr size_t kAtOnce = 128;     // tokens whose sums are kept: those of a page of capitals would fill the caches

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(Concat("rule pack is damaged: the name model ", what, "; compile or install it again"));
}

int16_t Small(float value) {
  return static_cast<int16_t>(std::lround(std::clamp(value / kModelStep, -kModelLargest, kModelLargest)));
}

bool Finite(const auto& values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

// Whether something can begin at the token: a word that is not plain, a long number, or one that is
// joined to something (3/14, 9th, B12).
bool MayBegin(const std::vector<Token>& tokens, size_t at, bool plain) {
  const Token& token = tokens[at];
  if (token.classes & kAnyWord) return !plain;
  if ((token.classes & kNum) == 0) return false;
  if (token.end - token.begin >= 3 || (token.classes & kGlued)) return true;
  return at + 1 < tokens.size() && (tokens[at + 1].classes & kGlued) &&
         (tokens[at + 1].classes & (kComma | kDot | kRParen | kColon)) == 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const NameModel>> NameModel::Create(const pb::Pack& pack) {
  if (!pack.has_model()) return nullptr;
  std::unique_ptr<NameModel> self(new NameModel);
  self->spans_ = std::make_unique<ModelSpans>(pack);
  PHIVEIL_RETURN_IF_ERROR(self->Load(pack));
  PHIVEIL_RETURN_IF_ERROR(self->LoadGate(pack.model()));
  return self;
}

absl::Status NameModel::Load(const pb::Pack& pack) {
  const pb::Model& model = pack.model();
  if (model.width() == 0 || model.width() > kModelWidest || model.width() % kTags != 0 || model.hidden() == 0 ||
      model.hidden() > kModelWidest || (kTags + model.hidden()) % kModelBlock != 0)
    return Damaged("has no size");
  const size_t width = model.width();
  hidden_ = static_cast<int>(model.hidden());
  units_ = kTags + model.hidden();
  const auto size = [](size_t a, size_t b, size_t c = 1) { return static_cast<int64_t>(a * b * c); };
  const auto count = static_cast<size_t>(model.features_size());
  if (static_cast<int64_t>(model.feature_rows().size()) != size(count, width) ||
      static_cast<int64_t>(model.gate_rows().size()) != size(count, kGateOffsets) ||
      model.positions_size() != size(kPositions, width) ||
      model.label_rows_size() != size(static_cast<size_t>(model.labels_size()), units_) ||
      model.offsets_size() != size(kModelOffsets, width, units_) || model.bias_size() != size(units_, 1) ||
      model.output_size() != size(model.hidden(), kTags) || model.transitions_size() != kTags * kTags) {
    return Damaged("has parts that do not fit together");
  }
  if (!Finite(model.positions()) || !Finite(model.offsets()) || !Finite(model.label_rows()) ||
      !Finite(model.output()) || !Finite(model.transitions()) || !Finite(model.bias()) ||
      !std::isfinite(model.row_scale())) {
    return Damaged("holds what is not a number");
  }
  labels_.Fill({model.labels().data(), static_cast<size_t>(model.labels_size())});
  output_.assign(model.output().begin(), model.output().end());
  for (const float value : model.bias()) bias_.push_back(Small(value));
  for (const float value : model.label_rows()) label_rows_.push_back(Small(value));
  std::vector<float> offsets(model.offsets().begin(), model.offsets().end());
  positions_.resize(kPositions * kModelOffsets * units_);
  for (size_t p = 0; p < kPositions; ++p) {
    Fold(model.positions().data() + p * width, offsets.data(), static_cast<int>(width), static_cast<int>(units_), 0,
         kModelOffsets, &positions_[p * kModelOffsets * units_]);
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
  kinds_ = std::make_unique<ModelKinds>(pack, std::move(offsets));
  return absl::OkStatus();
}

absl::Status NameModel::LoadGate(const pb::Model& model) {
  if (model.gate_positions_size() != kPositions || model.gate_labels_size() != model.labels_size())
    return Damaged("has a gate that does not fit");
  const auto load = [](const auto& from, std::vector<int16_t>* to) {
    for (const int value : from) to->push_back(static_cast<int16_t>(std::clamp(value, -3000, 3000)));
  };
  load(model.gate_positions(), &gate_positions_);
  load(model.gate_labels(), &gate_labels_);
  gate_threshold_ = model.gate_threshold();
  return absl::OkStatus();
}

void NameModel::AddUpGate(const Document& doc, ModelScratch* scratch) const {
  const auto& tokens = doc.tokens();
  scratch->keys.resize(tokens.size());
  scratch->gate.assign(tokens.size() + 2 * kGateReach, 0);
  scratch->may_begin.resize(tokens.size());
  const auto meet = [&](size_t i) {
    scratch->keys[i] = kinds_->features().Kind(doc, tokens[i]);
    kinds_->Expect(scratch->keys[i], scratch->kinds);
  };
  for (size_t i = 0; i < std::min(tokens.size(), kKindsAhead); ++i) meet(i);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i + kKindsAhead < tokens.size()) meet(i + kKindsAhead);
    const ModelKinds::Kind& kind = kinds_->Of(doc, tokens[i], scratch->keys[i], &scratch->kinds);
    scratch->may_begin[i] = MayBegin(tokens, i, kind.plain);
    // Offset o is what the token says to the one `o - kGateReach` before it.
    int16_t* gate = &scratch->gate[i];
    for (size_t o = 0; o < kGateOffsets; ++o)
      gate[kGateOffsets - 1 - o] = static_cast<int16_t>(gate[kGateOffsets - 1 - o] + kind.gate[o]);
  }
}

void NameModel::Want(const Document& doc, ModelScratch* scratch) const {
  const auto& tokens = doc.tokens();
  AddUpGate(doc, scratch);
  scratch->wanted.assign(tokens.size(), 0);
  std::array<uint64_t, 2> label = {0, 0};  // the last one
  int of_label = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!scratch->may_begin[i]) continue;
    int score = scratch->gate[i + kGateReach] + gate_positions_[static_cast<size_t>(scratch->context.Position(i))];
    if (scratch->context.Label(i) != label) {
      label = scratch->context.Label(i);
      of_label = 0;
      for (const uint64_t feature : label) {
        if (const uint32_t* row = labels_.Find(feature)) of_label += gate_labels_[*row];
      }
    }
    score += of_label;
    if (score < gate_threshold_) continue;
    const size_t from = i > kNear ? i - kNear : 0, to = std::min(tokens.size(), i + kNear + 1);
    std::fill(scratch->wanted.begin() + static_cast<ptrdiff_t>(from),
              scratch->wanted.begin() + static_cast<ptrdiff_t>(to), 1);
  }
}

// Offset o of a token's sums takes from the token o - reach further on.
void NameModel::SumUp(const Document& doc, size_t begin, size_t end, ModelScratch* scratch) const {
  const size_t count = doc.tokens().size();
  const size_t first = begin > kModelReach ? begin - kModelReach : 0, last = std::min(count, end + kModelReach);
  auto& rows_of = scratch->rows;
  auto& positions = scratch->positions;
  rows_of.resize(last - first);
  positions.resize(last - first);
  ModelKinds::BeginRun(&scratch->kinds);
  for (size_t i = first; i < last; ++i) {
    // To tokens `begin` to before `end` it speaks at these offsets.
    const size_t from = i + kModelReach + 1 > end ? i + kModelReach + 1 - end : 0;
    const size_t to = std::min<size_t>(kModelOffsets, i + kModelReach + 1 - begin);
    rows_of[i - first] = kinds_->Rows(doc, doc.tokens()[i], scratch->keys[i], from, to, &scratch->kinds);
    positions[i - first] = &positions_[static_cast<size_t>(scratch->context.Position(i)) * kModelOffsets * units_];
  }
  std::array<const int16_t*, 2 * kModelOffsets + 2> rows;
  scratch->sums.resize((end - begin) * units_);
  for (size_t i = begin; i < end; ++i) {
    int number = 0;
    for (size_t o = 0; o < kModelOffsets; ++o) {
      const size_t at = i + o - kModelReach;
      if (at < first || at >= last) continue;
      rows[number++] = rows_of[at - first] + o * units_;
      rows[number++] = positions[at - first] + o * units_;
    }
    for (const uint64_t label : scratch->context.Label(i)) {
      if (label == 0) continue;
      if (const uint32_t* row = labels_.Find(label)) rows[number++] = &label_rows_[*row * units_];
    }
    AddAll(bias_.data(), rows.data(), number, static_cast<int>(units_), &scratch->sums[(i - begin) * units_]);
  }
}

// The potentials of a stretch; false when none of its tokens is anything.
bool NameModel::Weigh(const Document& doc, size_t begin, size_t end, ModelScratch* scratch) const {
  scratch->potentials.resize((end - begin) * kTags);
  bool quiet = true;
  for (size_t from = begin; from < end; from += kAtOnce) {
    const size_t to = std::min(end, from + kAtOnce);
    SumUp(doc, from, to, scratch);
    for (size_t i = from; i < to; ++i) {
      quiet = Potentials(&scratch->sums[(i - from) * units_], hidden_, output_.data(),
                         &scratch->potentials[(i - begin) * kTags]) &&
              quiet;
    }
  }
  return !quiet;
}

// `shares` holds what comes forward until what comes backward meets it.
void NameModel::Chain(size_t count, float nothing, float* shares, ModelScratch* scratch) const {
  const auto at = [](auto& values, size_t token) { return &values[token * kTags]; };
  std::array<float, kTags> state{}, weighed, ones;
  ones.fill(1.0f);
  state[0] = 1.0f;
  for (size_t i = 0; i < count; ++i) {
    float* potentials = at(scratch->potentials, i);
    potentials[0] *= nothing;
    ChainStep(i == 0 ? state.data() : at(shares, i - 1), factors_.data(), potentials, at(shares, i));
  }
  state.fill(1.0f);
  for (size_t i = count; i-- > 0;) {
    float sum = 0;
    float* to = shares + i * kTags;
    for (int a = 0; a < kTags; ++a) sum += to[a] *= state[a];
    for (int a = 0; a < kTags; ++a) to[a] /= sum;
    if (i == 0) break;
    const float* potentials = at(scratch->potentials, i);
    for (int a = 0; a < kTags; ++a) weighed[a] = state[a] * potentials[a];
    ChainStep(weighed.data(), factors_turned_.data(), ones.data(), state.data());
  }
}

const ModelReading& NameModel::Read(const Document& doc, float nothing, ModelScratch* scratch) const {
  const auto& tokens = doc.tokens();
  ModelReading& reading = scratch->reading;
  reading.stretches.clear();
  reading.shares.clear();
  kinds_->Prepare(&scratch->kinds);
  scratch->context.Reset(doc);
  Want(doc, scratch);
  for (size_t i = 0; i < tokens.size();) {
    if (!scratch->wanted[i]) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < tokens.size() && scratch->wanted[end]) ++end;
    const size_t first = reading.shares.size();
    reading.stretches.push_back({static_cast<uint32_t>(i), static_cast<uint32_t>(end), first});
    reading.shares.resize(first + (end - i) * kTags, 0.0f);
    if (Weigh(doc, i, end, scratch)) {
      Chain(end - i, nothing, &reading.shares[first], scratch);
    } else {
      for (size_t t = first; t < reading.shares.size(); t += kTags) reading.shares[t] = 1.0f;
    }
    i = end;
  }
  return reading;
}

std::vector<uint32_t> NameModel::Tags(const Document& doc, ModelScratch* scratch) const {
  const ModelReading& reading = Read(doc, 1.0f, scratch);
  std::vector<uint32_t> tags(doc.tokens().size(), 0);
  for (const ModelReading::Stretch& stretch : reading.stretches) {
    for (size_t t = stretch.begin; t < stretch.end; ++t) {
      const float* shares = reading.Of(stretch, t);
      tags[t] = static_cast<uint32_t>(std::max_element(shares, shares + kTags) - shares);
    }
  }
  return tags;
}

// A text in which rules find something in every line has more to find than one where they find nothing:
// the weight of "nothing" follows how much stands in the text for certain.
float NameModel::Expectation(const Document& doc, const Evidence& evidence) {
  constexpr float kCertain = 0.7f;
  constexpr float kUsual = 0.02f;  // certain finds a token
  constexpr float kFollows = 0.8f, kMostExpected = 1.0f, kLeastExpected = 1.5f;
  const auto tokens = static_cast<float>(doc.tokens().size());
  float found = 0;
  for (const Candidate& candidate : evidence.candidates) {
    const bool counts = candidate.category != Category::kState && candidate.category != Category::kCountry &&
                        candidate.category != Category::kAge;
    if (counts && candidate.score >= kCertain) ++found;
  }
  const float density = (found + 1) / (tokens + 50);
  return std::exp(std::clamp(-kFollows * std::log(density / kUsual), -kMostExpected, kLeastExpected));
}

void NameModel::Add(const Document& doc, float floor, ModelScratch* scratch, Evidence* evidence) const {
  spans_->Add(doc, Read(doc, Expectation(doc, *evidence), scratch), floor, evidence);
}

}  // namespace phiveil
