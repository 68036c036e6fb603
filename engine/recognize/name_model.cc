#include "recognize/name_model.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "base/concat.h"
#include "base/status_macros.h"

// Vectors are passed between functions of this file alone, and all of those are inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

// One build serves machines with and without wide registers.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define PHIVEIL_WIDE __attribute__((target_clones("arch=x86-64-v3", "default")))
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
constexpr float kFaint = 6.0f;    // below the highest score: a tag that far down has nothing to say
constexpr size_t kNear = 1;       // tokens beside one worth a look that are looked at too

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(Concat("rule pack is damaged: the name model ", what, "; compile or install it again"));
}

int16_t Small(float value) { return static_cast<int16_t>(std::lround(std::clamp(value / kStep, -kLargest, kLargest))); }

// Eight at once; the compiler cuts them in two where the machine has four.
constexpr int kLanes = 8;
typedef float Floats __attribute__((vector_size(kLanes * sizeof(float))));      // NOLINT(modernize-use-using)
typedef int32_t Words __attribute__((vector_size(kLanes * sizeof(int32_t))));   // NOLINT(modernize-use-using)
typedef int16_t Halves __attribute__((vector_size(kLanes * sizeof(int16_t))));  // NOLINT(modernize-use-using)
static_assert(kTags == 2 * kLanes);

template <typename Vector, typename Value>
[[gnu::always_inline]] inline Vector Load(const Value* from) {
  Vector vector;
  __builtin_memcpy(&vector, from, sizeof vector);
  return vector;
}

template <typename Vector, typename Value>
[[gnu::always_inline]] inline void Store(Vector vector, Value* to) {
  __builtin_memcpy(to, &vector, sizeof vector);
}

[[gnu::always_inline]] inline Floats Widened(const int16_t* from) {
  return __builtin_convertvector(__builtin_convertvector(Load<Halves>(from), Words), Floats);
}

[[gnu::always_inline]] inline float Highest(Floats low, Floats high) {
  const Floats both = low > high ? low : high;
  float highest = both[0];
  for (int i = 1; i < kLanes; ++i) highest = both[i] > highest ? both[i] : highest;
  return highest;
}

// What a vector says at every offset: its product with one matrix after another, as small integers.
PHIVEIL_WIDE void FoldAll(const float* vector, const float* matrices, int width, int units, int16_t* rows) {
  constexpr int kParts = kBlock / kLanes;
  for (int o = 0; o < kModelOffsets; ++o) {
    for (int from = 0; from < units; from += kBlock) {
      Floats s0 = {}, s1 = {}, s2 = {}, s3 = {}, s4 = {}, s5 = {}, s6 = {}, s7 = {};
      static_assert(kParts == 8);
      for (int i = 0; i < width; ++i) {
        const float* row = matrices + (o * width + i) * units + from;
        const Floats factor = Floats{} + vector[i];
        s0 += factor * Load<Floats>(row);
        s1 += factor * Load<Floats>(row + 8);
        s2 += factor * Load<Floats>(row + 16);
        s3 += factor * Load<Floats>(row + 24);
        s4 += factor * Load<Floats>(row + 32);
        s5 += factor * Load<Floats>(row + 40);
        s6 += factor * Load<Floats>(row + 48);
        s7 += factor * Load<Floats>(row + 56);
      }
      const auto put = [&](Floats value, int part) __attribute__((always_inline)) {
        value *= 1.0f / kStep;
        value = value > kLargest ? Floats{} + kLargest : value;
        value = value < -kLargest ? Floats{} - kLargest : value;
        Store(__builtin_convertvector(__builtin_convertvector(value, Words), Halves),
              rows + o * units + from + part * kLanes);
      };
      put(s0, 0), put(s1, 1), put(s2, 2), put(s3, 3), put(s4, 4), put(s5, 5), put(s6, 6), put(s7, 7);
    }
  }
}

PHIVEIL_WIDE void AddFloats(const float* from, int count, float* to) {
  for (int i = 0; i < count; i += kLanes) Store(Load<Floats>(to + i) + Load<Floats>(from + i), to + i);
}

// sums = base + all of rows
PHIVEIL_WIDE void AddAll(const int16_t* base, const int16_t* const* rows, int count, int units, int16_t* sums) {
  for (int from = 0; from < units; from += 4 * kLanes) {
    Halves t0 = Load<Halves>(base + from), t1 = Load<Halves>(base + from + 8);
    Halves t2 = Load<Halves>(base + from + 16), t3 = Load<Halves>(base + from + 24);
    for (int r = 0; r < count; ++r) {
      const int16_t* row = rows[r] + from;
      t0 += Load<Halves>(row);
      t1 += Load<Halves>(row + 8);
      t2 += Load<Halves>(row + 16);
      t3 += Load<Halves>(row + 24);
    }
    Store(t0, sums + from);
    Store(t1, sums + from + 8);
    Store(t2, sums + from + 16);
    Store(t3, sums + from + 24);
  }
}

// e to the power of each; none is above zero.
[[gnu::always_inline]] inline Floats Exponentials(Floats x) {
  x *= 1.44269504f;
  x = x < -100.0f ? Floats{} - 100.0f : x;
  const Words whole = __builtin_convertvector(x, Words) - 1;
  const Floats rest = x - __builtin_convertvector(whole, Floats);
  const Floats power =
      1.0f + rest * (0.69314718f +
                     rest * (0.24022651f +
                             rest * (0.05550411f + rest * (0.00961813f + rest * (0.00133336f + rest * 0.00015404f)))));
  const Words bits = (whole + 127) << 23;
  return power * reinterpret_cast<Floats>(bits);
}

// The tags' potentials from a token's sums: directly, and by way of the hidden units. The highest is
// one. Returns whether all others are faint beside "nothing".
PHIVEIL_WIDE bool Potentials(const int16_t* sums, int hidden, const float* output, float* to) {
  float units[kWidest];
  for (int h = 0; h < hidden; h += kLanes) {
    const Floats sum = Widened(sums + kTags + h);
    Store(sum > 0 ? sum : Floats{}, units + h);
  }
  Floats low0 = Widened(sums), high0 = Widened(sums + kLanes), low1 = {}, high1 = {};
  for (int h = 0; h < hidden; h += 2) {
    const float* row = output + h * kTags;
    const Floats even = Floats{} + units[h], odd = Floats{} + units[h + 1];
    low0 += even * Load<Floats>(row);
    high0 += even * Load<Floats>(row + kLanes);
    low1 += odd * Load<Floats>(row + kTags);
    high1 += odd * Load<Floats>(row + kTags + kLanes);
  }
  Floats low = (low0 + low1) * kStep, high = (high0 + high1) * kStep;
  const float nothing = low[0];
  high[kLanes - 1] = nothing - 100.0f;
  const float highest = Highest(low, high);
  Store(Exponentials(low - highest), to);
  Store(Exponentials(high - highest), to + kLanes);
  low[0] = nothing - 100.0f;
  return Highest(low, high) < nothing - kFaint;
}

// to = (from * factors) . times, scaled to sum one.
PHIVEIL_WIDE void ChainStep(const float* from, const float* factors, const float* times, float* to) {
  Floats low0 = {}, high0 = {}, low1 = {}, high1 = {};
  for (int a = 0; a < kTags; a += 2) {
    const float* row = factors + a * kTags;
    const Floats even = Floats{} + from[a], odd = Floats{} + from[a + 1];
    low0 += even * Load<Floats>(row);
    high0 += even * Load<Floats>(row + kLanes);
    low1 += odd * Load<Floats>(row + kTags);
    high1 += odd * Load<Floats>(row + kTags + kLanes);
  }
  const Floats low = (low0 + low1) * Load<Floats>(times), high = (high0 + high1) * Load<Floats>(times + kLanes);
  const Floats both = low + high;
  const float sum = ((both[0] + both[1]) + (both[2] + both[3])) + ((both[4] + both[5]) + (both[6] + both[7]));
  const float scale = 1.0f / sum;
  Store(low * scale, to);
  Store(high * scale, to + kLanes);
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

void NameModel::Numbers::Fill(std::span<const uint64_t> keys) {
  slots_.assign(std::bit_ceil(2 * keys.size() + 2), {0, 0});
  for (uint32_t number = 0; number < keys.size(); ++number) {
    size_t at = keys[number] & (slots_.size() - 1);
    while (slots_[at].key != 0 && slots_[at].key != keys[number]) at = (at + 1) & (slots_.size() - 1);
    if (keys[number] != 0) slots_[at] = {keys[number], number};
  }
}

const uint32_t* NameModel::Numbers::Find(uint64_t key) const {
  if (key == 0) return nullptr;
  for (size_t at = key & (slots_.size() - 1); slots_[at].key != 0; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].key == key) return &slots_[at].number;
  }
  return nullptr;
}

absl::Status NameModel::Load(const pb::Model& model) {
  if (model.width() == 0 || model.width() > kWidest || model.width() % kTags != 0 || model.hidden() == 0 ||
      model.hidden() > kWidest || (kTags + model.hidden()) % kBlock != 0)
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
  known_.Fill({model.features().data(), count});
  labels_.Fill({model.labels().data(), static_cast<size_t>(model.labels_size())});
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
  plain_.Fill({model.plain().data(), static_cast<size_t>(model.plain_size())});
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
    const uint32_t* row = known_.Find(feature);
    if (row != nullptr) AddFloats(&vectors_[*row * static_cast<size_t>(width_)], width_, vector.data());
  }
  FoldAll(vector.data(), offsets_.data(), width_, units_, rows);
  if (!taken) {
    scratch->keys[slot] = key;
    scratch->used[slot] = scratch->run;
  }
  return rows;
}

bool NameModel::IsPlain(const Token& token) const { return plain_.Find(features_->Plain(token)) != nullptr; }

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
      if (const uint32_t* row = labels_.Find(label)) rows[number++] = &label_rows_[*row * units];
    }
    AddAll(bias_.data(), rows.data(), number, units_, &scratch->sums[i * units]);
  }
}

void NameModel::Chain(size_t begin, size_t end, float nothing, ModelScratch* scratch) const {
  const auto at = [](std::vector<float>& values, size_t token) { return &values[token * kTags]; };
  bool quiet = true;
  for (size_t i = begin; i < end; ++i) {
    const int16_t* sums = &scratch->sums[i * static_cast<size_t>(units_)];
    quiet = Potentials(sums, hidden_, output_.data(), at(scratch->potentials, i)) && quiet;
  }
  if (quiet) {
    for (size_t i = begin; i < end; ++i) scratch->shares[i * kTags] = 1.0f;
    return;
  }
  std::array<float, kTags> state{};
  state[0] = 1.0f;
  for (size_t i = begin; i < end; ++i) {
    float* potentials = at(scratch->potentials, i);
    potentials[0] *= nothing;
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

std::span<const float> NameModel::Read(const Document& doc, float nothing, ModelScratch* scratch) const {
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
    Chain(i, end, nothing, scratch);
    i = end;
  }
  return scratch->shares;
}

std::vector<uint32_t> NameModel::Tags(const Document& doc, ModelScratch* scratch) const {
  const std::span<const float> shares = Read(doc, 1.0f, scratch);
  std::vector<uint32_t> tags;
  for (size_t at = 0; at < shares.size(); at += kTags) {
    const auto first = shares.begin() + static_cast<ptrdiff_t>(at);
    tags.push_back(static_cast<uint32_t>(std::max_element(first, first + kTags) - first));
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
