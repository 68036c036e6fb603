#include "structure/structure.h"

#include <algorithm>

#include "structure/builder.h"
#include "structure/hl7.h"
#include "structure/json.h"
#include "structure/markup.h"
#include "structure/pairs.h"
#include "structure/table.h"

namespace phiveil {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kLeastNested = 16;  // bytes of a value worth entering

template <typename Row>
void Order(std::vector<Row>* rows) {
  const auto before = [](const Row& a, const Row& b) { return a.begin < b.begin; };
  if (!std::is_sorted(rows->begin(), rows->end(), before)) std::stable_sort(rows->begin(), rows->end(), before);
  // Readers of different kinds may both have taken a stretch: the first one has it.
  uint32_t reach = 0;
  size_t kept = 0;
  for (const Row& row : *rows) {
    if (row.begin < reach) continue;
    reach = row.end;
    (*rows)[kept++] = row;
  }
  rows->resize(kept);
}

// Puts what was read inside `outer` in its place: values as they are, what is left of the outer one
// as prose.
void AppendInner(const FieldValue& outer, const Structure& inner, std::vector<FieldValue>* out) {
  const uint32_t size = outer.end - outer.begin;
  uint32_t at = 0;
  const auto open_until = [&](uint32_t end) {
    if (end > at) out->push_back({outer.begin + at, outer.begin + end});
  };
  size_t region = 0, value = 0;
  while (region < inner.regions.size() || value < inner.values.size()) {
    const bool next_is_region =
        region < inner.regions.size() &&
        (value == inner.values.size() || inner.regions[region].begin <= inner.values[value].begin);
    if (next_is_region) {
      const Extent& stretch = inner.regions[region++];
      open_until(stretch.begin);
      at = std::max(at, stretch.end);
    } else {
      FieldValue one = inner.values[value++];
      open_until(one.begin);
      at = std::max(at, one.end);
      one.begin += outer.begin;
      one.end += outer.begin;
      one.bare = false;  // quotes inside a string would have to be escaped
      out->push_back(one);
    }
  }
  open_until(size);
}

// Reads whatever begins first, again and again; what lies between is given to the readers of lines.
class Sweep {
 public:
  Sweep(bool brace, const Hl7Table& hl7, StructureBuilder* builder, JsonParser* parser, std::vector<Extent>* free)
      : text_(builder->text()),
        hl7_(hl7),
        builder_(builder),
        parser_(parser),
        markup_(builder),
        fields_(builder),
        free_(free),
        brace_(brace) {}

  void Run() {
    free_->clear();
    if (ReadWholeJson()) return;
    size_t object = brace_ ? FindJson(text_, 0) : kNone;
    size_t message = FindHl7(text_, 0, hl7_), tag = markup_.Next(0), at = 0;
    bool any_tag = false;
    for (;;) {
      const size_t first = std::min({message, object, tag});
      if (first == kNone) break;
      if (first > at) free_->push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(first)});
      if (first == tag) {
        any_tag = true;
        at = markup_.Read(first);
      } else {
        at = first == message ? ReadHl7(first, hl7_, builder_) : ReadObject(first);
        markup_.Interrupt(at);
      }
      if (message < at) message = FindHl7(text_, at, hl7_);
      if (object < at) object = FindJson(text_, at);
      if (tag < at) tag = markup_.Next(at);
    }
    if (any_tag) markup_.Finish();
    if (at < text_.size()) free_->push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(text_.size())});
  }

 private:
  bool ReadWholeJson() {
    const size_t first = SkipBlanks(text_, 0);
    if (first >= text_.size() || (text_[first] != '{' && text_[first] != '[')) return false;
    const size_t second = SkipBlanks(text_, first + 1);
    if (second >= text_.size() || std::string_view("{[\"").find(text_[second]) == kNone) return false;
    const StructureBuilder::State state = builder_->Save();
    builder_->Region(first, text_.size());
    if (parser_->Read(text_, &fields_) && fields_.values() > 0) return true;
    fields_.Clear();
    builder_->GoBack(state);
    return false;
  }

  size_t ReadObject(size_t begin) {
    const StructureBuilder::State state = builder_->Save();
    fields_.Clear();
    const size_t end = ScanJson(text_, begin, &fields_);
    if (fields_.values() == 0) {
      builder_->GoBack(state);
    } else {
      builder_->Region(begin, end);
    }
    return end;
  }

  const std::string_view text_;
  const Hl7Table& hl7_;
  StructureBuilder* builder_;
  JsonParser* parser_;
  MarkupReader markup_;
  JsonFields fields_;
  std::vector<Extent>* free_;
  const bool brace_;  // there is one in the text
};

}  // namespace

struct StructureScratch {
  JsonParser parser;
  std::vector<Extent> free;
  std::string straight;  // the text with plain quotes
  Structure inner;
  std::vector<FieldValue> values;
};

StructureScanner::StructureScanner(const pb::Fields& fields)
    : names_(fields), hl7_(std::make_unique<Hl7Table>(fields)) {}
StructureScanner::~StructureScanner() = default;

std::unique_ptr<StructureScratch, void (*)(StructureScratch*)> StructureScanner::NewScratch() {
  return {new StructureScratch, [](StructureScratch* scratch) { delete scratch; }};
}

void StructureScanner::Scan(std::string_view text, StructureScratch* scratch, Structure* out) const {
  out->Clear();
  if (names_.empty()) return;
  const bool brace = text.find('{') != kNone;
  if (brace && HasTypographicJson(text)) {
    Straighten(text, &scratch->straight);
    text = scratch->straight;
  }
  StructureBuilder builder(text, names_, out);
  Sweep(brace, *hl7_, &builder, &scratch->parser, &scratch->free).Run();
  for (const Extent& stretch : scratch->free) {
    ReadTables(stretch.begin, stretch.end, &builder);
    ReadPairs(stretch.begin, stretch.end, &builder);
  }
  if (out->empty()) return;
  Order(&out->values);
  Order(&out->regions);
  Order(&out->escapes);
}

void StructureScanner::Enter(const Document& doc, StructureScratch* scratch, Structure* structure) const {
  if (structure->empty()) return;
  const auto to_view = [&doc](auto* rows) {
    for (auto& row : *rows) {
      row.begin = static_cast<uint32_t>(doc.ViewOffset(row.begin));
      row.end = static_cast<uint32_t>(doc.ViewOffset(row.end));
    }
    std::erase_if(*rows, [](const auto& row) { return row.begin >= row.end; });
  };
  to_view(&structure->regions);
  to_view(&structure->values);
  scratch->values.clear();
  for (const FieldValue& value : structure->values) {
    const std::string_view text = doc.view().substr(value.begin, value.end - value.begin);
    const bool open = value.name == FieldNames::kNone;
    if (!open || text.size() < kLeastNested || text.find_first_of("{<|=") == kNone) {
      scratch->values.push_back(value);
      continue;
    }
    Scan(text, scratch, &scratch->inner);
    AppendInner(value, scratch->inner, &scratch->values);
  }
  structure->values.swap(scratch->values);
}

}  // namespace phiveil
