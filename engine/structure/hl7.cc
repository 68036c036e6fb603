#include "structure/hl7.h"

#include <algorithm>
#include <array>

#include "structure/hl7_shape.h"

namespace phiveil {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kMostFields = 512;

bool IsSegmentId(std::string_view id) {
  const auto later = [](char c) { return IsCapital(c) || IsDigit(c); };
  return id.size() == 3 && IsCapital(id[0]) && later(id[1]) && later(id[2]);
}

bool IsHeader(std::string_view id) { return id == "MSH" || id == "FHS" || id == "BHS"; }

// Between the begin of a line and its segment: indentation, quotation of mail, the start of a block.
bool IsLead(char c) { return c == ' ' || c == '\t' || c == '>' || c == '\x0b' || c == '\x1c' || c == '"' || c == '\''; }

bool IsDelimiter(char c) { return c > ' ' && c < 0x7F && !IsDigit(c) && !IsLetter(c); }

struct Delimiters {
  char field = '|', component = '^', repetition = '~', escape = '\\', sub = '&';
};

// Those of a header whose first byte is at `begin`; false when none stand there.
bool ReadDelimiters(std::string_view text, size_t begin, Delimiters* out) {
  const size_t at = begin + 3;
  if (at + 2 >= text.size() || !IsDelimiter(text[at])) return false;
  Delimiters read;
  read.field = text[at];
  const std::array<char*, 4> slots = {&read.component, &read.repetition, &read.escape, &read.sub};
  size_t count = 0;
  while (count < slots.size() && at + 1 + count < text.size() && IsDelimiter(text[at + 1 + count]) &&
         text[at + 1 + count] != read.field) {
    *slots[count] = text[at + 1 + count];
    ++count;
  }
  if (count == 0) return false;
  *out = read;
  return true;
}

// Whether a segment id and a field delimiter stand at `at`.
bool IsSegmentAt(std::string_view text, size_t at, char field) {
  return at + 3 < text.size() && text[at + 3] == field && IsSegmentId(text.substr(at, 3));
}

size_t SkipLead(std::string_view text, size_t at) {
  constexpr size_t kMostLead = 64;
  const size_t limit = std::min(text.size(), at + kMostLead);
  while (at < limit && IsLead(text[at])) ++at;
  return at;
}

class Reader {
 public:
  Reader(size_t begin, const Hl7Table& table, StructureBuilder* builder)
      : text_(builder->text()), table_(table), builder_(*builder), at_(begin) {
    if (begin > 0 && (text_[begin - 1] == '"' || text_[begin - 1] == '\'')) quote_ = text_[begin - 1];
  }

  size_t Run() {
    size_t end = at_;
    while (at_ < text_.size()) {
      const size_t begin = SkipLead(text_, at_);
      if (begin + 3 < text_.size() && IsHeader(text_.substr(begin, 3))) ReadDelimiters(text_, begin, &marks_);
      if (!IsSegmentAt(text_, begin, marks_.field)) break;
      end = EndOfSegment(begin);
      ReadSegment(begin, end);
      at_ = NextLine(end);
    }
    return end;
  }

 private:
  bool BeginsSegment(size_t line) const { return IsSegmentAt(text_, SkipLead(text_, line), marks_.field); }

  // "\r" or "\n" spelled out, or "<CR>", before another segment.
  size_t SpelledBreak(size_t at) const {
    for (std::string_view spelled : {"\\r\\n", "\\r", "\\n", "<CR>", "<cr>"}) {
      if (text_.substr(at, spelled.size()) != spelled) continue;
      if (IsSegmentAt(text_, at + spelled.size(), marks_.field)) return spelled.size();
    }
    return 0;
  }

  // Two quotes are a value of HL7, and one behind a backslash belongs to the text.
  bool IsClosingQuote(size_t at) const {
    const char before = text_[at - 1];
    return before != '\\' && before != quote_ && (at + 1 == text_.size() || text_[at + 1] != quote_);
  }

  size_t EndOfLineHere(size_t at) const {
    for (; at < text_.size(); ++at) {
      const char c = text_[at];
      if (c == '\n' || c == '\r' || (c == quote_ && IsClosingQuote(at))) return at;
      if ((c == '\\' || c == '<') && SpelledBreak(at) != 0) return at;
    }
    return at;
  }

  size_t NextLine(size_t at) const {
    if (at < text_.size() && text_[at] == '\r') return at + 1 + (at + 1 < text_.size() && text_[at + 1] == '\n');
    if (at < text_.size() && text_[at] == '\n') return at + 1;
    return at + (at < text_.size() ? SpelledBreak(at) : 0);
  }

  // With the lines that belong to it: those that hold a delimiter, and those before such a one.
  size_t EndOfSegment(size_t begin) const {
    constexpr int kMostPlain = 8;
    size_t end = EndOfLineHere(begin);
    int plain = 0;
    for (size_t line = end; line < text_.size();) {
      const size_t next = NextLine(line);
      if (next == line || BeginsSegment(next)) return plain == 0 ? end : line;
      line = EndOfLineHere(next);
      const std::string_view content = text_.substr(next, line - next);
      if (std::all_of(content.begin(), content.end(), IsBlank)) break;
      if (content.find(marks_.field) != kNone) {
        end = line;
        plain = 0;
      } else if (++plain > kMostPlain) {
        break;
      }
    }
    return end;
  }

  void ReadSegment(size_t begin, size_t end) {
    const std::string_view id = text_.substr(begin, 3);
    const Hl7Parts* parts = table_.Segment(id);
    builder_.Region(begin, end);
    fields_.clear();
    for (size_t at = begin + 3; at < end && fields_.size() < kMostFields;) {
      const size_t next = std::min(text_.find(marks_.field, at + 1), end);
      fields_.push_back({static_cast<uint32_t>(at + 1), static_cast<uint32_t>(next)});
      at = next;
    }
    // The delimiter behind a header's name is its first field, and the others are its second.
    const size_t shift = IsHeader(id) ? 1 : 0;
    for (size_t i = shift; i < fields_.size(); ++i) ReadField(parts, i + 1 + shift, fields_[i]);
    if (!fields_.empty()) Unescape(shift == 0 ? begin : fields_[0].end, end);
    // More fields than any segment has: what is left is text.
    if (!fields_.empty() && fields_.back().end < end) builder_.Value(fields_.back().end + 1, end);
  }

  void ReadField(const Hl7Parts* parts, size_t number, Extent field) {
    if (field.begin >= field.end) return;
    const Hl7Part* part = parts == nullptr ? nullptr : parts->Find(number);
    if (part == nullptr) return ReadUnlisted(field, parts != nullptr);
    Hl7Part known = *part;
    if (known.kind == Hl7Part::Kind::kByField) {
      const size_t by = known.type;
      const Extent told = by >= 1 && by <= fields_.size() ? fields_[by - 1] : Extent{};
      known.type = table_.TypeNamed(text_.substr(told.begin, told.end - told.begin));
      known.kind = known.type == 0 ? Hl7Part::Kind::kText : Hl7Part::Kind::kName;
    }
    const bool text = known.kind == Hl7Part::Kind::kText || (known.type != 0 && table_.type(known.type).text);
    if (text) return builder_.Value(field.begin, field.end);
    Split(field, marks_.repetition, [&](size_t, Extent one) { ReadRepetition(known, one); });
  }

  void ReadRepetition(const Hl7Part& part, Extent value) {
    if (part.type != 0 && !table_.type(part.type).parts.empty()) {
      return ReadTyped(table_.type(part.type), part, value, marks_.component);
    }
    const uint32_t name = part.name != FieldNames::kNone || part.type == 0 ? part.name : table_.type(part.type).name;
    Split(value, marks_.component,
          [&](size_t i, Extent one) { Leaf(one, i == 1 ? name : table_.unlisted(), part.place); });
  }

  // Components of a type, or subcomponents of one inside a component.
  void ReadTyped(const Hl7Type& type, const Hl7Part& part, Extent value, char delimiter) {
    const Hl7Part* first = type.parts.Find(1);
    const bool inner = first != nullptr && first->type != 0 && delimiter == marks_.component;
    if (inner && WithoutLevel(value)) return ReadTyped(table_.type(first->type), part, value, delimiter);
    const uint32_t own = OwnName(type, part, value, delimiter);
    Split(value, delimiter, [&](size_t i, Extent one) {
      const Hl7Part* component = type.parts.Find(i);
      if (component == nullptr) return Leaf(one, table_.unlisted(), part.place);
      if (component->kind == Hl7Part::Kind::kText) return Leaf(one, FieldNames::kNone, part.place);
      if (component->type != 0 && delimiter == marks_.component) {
        Hl7Part deeper = *component;
        deeper.place = part.place;
        if (deeper.name == FieldNames::kNone) deeper.name = part.name;
        const Hl7Type& inside = table_.type(component->type);
        if (!inside.parts.empty()) return ReadTyped(inside, deeper, one, marks_.sub);
        return Leaf(one, component->name != FieldNames::kNone ? component->name : inside.name, part.place);
      }
      Leaf(one, component->kind == Hl7Part::Kind::kValue ? own : component->name, part.place);
    });
  }

  // What the value of a type is here: as its kind says, as the field says, or as the type does.
  uint32_t OwnName(const Hl7Type& type, const Hl7Part& part, Extent value, char delimiter) const {
    uint32_t told = FieldNames::kNone;
    for (uint32_t number : type.kind_parts) {
      Split(value, delimiter, [&](size_t i, Extent one) {
        if (i == number && told == FieldNames::kNone) told = table_.Kind(text_.substr(one.begin, one.end - one.begin));
      });
    }
    if (told != FieldNames::kNone) return told;
    return part.name != FieldNames::kNone ? part.name : type.name;
  }

  // A value of two levels whose sender wrote the inner one with the outer one's delimiters: the second
  // of its parts is a word.
  bool WithoutLevel(Extent value) const {
    const std::string_view content = text_.substr(value.begin, value.end - value.begin);
    const size_t at = content.find(marks_.component);
    return at != kNone && content.find(marks_.sub) == kNone && at + 1 < content.size() && IsLetter(content[at + 1]);
  }

  void ReadUnlisted(Extent field, bool known_segment) {
    const std::string_view content = text_.substr(field.begin, field.end - field.begin);
    const bool broken = content.find_first_of("\r\n") != kNone;
    Split(field, marks_.repetition, [&](size_t, Extent one) {
      const std::string_view shape =
          ShapeOf(text_.substr(one.begin, one.end - one.begin), marks_.component, marks_.sub);
      Hl7Part part;
      part.type = shape.empty() ? 0 : table_.TypeNamed(shape);
      if (part.type != 0) return ReadRepetition(part, one);
      const uint32_t name = known_segment && !broken ? table_.unlisted() : FieldNames::kNone;
      Split(one, marks_.component, [&](size_t, Extent piece) { Leaf(piece, name, 0); });
    });
  }

  // A value; its subcomponents are several.
  void Leaf(Extent value, uint32_t name, uint16_t place) {
    Split(value, marks_.sub, [&](size_t, Extent one) {
      FieldValue leaf;
      leaf.begin = one.begin;
      leaf.end = one.end;
      leaf.name = name;
      leaf.place = place;
      builder_.Value(leaf);
    });
  }

  template <typename Take>
  void Split(Extent value, char delimiter, Take take) const {
    size_t number = 1;
    for (size_t at = value.begin;; ++number) {
      const size_t next = std::min<size_t>(text_.substr(0, value.end).find(delimiter, at), value.end);
      if (next > at) take(number, Extent{static_cast<uint32_t>(at), static_cast<uint32_t>(next)});
      if (next >= value.end) return;
      at = next + 1;
    }
  }

  void Unescape(size_t begin, size_t end) {
    constexpr size_t kLongest = 12;
    const std::string_view text = text_.substr(0, end);
    for (size_t at = text.find(marks_.escape, begin); at != kNone; at = text.find(marks_.escape, at)) {
      const size_t close = text.substr(0, std::min(end, at + kLongest)).find(marks_.escape, at + 1);
      const std::string_view code = close == kNone ? "" : text.substr(at + 1, close - at - 1);
      const uint32_t meaning = Meaning(code);
      if (meaning != 0) builder_.Escaped(at, close + 1, meaning);
      at = meaning != 0 ? close + 1 : at + 1;
    }
  }

  uint32_t Meaning(std::string_view code) const {
    if (code.empty()) return 0;
    if (code.size() == 1) {
      const std::pair<char, char> known[] = {{'F', marks_.field}, {'S', marks_.component}, {'R', marks_.repetition},
                                             {'T', marks_.sub},   {'E', marks_.escape},    {'H', ' '},
                                             {'N', ' '}};
      for (const auto& [letter, meaning] : known) {
        if (code[0] == letter) return static_cast<uint8_t>(meaning);
      }
      return 0;
    }
    if (code[0] == '.') return code.find_first_not_of(".abcdefghijklmnopqrstuvwxyz0123456789+-") == kNone ? '\n' : 0;
    return code == "X0D" || code == "X0A" || code == "X0D0A" ? '\n' : 0;
  }

  const std::string_view text_;
  const Hl7Table& table_;
  StructureBuilder& builder_;
  size_t at_;
  char quote_ = '\n';  // around a message in quotes
  Delimiters marks_;
  std::vector<Extent> fields_;
};

// A header with its delimiters, or a segment of the tables with enough fields that it is no accident.
bool BeginsMessage(std::string_view text, size_t begin, const Hl7Table& table) {
  const std::string_view id = text.substr(begin, 3);
  Delimiters ignored;
  if (IsHeader(id)) return ReadDelimiters(text, begin, &ignored);
  if (table.Segment(id) == nullptr) return false;
  const std::string_view line = text.substr(begin, EndOfLine(text, begin) - begin);
  return std::count(line.begin(), line.end(), '|') >= 3;
}

bool BeginsLine(std::string_view text, size_t begin) {
  size_t at = begin;
  while (at > 0 && begin - at < 64 && IsLead(text[at - 1])) --at;
  return at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r';
}

}  // namespace

size_t FindHl7(std::string_view text, size_t at, const Hl7Table& table) {
  for (size_t bar = text.find('|', at); bar != kNone; bar = text.find('|', bar + 1)) {
    if (bar < at + 3 || !IsSegmentId(text.substr(bar - 3, 3))) continue;
    const size_t begin = bar - 3;
    const bool inside_word = begin > 0 && (IsLetter(text[begin - 1]) || IsDigit(text[begin - 1]));
    const bool placed = IsHeader(text.substr(begin, 3)) ? !inside_word : BeginsLine(text, begin);
    if (placed && BeginsMessage(text, begin, table)) return begin;
  }
  return kNone;
}

size_t ReadHl7(size_t begin, const Hl7Table& table, StructureBuilder* builder) {
  return std::max(Reader(begin, table, builder).Run(), begin + 1);
}

}  // namespace phiveil
