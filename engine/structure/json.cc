#include "structure/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace phiveil {
namespace {

constexpr size_t kLongestKey = 200;
constexpr size_t kMostSpace = 4096;  // between a bracket and what follows it
constexpr size_t kNone = std::string_view::npos;
constexpr std::string_view kOpeningQuote = "\xE2\x80\x9C", kClosingQuote = "\xE2\x80\x9D";

bool IsQuote(char c) { return c == '"' || c == '\''; }
bool IsKeyByte(char c) { return IsLetter(c) || IsDigit(c) || c == '_' || c == '$' || c == '-' || c == '.'; }

// The quote that closes the string that begins at `begin`, or npos.
size_t ClosingQuote(std::string_view text, size_t begin, char quote) {
  for (size_t at = begin;;) {
    at = text.find(quote, at);
    if (at == kNone) return kNone;
    size_t back = at;
    while (back > begin && text[back - 1] == '\\') --back;
    if ((at - back) % 2 == 0) return at;
    ++at;
  }
}

size_t SkipFew(std::string_view text, size_t at) {
  const size_t limit = std::min(text.size(), at + kMostSpace);
  while (at < limit && IsBlank(text[at])) ++at;
  return at;
}

// Whether a key in quotes and a colon stand at `at`.
bool IsKeyAt(std::string_view text, size_t at) {
  if (at >= text.size() || !IsQuote(text[at])) return false;
  const std::string_view near = text.substr(0, std::min(text.size(), at + kLongestKey));
  const size_t close = ClosingQuote(near, at + 1, text[at]);
  if (close == kNone || close == at + 1) return false;
  const size_t colon = SkipFew(text, close + 1);
  return colon < text.size() && text[colon] == ':';
}

// The lenient reader. Errors are no error: a sign in the wrong place is passed over, and what can no
// longer be JSON ends the reading.
class Scanner {
 public:
  Scanner(std::string_view text, size_t begin, JsonFields* fields) : text_(text), at_(begin), fields_(fields) {}

  size_t Run() {
    const size_t outer = fields_->depth();
    do {
      const size_t next = SkipBlanks(text_, at_);
      if (next >= text_.size() || fields_->depth() - outer >= JsonFields::kDeepest) break;
      const size_t before = at_;
      at_ = next;
      if (!Step()) {
        at_ = before;
        break;
      }
    } while (fields_->depth() > outer);
    while (fields_->depth() > outer) fields_->End();
    return at_;
  }

 private:
  // Reads one sign, string or word. False where JSON ends.
  bool Step() {
    const char c = text_[at_];
    switch (c) {
      case '{':
      case '[':
        c == '{' ? fields_->BeginObject() : fields_->BeginArray();
        in_object_.push_back(c == '{');
        awaits_key_ = c == '{';
        after_colon_ = false;
        ++at_;
        return true;
      case '}':
      case ']':
        Close(c == '}');
        ++at_;
        return true;
      case ',':
        awaits_key_ = InObject();
        ++at_;
        return true;
      case ':':
        after_colon_ = true;
        ++at_;
        return true;
      default: {
        const bool lost_comma = !after_colon_ && IsKeyAt(text_, at_);
        return awaits_key_ || lost_comma ? ReadKey() : ReadValue();
      }
    }
  }

  bool InObject() const { return !in_object_.empty() && in_object_.back(); }

  // A bracket of the other kind closes what it must have been meant for.
  void Close(bool object) {
    while (in_object_.size() > 1 && in_object_.back() != object &&
           std::find(in_object_.begin(), in_object_.end(), object) != in_object_.end()) {
      in_object_.pop_back();
      fields_->End();
    }
    if (!in_object_.empty()) in_object_.pop_back();
    fields_->End();
    awaits_key_ = false;
  }

  bool ReadKey() {
    size_t begin = at_, end = at_;
    const bool quoted = IsQuote(text_[at_]);
    if (quoted) {
      begin = at_ + 1;
      end = EndOfString(text_, begin, text_[at_]);
      at_ = std::min(end + 1, text_.size());
    } else {
      while (end < text_.size() && IsKeyByte(text_[end])) ++end;
      if (end == begin) return false;
      at_ = end;
    }
    const size_t colon = SkipFew(text_, at_);
    if (colon < text_.size() && text_[colon] != ':') {
      // No key: a value that lost it, or the end of all that was JSON.
      if (!quoted) return false;
      fields_->Key(begin, begin);
      fields_->String(begin, end);
      awaits_key_ = false;
      return text_[colon] == ',' || text_[colon] == '}' || text_[colon] == ']';
    }
    fields_->Key(begin, end);
    awaits_key_ = false;
    after_colon_ = true;
    at_ = std::min(colon + 1, text_.size());
    return true;
  }

  bool ReadValue() {
    after_colon_ = false;
    if (IsQuote(text_[at_])) {
      const size_t begin = at_ + 1;
      const size_t end = EndOfString(text_, begin, text_[at_]);
      fields_->String(begin, end);
      at_ = std::min(end + 1, text_.size());
      if (end >= text_.size() || text_[end] == '\n') return (at_ = end, end < text_.size() && IsKeyAhead());
      return true;
    }
    const std::string_view near = text_.substr(0, at_ + kLongestKey + 1);
    size_t last = std::min(near.find_first_of(",}]\n\r", at_), near.size());
    while (last > at_ && IsBlank(text_[last - 1])) --last;
    if (last == at_ || last - at_ > kLongestKey) return false;
    fields_->Scalar(at_, last);
    at_ = last;
    return true;
  }

  // After a string that was cut by its line's end: whether the next line goes on with a key.
  bool IsKeyAhead() const { return IsKeyAt(text_, SkipFew(text_, at_)) || IsCloserAt(SkipFew(text_, at_)); }
  bool IsCloserAt(size_t at) const { return at < text_.size() && (text_[at] == '}' || text_[at] == ']'); }

  const std::string_view text_;
  size_t at_;
  JsonFields* const fields_;
  std::vector<bool> in_object_;
  bool awaits_key_ = false;
  bool after_colon_ = false;
};

}  // namespace

bool HasTypographicJson(std::string_view text) {
  for (size_t at = text.find('{'); at != kNone; at = text.find('{', at + 1)) {
    if (text.substr(SkipFew(text, at + 1)).starts_with(kOpeningQuote)) return true;
  }
  return false;
}

void Straighten(std::string_view text, std::string* out) {
  out->assign(text);
  for (std::string_view quote : {kOpeningQuote, kClosingQuote}) {
    // White space fills what the quote leaves, on the side away from the value.
    const char* const plain = quote == kOpeningQuote ? "  \"" : "\"  ";
    for (size_t at = out->find(quote); at != kNone; at = out->find(quote, at + quote.size())) {
      out->replace(at, quote.size(), plain);
    }
  }
}

size_t FindJson(std::string_view text, size_t at) {
  for (at = text.find('{', at); at != kNone; at = text.find('{', at + 1)) {
    if (IsKeyAt(text, SkipFew(text, at + 1))) return at;
  }
  return kNone;
}

size_t ScanJson(std::string_view text, size_t begin, JsonFields* fields) {
  return std::max(Scanner(text, begin, fields).Run(), begin + 1);
}

size_t EndOfString(std::string_view text, size_t begin, char quote) {
  const size_t close = ClosingQuote(text, begin, quote);
  if (close == kNone) return EndOfLine(text, begin);
  const size_t line = EndOfLine(text.substr(0, close), begin);
  if (line == close) return close;
  // Over a line break only where what follows is what follows a string.
  const size_t next = SkipFew(text, close + 1);
  return next >= text.size() || std::strchr(",:}]", text[next]) != nullptr ? close : line;
}

struct JsonParser::Impl {
  simdjson::ondemand::parser parser;
  std::string padded;
  std::string_view text;
  JsonFields* fields = nullptr;

  size_t Offset(const char* at) const { return static_cast<size_t>(at - padded.data()); }

  template <typename Value>
  bool Walk(Value value) {
    simdjson::ondemand::json_type type;
    if (value.type().get(type) != simdjson::SUCCESS || fields->depth() >= JsonFields::kDeepest) return false;
    switch (type) {
      case simdjson::ondemand::json_type::object:
        return WalkObject(value);
      case simdjson::ondemand::json_type::array:
        return WalkArray(value);
      case simdjson::ondemand::json_type::string: {
        simdjson::ondemand::raw_json_string raw;
        if (value.get_raw_json_string().get(raw) != simdjson::SUCCESS) return false;
        const size_t begin = Offset(raw.raw());
        fields->String(begin, ClosingQuote(text, begin, '"'));
        return true;
      }
      default:
        return WalkScalar(value.raw_json_token());
    }
  }

  bool WalkScalar(std::string_view token) {
    while (!token.empty() && IsBlank(token.back())) token.remove_suffix(1);
    const size_t begin = Offset(token.data());
    if (token.empty() || token.find_first_of(" \t\r\n\"") != kNone) return false;
    fields->Scalar(begin, begin + token.size());
    return true;
  }

  template <typename Value>
  bool WalkObject(Value& value) {
    simdjson::ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return false;
    fields->BeginObject();
    for (auto member : object) {
      simdjson::ondemand::field field;
      if (std::move(member).get(field) != simdjson::SUCCESS) return false;
      const size_t begin = Offset(field.key().raw());
      fields->Key(begin, ClosingQuote(text, begin, '"'));
      if (!Walk(field.value())) return false;
    }
    fields->End();
    return true;
  }

  template <typename Value>
  bool WalkArray(Value& value) {
    simdjson::ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return false;
    fields->BeginArray();
    for (auto item : array) {
      simdjson::ondemand::value element;
      if (item.get(element) != simdjson::SUCCESS || !Walk(element)) return false;
    }
    fields->End();
    return true;
  }
};

JsonParser::JsonParser() : impl_(std::make_unique<Impl>()) {}
JsonParser::~JsonParser() = default;

bool JsonParser::Read(std::string_view text, JsonFields* fields) {
  Impl& impl = *impl_;
  impl.padded.assign(text);
  impl.padded.append(simdjson::SIMDJSON_PADDING, ' ');
  impl.text = text;
  impl.fields = fields;
  simdjson::ondemand::document doc;
  const auto status = impl.parser.iterate(impl.padded.data(), text.size(), impl.padded.size()).get(doc);
  if (status != simdjson::SUCCESS) return false;
  simdjson::ondemand::value root;
  if (doc.get_value().get(root) != simdjson::SUCCESS || !impl.Walk(root)) return false;
  return doc.current_location().error() == simdjson::OUT_OF_BOUNDS;  // nothing behind the value
}

}  // namespace phiveil
