#include "structure/json_fields.h"

#include <algorithm>
#include <array>

namespace phiveil {
namespace {

// Members that say what the value beside them is.
constexpr std::string_view kQualifiers[] = {"system",    "type",   "key",   "label",    "field",     "field_name",
                                            "fieldName", "url",    "name",  "question", "attribute", "property",
                                            "parameter", "column", "title", "prompt"};
// Members that are that value; FHIR writes its type behind it: valueString.
constexpr std::string_view kValues[] = {"value", "answer", "display", "response", "val"};
constexpr std::string_view kTypeTexts[] = {"code", "text", "display"};
constexpr std::string_view kPrimitives[] = {
    "String", "Code", "Date", "DateTime", "Instant", "Integer",   "Decimal",    "Boolean",      "Uri",      "Url", "Id",
    "Oid",    "Uuid", "Text", "Markdown", "Address", "HumanName", "Identifier", "ContactPoint", "Reference"};

template <size_t N>
bool IsOneOf(std::string_view key, const std::string_view (&keys)[N]) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

// "Patient" of "Patient/7" and of "Practitioner?identifier=…".
std::string_view TypeOfReference(std::string_view value) {
  const size_t at = value.find_first_of("/?");
  if (at == std::string_view::npos || at == 0) return "";
  const std::string_view type = value.substr(0, at);
  return std::all_of(type.begin(), type.end(), IsLetter) ? type : "";
}

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The four digits at `at`, or -1.
int32_t HexAt(std::string_view text, size_t at, size_t end) {
  if (at + 4 > end) return -1;
  int32_t value = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const int digit = HexValue(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

char Simple(char c) {
  switch (c) {
    case 'n':
    case 'r':
      return '\n';
    case 't':
      return '\t';
    case 'b':
    case 'f':
      return ' ';
    case '"':
    case '\'':
    case '\\':
    case '/':
      return c;
    default:
      return 0;
  }
}

}  // namespace

void JsonFields::Clear() {
  path_.clear();
  frames_.clear();
  values_ = 0;
}

void JsonFields::Begin() {
  Frame frame;
  frame.outer = frame.base = path_.size();
  if (!frames_.empty()) {
    const Frame& parent = frames_.back();
    frame.type_of = parent.role == Role::kType ? frames_.size() - 1 : parent.type_of;
  }
  frames_.push_back(std::move(frame));
}

void JsonFields::End() {
  if (frames_.empty()) return;
  path_.resize(frames_.back().outer);
  frames_.pop_back();
}

JsonFields::Role JsonFields::RoleOf(std::string_view key) {
  if (key == "resourceType") return Role::kResource;
  if (key == "reference") return Role::kReference;
  if (key == "type") return Role::kType;
  if (IsOneOf(key, kValues)) return Role::kValue;
  if (key.starts_with("value") && IsOneOf(key.substr(5), kPrimitives)) return Role::kValue;
  if (IsOneOf(key, kQualifiers)) return Role::kQualifier;
  return IsOneOf(key, kTypeTexts) ? Role::kTypeText : Role::kPlain;
}

void JsonFields::Key(size_t begin, size_t end) {
  if (frames_.empty()) return;
  const std::string_view key = builder_->text().substr(begin, end - begin);
  Frame& frame = frames_.back();
  frame.role = RoleOf(key);
  path_.resize(frame.base);
  AppendWords(key, &path_);
}

// What the members beside the value say it is, or kNone.
uint32_t JsonFields::NameSaid() {
  if (frames_.empty()) return FieldNames::kNone;
  const Frame& frame = frames_.back();
  if (frame.role != Role::kValue || frame.says.empty()) return FieldNames::kNone;
  said_.assign(path_.begin(), path_.begin() + static_cast<ptrdiff_t>(frame.base));
  said_.insert(said_.end(), frame.says.begin(), frame.says.end());
  return builder_->names().Find(said_);
}

// Remembers what a member says of the object it stands in, or of one around it.
void JsonFields::Note(std::string_view value) {
  constexpr size_t kLongest = 160;
  if (frames_.empty() || value.size() > kLongest) return;
  Frame& frame = frames_.back();
  if (frame.role == Role::kResource) {
    path_.resize(frame.base);
    AppendWords(value, &path_);
    frame.base = path_.size();
  } else if (frame.role == Role::kReference) {
    AppendWords(TypeOfReference(value), &frame.says);
  } else if (frame.role == Role::kQualifier || frame.role == Role::kType) {
    AppendSaid(value, &frame.says);
  } else if (frame.type_of != kNoFrame && (frame.role == Role::kTypeText || frame.role == Role::kValue)) {
    AppendWords(value, &frames_[frame.type_of].says);
  }
}

void JsonFields::Emit(size_t begin, size_t end, bool bare) {
  ++values_;
  if (begin >= end) return;
  FieldValue value;
  value.begin = static_cast<uint32_t>(begin);
  value.end = static_cast<uint32_t>(end);
  value.bare = bare;
  value.name = NameSaid();
  (value.name == FieldNames::kNone ? value.name : value.other) = builder_->names().Find(path_);
  builder_->Value(value);
}

void JsonFields::String(size_t begin, size_t end) {
  Emit(begin, end, false);
  Unescape(begin, end);
  Note(builder_->text().substr(begin, end - begin));
}

void JsonFields::Scalar(size_t begin, size_t end) {
  const std::string_view value = builder_->text().substr(begin, end - begin);
  constexpr std::string_view kWords[] = {"true", "false", "null", "None", "True", "False", "NaN", "undefined", "nil"};
  if (IsOneOf(value, kWords)) {
    ++values_;
  } else {
    Emit(begin, end, true);
  }
}

void JsonFields::Unescape(size_t begin, size_t end) {
  const std::string_view text = builder_->text();
  for (size_t at = text.substr(0, end).find('\\', begin); at != std::string_view::npos && at + 1 < end;) {
    const char c = text[at + 1];
    size_t next = at + 2;
    if (c == 'u') {
      int32_t unit = HexAt(text, at + 2, end);
      if (unit >= 0) next = at + 6;
      const bool high = unit >= 0xD800 && unit < 0xDC00 && next + 6 <= end && text.substr(next, 2) == "\\u";
      const int32_t low = high ? HexAt(text, next + 2, end) : -1;
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        next += 6;
      }
      if (unit >= 0) builder_->Escaped(at, next, static_cast<uint32_t>(unit));
    } else if (Simple(c) != 0) {
      builder_->Escaped(at, next, static_cast<uint32_t>(Simple(c)));
    }
    at = text.substr(0, end).find('\\', next);
  }
}

}  // namespace phiveil
