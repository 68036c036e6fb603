// Learns a name model from marked text: see --help and rules/trainer/README.md.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <numeric>

#include "base/concat.h"
#include "pack/pack_tables.h"
#include "recognize/name_model.h"
#include "rules/builtin.h"
#include "trainer/gate.h"
#include "trainer/training.h"

namespace phiveil::trainer {
namespace {

constexpr float kClipped = 0.0005f;  // share of the feature values that int8 cuts off

// Position of the rows in rising order of their features.
std::vector<size_t> Rising(const std::vector<uint64_t>& features) {
  std::vector<size_t> order(features.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return features[a] < features[b]; });
  return order;
}

float ScaleOf(const std::vector<float>& values) {
  std::vector<float> sizes;
  for (const float value : values) sizes.push_back(std::fabs(value));
  if (sizes.empty()) return 1;
  const auto at = sizes.begin() + static_cast<ptrdiff_t>(static_cast<float>(sizes.size() - 1) * (1 - kClipped));
  std::nth_element(sizes.begin(), at, sizes.end());
  return std::max(*at, 1e-6f) / 127;
}

pb::Model Pack(const Trained& trained) {
  pb::Model model;
  model.set_width(kWidth);
  model.set_hidden(kHidden);
  const float scale = ScaleOf(trained.weights.features);
  model.set_row_scale(scale);
  for (const size_t row : Rising(trained.features)) {
    model.add_features(trained.features[row]);
    for (int i = 0; i < kWidth; ++i) {
      const float value = trained.weights.features[row * kWidth + static_cast<size_t>(i)] / scale;
      model.mutable_feature_rows()->push_back(
          static_cast<char>(static_cast<int8_t>(std::lround(std::clamp(value, -127.0f, 127.0f)))));
    }
  }
  for (const size_t row : Rising(trained.labels)) {
    model.add_labels(trained.labels[row]);
    for (int i = 0; i < kUnits; ++i)
      model.add_label_rows(trained.weights.labels[row * kUnits + static_cast<size_t>(i)]);
  }
  const Dense& dense = trained.weights.dense;
  model.mutable_positions()->Add(dense.positions.begin(), dense.positions.end());
  model.mutable_offsets()->Add(dense.offsets.begin(), dense.offsets.end());
  model.mutable_bias()->Add(dense.bias.begin(), dense.bias.end());
  model.mutable_output()->Add(dense.output.begin(), dense.output.end());
  model.mutable_transitions()->Add(dense.transitions.begin(), dense.transitions.end());
  return model;
}

void AddGate(const Examples& examples, double kept, uint64_t seed, pb::Model* model) {
  std::unordered_map<uint64_t, uint32_t> features, labels;
  for (int f = 0; f < model->features_size(); ++f) features[model->features(f)] = static_cast<uint32_t>(f);
  for (int l = 0; l < model->labels_size(); ++l) labels[model->labels(l)] = static_cast<uint32_t>(l);
  GateReport report;
  const Gate gate = TrainGate(examples, features, labels, kept, seed, &report);
  std::fprintf(stderr, "gate: %.4f of identifiers and %.4f of other tokens are let through\n", report.kept,
               report.passed);
  const float scale = ScaleOf(gate.features);
  const auto small = [scale](float value) { return static_cast<int>(std::lround(value / scale)); };
  model->clear_gate_rows();
  for (const float value : gate.features)
    model->mutable_gate_rows()->push_back(static_cast<char>(static_cast<int8_t>(std::clamp(small(value), -127, 127))));
  model->clear_gate_positions();
  model->clear_gate_labels();
  for (const float value : gate.positions) model->add_gate_positions(small(value));
  for (const float value : gate.labels) model->add_gate_labels(small(value));
  model->set_gate_threshold(small(gate.threshold - gate.bias));
}

// A few lines of every kind; what the model makes of them is kept with it, and asked again at each load.
constexpr std::string_view kTests[] = {
    "kiddo's mom faith called, will bring him in on the 9th after her shift at the mill",
    "d/w Dr. Okonkwo-Reyes, transferred from St. Brendan's, pager 4471",
    "Patient was given 40 mg of furosemide and responded well; strength 5/5 throughout.",
    "pt moved up from Harlan County last spring, works at Tollgate Foods, sister Bibi at bedside",
    "SIGNED: R. ABERNATHY RN 0312   cc: TREMBLAY, FOLEY CATHETER REMOVED BY K. DUNNE",
    "Follow up March 3rd with Whitlock at the Grove, room 14B; Parkinson disease stable."};

void AddTests(const pb::Pack& pack, const Lexicon& lexicon, pb::Model* model) {
  pb::Pack trained = pack;
  *trained.mutable_model() = *model;
  const auto reader = NameModel::Create(trained);
  ModelScratch scratch;
  Document doc;
  std::vector<CueHit> hits;
  for (const std::string_view text : kTests) {
    if (!reader.ok() || !doc.Reset(text).ok()) return;
    hits.clear();
    lexicon.Mark(&doc, &hits);
    pb::ModelTest* test = model->add_tests();
    test->set_text(std::string(text));
    for (const uint32_t tag : (*reader)->Tags(doc, &scratch)) test->add_tags(tag);
  }
}

int Main(int argc, char** argv) {
  CLI::App app("Learns a name model from marked text, JSON Lines of {\"id\",\"text\",\"spans\"}.");
  std::string out, record, version = "1";
  std::vector<std::string> inputs;
  Settings settings;
  double kept = 0.9985;
  app.add_option("INPUTS", inputs, "Marked text")->required()->check(CLI::ExistingFile);
  app.add_option("--out", out, "Where the model goes")->required();
  app.add_option("--version", version, "Its version");
  app.add_option("--record", record, "What it was trained with, kept in the model");
  app.add_option("--epochs", settings.epochs, "Times over the text")->capture_default_str();
  app.add_option("--dropped", settings.dropped, "Share of hidden units that are silent")->capture_default_str();
  app.add_option("--caution", settings.caution, "What a miss costs over a false finding")->capture_default_str();
  app.add_option("--forgetting", settings.forgetting, "Share of words read without their own row")
      ->capture_default_str();
  app.add_option("--dense-rate", settings.dense_rate)->capture_default_str();
  app.add_option("--row-rate", settings.row_rate)->capture_default_str();
  app.add_option("--kept", kept, "Share of identifiers that the gate lets through")->capture_default_str();
  app.add_option("--seed", settings.seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const auto tables = ParsePack(BuiltinPack());
  if (!tables.ok()) {
    std::cerr << tables.status().message() << "\n";
    return 3;
  }
  const pb::Pack& pack = (*tables)->pack;
  const auto lexicon = Lexicon::Create(pack.lexicon());
  Examples examples(pack, **lexicon);
  for (const std::string& input : inputs) {
    if (const absl::Status status = examples.Read(input); !status.ok()) {
      std::cerr << status.message() << "\n";
      return 3;
    }
  }
  const auto start = std::chrono::steady_clock::now();
  const Trained trained = Train(examples, settings, [&](int epoch, double loss) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::fprintf(stderr, "epoch %d  loss %.5f a token  %.0f s\n", epoch, loss, seconds);
  });
  pb::Model model = Pack(trained);
  for (const uint64_t word : examples.PlainWords()) model.add_plain(word);
  AddGate(examples, kept, settings.seed, &model);
  model.set_version(version);
  model.set_record(record);
  AddTests(pack, **lexicon, &model);
  std::ofstream file(out, std::ios::binary);
  file << model.SerializeAsString();
  if (!file.flush()) {
    std::cerr << out << ": cannot be written\n";
    return 4;
  }
  std::fprintf(stderr, "%d features, %d labels, %zu bytes\n", model.features_size(), model.labels_size(),
               model.ByteSizeLong());
  return 0;
}

}  // namespace
}  // namespace phiveil::trainer

int main(int argc, char** argv) { return phiveil::trainer::Main(argc, argv); }
