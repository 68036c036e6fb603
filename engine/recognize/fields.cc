#include "recognize/fields.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/concat.h"
#include "recognize/recognizer.h"

namespace phiveil {
namespace {

constexpr float kLabels = 0.80f;      // a field this sure names its value as a label would
constexpr float kPrefixVeto = 0.99f;  // of a scheme or a type before the value
constexpr uint32_t kVetoReach = 512;  // vetoes are cut to this, which is how far one is looked for

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool IsWordByte(char c) { return IsDigit(c) || IsLetter(c) || static_cast<uint8_t>(c) >= 0x80; }

constexpr std::string_view kSchemes[] = {
    "tel:", "fax:", "sms:", "mailto:", "email:", "urn:uuid:", "urn:oid:", "uuid:", "oid:"};

// Bytes before the value itself: a scheme, or the type of a FHIR reference ("Patient/4471",
// "Practitioner?identifier=…|4471").
size_t PrefixOf(std::string_view value) {
  for (std::string_view scheme : kSchemes) {
    const bool same = value.size() > scheme.size() &&
                      std::equal(scheme.begin(), scheme.end(), value.begin(),
                                 [](char a, char b) { return a == (IsLetter(b) ? static_cast<char>(b | 0x20) : b); });
    if (same) return scheme.size();
  }
  size_t type = 0;
  while (type < value.size() && IsLetter(value[type])) ++type;
  if (type < 3 || type + 1 >= value.size() || value[0] < 'A' || value[0] > 'Z') return 0;
  const bool no_space = value.find(' ') == std::string_view::npos;
  if (value[type] == '/' && no_space && value.find('/', type + 1) == std::string_view::npos) return type + 1;
  if (value[type] != '?' || !no_space) return 0;
  const size_t bar = value.find('|');
  return bar == std::string_view::npos || bar + 1 == value.size() ? 0 : bar + 1;
}

void TrimTo(std::string_view view, uint32_t* begin, uint32_t* end) {
  const auto edge = [](char c) { return IsBlank(c) || c == '"' || c == '\''; };
  while (*begin < *end && edge(view[*begin])) ++*begin;
  while (*begin < *end && edge(view[*end - 1])) --*end;
}

// Parts of [begin, end) that lie in values or outside of regions.
void FindOpen(const Structure& structure, uint32_t begin, uint32_t end, std::vector<Extent>* open) {
  open->clear();
  const auto ends_after = [](const auto& row, uint32_t at) { return row.end <= at; };
  auto region = std::lower_bound(structure.regions.begin(), structure.regions.end(), begin, ends_after);
  auto value = std::lower_bound(structure.values.begin(), structure.values.end(), begin, ends_after);
  uint32_t at = begin;
  for (; region != structure.regions.end() && region->begin < end; ++region) {
    if (region->begin > at) open->push_back({at, region->begin});
    const uint32_t stop = std::min(region->end, end);
    for (; value != structure.values.end() && value->begin < stop; ++value) {
      const uint32_t from = std::max({value->begin, region->begin, begin}), to = std::min(value->end, stop);
      if (from < to) open->push_back({from, to});
      if (value->end > stop) break;
    }
    at = std::max(at, stop);
  }
  if (at < end) open->push_back({at, end});
}

// Whether `at` lies in a value of one word. The model has learnt from sentences: of a code, a number or
// a word alone in a field it knows nothing.
bool IsAlone(std::string_view view, const Structure& structure, uint32_t at) {
  const auto value = std::ranges::upper_bound(structure.values, at, {}, &FieldValue::end);
  if (value == structure.values.end() || value->begin > at) return false;
  return view.substr(value->begin, value->end - value->begin).find_first_of(" \t\n") == std::string_view::npos;
}

bool TrimToWords(std::string_view view, Extent* part) {
  while (part->begin < part->end && !IsWordByte(view[part->begin])) ++part->begin;
  while (part->begin < part->end && !IsWordByte(view[part->end - 1])) --part->end;
  return part->begin < part->end;
}

}  // namespace

Fields::Fields(const pb::Pack& pack)
    : scanner_(pack.fields()),
      unlisted_(pack.fields().hl7_unlisted() == 0 ? FieldNames::kNone : pack.fields().hl7_unlisted() - 1),
      persons_(ListBits(pack, {"First", "FirstWord", "Last", "LastWord", "Given"})),
      things_(ListBits(pack, {"Common", "Clinical", "FacilityNoun", "OrgNoun", "Role", "Month"})) {
  for (const pb::FieldName& name : pack.fields().names()) {
    const pb::Rule& source = pack.rules(static_cast<int>(name.rule()));
    Rule& rule = rules_.emplace_back();
    rule.number = name.rule();
    rule.category = static_cast<Category>(source.category());
    rule.subtype = static_cast<Subtype>(source.subtype());
    rule.score = source.score();
    rule.veto = source.veto();
    for (const std::string& validator : source.validators()) rule.validators.push_back(FindValidator(validator));
    rule.allow.assign(source.allow().begin(), source.allow().end());
  }
  std::unordered_map<std::string_view, uint32_t> by_words;
  for (int i = 0; i < pack.fields().names_size(); ++i) {
    by_words.emplace(pack.fields().names(i).words(), static_cast<uint32_t>(i));
  }
  for (const pb::FieldName& name : pack.fields().names()) {
    const bool person = rules_[numbers_.size()].category == Category::kName;
    const auto number = person ? by_words.find(Concat(name.words(), " id")) : by_words.end();
    numbers_.push_back(number == by_words.end() ? FieldNames::kNone : number->second);
  }
  for (int i = 0; i < pack.fields().names_size(); ++i) {
    const std::string& words = pack.fields().names(i).words();
    if (words == "object identifier") object_identifier_ = &rules_[static_cast<size_t>(i)];
    if (words == "anchor") anchor_ = &rules_[static_cast<size_t>(i)];
  }
}

void Fields::Add(const Document& doc, const Structure& structure, float floor, Evidence* evidence) const {
  const size_t first = evidence->candidates.size();
  std::vector<const FieldValue*> rest;
  for (const FieldValue& value : structure.values) {
    const bool taken =
        AddAs(value.name, doc, value, floor, evidence) || AddAs(value.other, doc, value, floor, evidence);
    if (!taken) rest.push_back(&value);
  }
  if (rest.empty()) return;
  const KnownValues known = TellingValues(doc, first, *evidence);
  for (const FieldValue* value : rest) {
    const bool open = value->name == FieldNames::kNone || value->name == unlisted_;
    if (open && AddSame(doc, *value, known, evidence)) continue;
    AddVetoes(doc, *value, evidence);
  }
}

// Values that fields have given away and that can be no accident where they stand again: a hospital's
// code, a record number; no word of every day and no short number.
Fields::KnownValues Fields::TellingValues(const Document& doc, size_t first, const Evidence& evidence) const {
  constexpr size_t kShortest = 3;
  constexpr ptrdiff_t kDigits = 5;
  KnownValues known;
  for (size_t i = first; i < evidence.candidates.size(); ++i) {
    const Candidate& candidate = evidence.candidates[i];
    if (!candidate.labelled || candidate.category == Category::kDate) continue;
    const std::string_view text = doc.view().substr(candidate.begin, candidate.end - candidate.begin);
    const bool word = std::any_of(text.begin(), text.end(), IsLetter) && text.size() >= kShortest;
    const bool number = std::count_if(text.begin(), text.end(), IsDigit) >= kDigits;
    if ((word || number) && Weigh(doc, candidate) != Doubt::kThing) known.emplace(text, static_cast<uint32_t>(i));
  }
  return known;
}

// Takes a value that nothing is known of for what the same value is elsewhere.
bool Fields::AddSame(const Document& doc, const FieldValue& value, const KnownValues& known, Evidence* evidence) const {
  const auto same = known.find(doc.view().substr(value.begin, value.end - value.begin));
  if (same == known.end()) return false;
  Candidate candidate = evidence->candidates[same->second];
  candidate.begin = value.begin;
  candidate.end = value.end;
  std::tie(candidate.first_token, candidate.end_token) = TokenRange(doc, candidate.begin, candidate.end);
  evidence->candidates.push_back(candidate);
  return true;
}

// What the field of that name makes of the value; false when it is nothing.
bool Fields::AddAs(uint32_t name, const Document& doc, const FieldValue& value, float floor, Evidence* evidence) const {
  if (name == FieldNames::kNone || rules_[name].category == Category::kSafe) return false;
  return AddValue(doc, value, name, floor, evidence) || AddAs(numbers_[name], doc, value, floor, evidence);
}

// What is structure by its field, or by its form whatever its field is called.
void Fields::AddVetoes(const Document& doc, const FieldValue& value, Evidence* evidence) const {
  for (const uint32_t name : {value.name, value.other}) {
    if (name != FieldNames::kNone && rules_[name].category == Category::kSafe) {
      return AddVeto(value, rules_[name], evidence);
    }
  }
  const std::string_view text = doc.view().substr(value.begin, value.end - value.begin);
  if (object_identifier_ != nullptr && LooksLikeOid(text)) AddVeto(value, *object_identifier_, evidence);
  const bool anchor =
      text.size() > 1 && text[0] == '#' && IsLetter(text[1]) && text.find(' ') == std::string_view::npos;
  if (anchor_ != nullptr && anchor) AddVeto(value, *anchor_, evidence);
}

void Fields::AddVeto(const FieldValue& value, const Rule& rule, Evidence* evidence) const {
  for (uint32_t at = value.begin; at < value.end; at += kVetoReach) {
    evidence->vetoes.push_back({at, std::min(at + kVetoReach, value.end), rule.number, rule.veto, true});
  }
}

// What the lists say of a value that its field alone does not prove to be a person's name.
Fields::Doubt Fields::Weigh(const Document& doc, const Candidate& candidate) const {
  bool person = false, thing = false;
  for (uint32_t t = candidate.first_token; t < candidate.end_token; ++t) {
    const ClassBits classes = doc.tokens()[t].classes;
    person = person || (classes & persons_) != 0;
    thing = thing || ((classes & things_) != 0 && (classes & persons_) == 0);
  }
  return thing ? Doubt::kThing : person ? Doubt::kPerson : Doubt::kOpen;
}

bool Fields::AddValue(const Document& doc, const FieldValue& value, uint32_t name, float floor,
                      Evidence* evidence) const {
  const Rule& rule = rules_[name];
  const std::string_view view = doc.view();
  Candidate candidate;
  candidate.begin = value.begin;
  candidate.end = value.end;
  TrimTo(view, &candidate.begin, &candidate.end);
  const auto prefix = static_cast<uint32_t>(PrefixOf(view.substr(candidate.begin, candidate.end - candidate.begin)));
  candidate.begin += prefix;
  TrimTo(view, &candidate.begin, &candidate.end);
  const std::string_view text = view.substr(candidate.begin, candidate.end - candidate.begin);
  if (rule.score < floor || scanner_.names().SaysNothing(text)) return false;
  if (std::find(rule.allow.begin(), rule.allow.end(), text) != rule.allow.end()) return false;
  const bool stands = std::all_of(rule.validators.begin(), rule.validators.end(),
                                  [&](Validator validator) { return validator(view, candidate.begin, candidate.end); });
  if (!stands) return false;
  std::tie(candidate.first_token, candidate.end_token) = TokenRange(doc, candidate.begin, candidate.end);
  candidate.category = rule.category;
  candidate.subtype = rule.subtype;
  if (rule.category == Category::kDate && text.size() == 4 && std::all_of(text.begin(), text.end(), IsDigit)) {
    candidate.subtype = rule.subtype == Subtype::kBirthDate ? Subtype::kBirthYear : Subtype::kYear;
  }
  candidate.source = Source::kField;
  candidate.labelled = rule.score >= kLabels;
  candidate.rule = rule.number;
  candidate.score = rule.score;
  if (rule.category == Category::kName && !candidate.labelled) {
    const Doubt doubt = Weigh(doc, candidate);
    if (doubt == Doubt::kThing) return false;
    candidate.labelled = doubt == Doubt::kPerson;
  }
  candidate.first_reason = static_cast<uint32_t>(evidence->reasons.size());
  candidate.reason_count = 1;
  evidence->reasons.push_back({Contribution::Kind::kField, value.place, name, rule.score});
  evidence->candidates.push_back(candidate);
  // What stands before the value in its field says how to read it, and nothing about anybody.
  if (prefix > 0) {
    evidence->vetoes.push_back({value.begin, candidate.begin, rule.number, kPrefixVeto, true});
  }
  return true;
}

void KeepToValues(const Document& doc, const Structure& structure, size_t first, Evidence* evidence) {
  if (structure.empty()) return;
  auto& all = evidence->candidates;
  std::vector<Extent> open;
  std::vector<Candidate> pieces;
  size_t kept = first;
  for (size_t i = first; i < all.size(); ++i) {
    const Candidate candidate = all[i];
    if (candidate.source == Source::kModel && IsAlone(doc.view(), structure, candidate.begin)) continue;
    FindOpen(structure, candidate.begin, candidate.end, &open);
    const bool whole = open.size() == 1 && open[0].begin == candidate.begin && open[0].end == candidate.end;
    if (whole) {
      all[kept++] = candidate;
      continue;
    }
    for (Extent& part : open) {
      if (!TrimToWords(doc.view(), &part)) continue;
      const bool most = (part.end - part.begin) * 2 > candidate.end - candidate.begin;
      if (candidate.source == Source::kPattern && !most) continue;
      Candidate piece = candidate;
      piece.begin = part.begin;
      piece.end = part.end;
      std::tie(piece.first_token, piece.end_token) = TokenRange(doc, piece.begin, piece.end);
      pieces.push_back(piece);
    }
  }
  all.resize(kept);
  all.insert(all.end(), pieces.begin(), pieces.end());
}

}  // namespace phiveil
