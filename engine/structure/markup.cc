#include "structure/markup.h"

#include <algorithm>

#include "structure/markup_words.h"

namespace phiveil {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kLongestName = 64;
constexpr size_t kLongestTag = 1 << 16;
constexpr size_t kLongestDeclaration = 4096;
constexpr size_t kDeepest = 512;

bool IsNameByte(char c) {
  return IsLetter(c) || IsDigit(c) || c == ':' || c == '_' || c == '-' || c == '.' || static_cast<uint8_t>(c) >= 0x80;
}

std::string_view WithoutPrefix(std::string_view name) {
  const size_t colon = name.rfind(':');
  return colon == kNone ? name : name.substr(colon + 1);
}

}  // namespace

MarkupReader::MarkupReader(StructureBuilder* builder) : builder_(builder), text_(builder->text()) {
  const size_t first = SkipBlanks(text_, text_.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  whole_ = first + 1 < text_.size() && text_[first] == '<' &&
           (IsLetter(text_[first + 1]) || text_[first + 1] == '?' || text_[first + 1] == '!');
}

size_t MarkupReader::Next(size_t at) {
  for (at = text_.find('<', at); at != kNone; at = text_.find('<', at + 1)) {
    const std::string_view rest = text_.substr(at);
    if (rest.starts_with("<!--") || rest.starts_with("<![CDATA[")) {
      if (whole_ || IsClosed(at, rest[2] == '-')) return at;
    } else if (rest.starts_with("<?xml") || rest.starts_with("<!DOCTYPE") || rest.starts_with("<!doctype")) {
      if (rest.substr(0, kLongestDeclaration).find('>') != kNone) return at;
    } else if (ReadTag(at, &found_) && IsMarkup(found_)) {
      return at;
    }
  }
  return kNone;
}

// Whether what begins at `at` has an end; once there is none, there is none for what follows.
bool MarkupReader::IsClosed(size_t at, bool comment) {
  bool& open_for_ever = comment ? no_comment_end_ : no_data_end_;
  if (!open_for_ever) open_for_ever = text_.find(comment ? "-->" : "]]>", at) == kNone;
  return !open_for_ever;
}

size_t MarkupReader::Read(size_t begin) {
  EmitText(begin);
  const std::string_view rest = text_.substr(begin);
  size_t end = 0;
  if (rest.starts_with("<!--")) {
    // What a comment says may name somebody: only its delimiters are structure.
    const size_t close = std::min(rest.find("-->"), rest.size());
    Structure(begin, begin + 4, "!--");
    end = begin + close;
    builder_->Value(begin + 4, end);
    if (close < rest.size()) Structure(end, end + 3, "!--");
    end = std::min(end + 3, text_.size());
  } else if (rest.starts_with("<![CDATA[")) {
    const size_t close = std::min(rest.find("]]>"), rest.size());
    Structure(begin, begin + 9, "!");
    text_from_ = begin + 9;
    EmitText(begin + close);
    if (close < rest.size()) Structure(begin + close, begin + close + 3, "!");
    end = std::min(begin + close + 3, text_.size());
  } else if (rest.starts_with("<?") || rest.starts_with("<!")) {
    end = begin + std::min(rest.find('>'), rest.size() - 1) + 1;
    Structure(begin, end, "!");
  } else {
    end = found_.end;
    if (found_.closes) {
      Structure(begin, end, found_.name);
      Close(found_.name);
    } else {
      Open(found_);
    }
  }
  text_from_ = end;
  return end;
}

// Fills `tag` and its attributes; false where none stands. A tag that the text's end cuts is none, but
// for one whose attribute values are already there.
bool MarkupReader::ReadTag(size_t begin, Tag* tag) {
  *tag = Tag();
  attributes_.clear();
  tag->begin = begin;
  size_t at = begin + 1;
  if (at < text_.size() && text_[at] == '/') {
    tag->closes = true;
    ++at;
  }
  const size_t name = at;
  if (at >= text_.size() || !IsLetter(text_[at])) return false;
  while (at < text_.size() && IsNameByte(text_[at]) && at - name < kLongestName) ++at;
  tag->name = text_.substr(name, at - name);
  const size_t limit = std::min(text_.size(), begin + kLongestTag);
  while (at < limit) {
    at = SkipBlanks(text_, at);
    if (at >= limit || (text_[at] == '/' && at + 1 == text_.size())) break;
    if (text_[at] == '>') {
      tag->end = at + 1;
      return true;
    }
    if (text_[at] == '/' && at + 1 < limit && text_[at + 1] == '>') {
      tag->empty = true;
      tag->end = at + 2;
      return true;
    }
    if (!ReadAttribute(&at, tag)) return false;
  }
  tag->end = text_.size();
  return limit == text_.size() && std::any_of(attributes_.begin(), attributes_.end(),
                                              [](const Attribute& one) { return one.name_end > one.name_begin; });
}

bool MarkupReader::ReadAttribute(size_t* at, Tag* tag) {
  Attribute one{};
  one.name_begin = *at;
  while (*at < text_.size() && IsNameByte(text_[*at])) ++*at;
  one.name_end = *at;
  if (one.name_end == one.name_begin) return false;
  const size_t equals = SkipBlanks(text_, *at);
  if (equals >= text_.size() || text_[equals] != '=') {
    tag->bare = true;
    one.begin = one.name_begin;  // no name: what stands there may be anything
    one.end = one.name_end;
    one.name_end = one.name_begin;
    attributes_.push_back(one);
    return true;
  }
  *at = SkipBlanks(text_, equals + 1);
  if (*at >= text_.size()) return true;
  const char quote = text_[*at];
  if (quote == '"' || quote == '\'') {
    one.begin = *at + 1;
    one.end = std::min(text_.find(quote, one.begin), text_.size());
    *at = std::min(one.end + 1, text_.size());
  } else {
    one.begin = *at;
    while (*at < text_.size() && !IsBlank(text_[*at]) && text_[*at] != '>') ++*at;
    one.end = *at;
  }
  attributes_.push_back(one);
  return true;
}

bool MarkupReader::IsMarkup(const Tag& tag) {
  const bool html = IsHtmlElement(tag.name);
  if (tag.bare && !html) return false;
  if (whole_ || html || tag.closes || tag.empty) return true;
  CollectClosed();
  return closed_.contains(tag.name);
}

void MarkupReader::CollectClosed() {
  if (collected_) return;
  collected_ = true;
  for (size_t at = text_.find("</"); at != kNone; at = text_.find("</", at + 2)) {
    size_t end = at + 2;
    while (end < text_.size() && IsNameByte(text_[end]) && end - at - 2 < kLongestName) ++end;
    if (end < text_.size() && text_[end] == '>') closed_.insert(text_.substr(at + 2, end - at - 2));
  }
}

void MarkupReader::Open(const Tag& tag) {
  if (!known_kind_) {
    known_kind_ = true;
    html_ = IsHtmlElement(tag.name);
  }
  Element element;
  element.name = tag.name;
  element.outer = path_.size();
  const std::string_view name = WithoutPrefix(tag.name);
  // Elements of HTML say how a text looks, also inside the narrative of other documents.
  if (!IsHtmlElement(name) && !(html_ && IsHtmlName(name))) AppendWords(name, &path_);
  const size_t outer = element.outer;
  open_.push_back(std::move(element));
  for (const Attribute& one : attributes_) {
    const std::string_view attribute = WithoutPrefix(text_.substr(one.name_begin, one.name_end - one.name_begin));
    const std::string_view value = text_.substr(one.begin, one.end - one.begin);
    if (IsTelling(attribute)) Tell(value, &open_.back());
    if (IsValueAttribute(attribute)) TellParent(value);
  }
  EmitAttributes(tag);
  if (tag.empty || IsVoidElement(tag.name) || open_.size() > kDeepest) {
    open_.pop_back();
    path_.resize(outer);
  }
}

void MarkupReader::Close(std::string_view name) {
  const auto found =
      std::find_if(open_.rbegin(), open_.rend(), [&](const Element& element) { return element.name == name; });
  if (found == open_.rend()) return;
  path_.resize(found->outer);
  open_.erase(std::prev(found.base()), open_.end());
}

void MarkupReader::Tell(std::string_view value, Element* element) {
  constexpr size_t kLongest = 160;
  if (value.size() > kLongest) return;
  LooksLikeOid(value) ? AppendWhole(value, &element->says) : AppendSaid(value, &element->says);
}

// <system value="phone"/> speaks of the <value> beside it.
void MarkupReader::TellParent(std::string_view value) {
  if (open_.size() >= 2 && IsTelling(WithoutPrefix(open_.back().name))) Tell(value, &open_[open_.size() - 2]);
}

// A value of `element`, or of an attribute whose name is on the path (`element` is null then).
void MarkupReader::EmitValue(size_t begin, size_t end, const Element* element) {
  const FieldNames& names = builder_->names();
  const uint32_t name = names.Find(path_);
  uint32_t said = FieldNames::kNone;
  size_t words = path_.size();
  if (element != nullptr && element->says.empty() && element != &open_.front() &&
      IsToldElement(WithoutPrefix(element->name))) {
    words = element->outer;
    --element;
  }
  if (element != nullptr && !element->says.empty()) {
    said_.assign(path_.begin(), path_.begin() + static_cast<ptrdiff_t>(words));
    said_.insert(said_.end(), element->says.begin(), element->says.end());
    said = names.Find(said_);
  }
  FieldValue value;
  value.begin = static_cast<uint32_t>(begin);
  value.end = static_cast<uint32_t>(end);
  value.name = said == FieldNames::kNone ? name : said;
  if (said != FieldNames::kNone) value.other = name;
  builder_->Value(value);
}

void MarkupReader::EmitAttributes(const Tag& tag) {
  size_t from = tag.begin;
  for (const Attribute& one : attributes_) {
    const std::string_view name = text_.substr(one.name_begin, one.name_end - one.name_begin);
    const bool look = html_ || IsHtmlElement(WithoutPrefix(tag.name));
    if (one.begin >= one.end || IsNamespace(name) || (look && IsLayoutAttribute(name))) continue;
    Structure(from, one.begin, tag.name);
    const size_t words = path_.size();
    const std::string_view local = WithoutPrefix(name);
    const bool is_value = IsValueAttribute(local);
    if (!is_value) AppendWords(local, &path_);
    const bool plain_html = html_ && !is_value && !local.empty() && !local.starts_with("data");
    if (plain_html) {
      builder_->Value(one.begin, one.end);
    } else {
      EmitValue(one.begin, one.end, is_value ? &open_.back() : nullptr);
    }
    Unescape(one.begin, one.end);
    path_.resize(words);
    from = one.end;
  }
  Structure(from, tag.end, tag.name);
}

// The text since the last tag, as the value of the element it stands in.
void MarkupReader::EmitText(size_t end) {
  if (text_from_ >= end) return;
  Unescape(text_from_, end);
  if (open_.empty()) return;
  if (IsHtmlElement(open_.back().name)) return;
  EmitValue(text_from_, end, &open_.back());
  TellParent(text_.substr(text_from_, end - text_from_));
}

void MarkupReader::Finish() {
  if (open_.empty() || text_from_ >= text_.size()) return;
  const size_t cut = text_.find('<', text_from_);
  EmitText(std::min(cut, text_.size()));
}

void MarkupReader::Structure(size_t begin, size_t end, std::string_view name) {
  if (begin >= end) return;
  builder_->Region(begin, end);
  builder_->Escaped(begin, end, static_cast<uint8_t>(SpaceFor(name)));
}

void MarkupReader::Unescape(size_t begin, size_t end) {
  const std::string_view text = text_.substr(0, end);
  for (size_t at = text.find('&', begin); at != kNone; at = text.find('&', at + 1)) {
    size_t length = 0;
    const uint32_t c = ReadReference(text.substr(at), &length);
    if (c != 0) builder_->Escaped(at, at + length, c);
  }
}

}  // namespace phiveil
