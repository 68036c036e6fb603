// Any bytes as the answer of a model: nothing comes back but what a token, or a surrogate that was given out, stands
// for, and all else stays byte for byte.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "phiveil/token.h"
#include "policy.pb.h"
#include "transform/restore.h"
#include "transform/restore_surrogates.h"
#include "transform/seal.h"

namespace phiveil {
namespace {

constexpr std::string_view kOriginal = "\x02Zz";  // stands in no input by chance and is checked for

void Require(bool condition) {
  if (!condition) abort();
}

struct Known {
  TokenCode code = TokenCode::Make(Category::kName, "7QK2");
  SubjectBook book;
  Policy policy;

  Known() {
    book.SetSecret(BookEntry::Kind::kSecret, std::string(32, 's'));
    book.Add({BookEntry::Kind::kMention, Category::kName, "Lucia Moreno", std::string(kOriginal)});
    book.Add({BookEntry::Kind::kWord, Category::kName, "Moreno", std::string(kOriginal)});
    book.Add({BookEntry::Kind::kMention, Category::kDate, "3/11", std::string(kOriginal)});
    book.Add({BookEntry::Kind::kMention, Category::kDate, "1/2", "1/2"});
    pb::Policy shifting;
    shifting.set_format(1);
    shifting.set_name("p");
    shifting.set_version("1");
    for (uint32_t i = 1; i < kCategoryCount; ++i) {
      pb::CategoryRule* rule = shifting.add_categories();
      rule->set_category(i);
      rule->set_action(
          static_cast<uint32_t>(Category::kDate == static_cast<Category>(i) ? Action::kShift : Action::kToken));
      rule->set_threshold(0.5f);
    }
    auto loaded = Policy::Load(shifting.SerializeAsString());
    Require(loaded.ok());
    policy = *std::move(loaded);
  }
};

void Scan(std::string_view text) {
  size_t last = 0;
  for (auto token = FindTokenMention(text, 0); token; token = FindTokenMention(text, token->end)) {
    Require(token->begin >= last && token->begin < token->end && token->end <= text.size());
    Require(token->intact == token->code.ChecksAs(token->category));
    last = token->end;
  }
  last = 0;
  for (auto seal = FindSealMention(text, 0); seal; seal = FindSealMention(text, seal->end)) {
    Require(seal->begin >= last && seal->begin < seal->end && seal->end <= text.size());
    last = seal->end;
  }
}

// A finding for every other stretch of digits and strokes, whether a recogniser would see one or not.
std::vector<Finding> Dates(std::string_view text) {
  std::vector<Finding> dates;
  bool take = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t begin = i;
    while (i < text.size() && ((text[i] >= '0' && text[i] <= '9') || text[i] == '/')) ++i;
    if (i == begin || !(take = !take)) continue;
    Finding date;
    date.begin = static_cast<uint32_t>(begin);
    date.end = static_cast<uint32_t>(i);
    date.category = Category::kDate;
    dates.push_back(date);
  }
  return dates;
}

void Restore(const Known& known, std::string_view text) {
  uint32_t asked = 0, found = 0;
  const auto lookup = [&](Category category, const TokenCode& code) -> absl::StatusOr<Vault::Hit> {
    Require(code.ChecksAs(category));  // nobody asks a vault about a slip
    ++asked;
    Vault::Hit hit;
    if (category != Category::kName || !(code == known.code)) return hit;
    ++found;
    hit.answer = Vault::Answer::kFound;
    hit.value = Original(kOriginal);
    return hit;
  };
  const auto plain = RestoreText(text, lookup);
  Require(plain.ok() && plain->restored == found && plain->foreign == 0 && plain->unknown <= asked);
  if (plain->restored == 0) Require(plain->text == text);
  Require(plain->text.size() <= text.size() + plain->restored * kOriginal.size());

  const auto edits = FindSurrogates(text, Dates(text), known.policy, known.book, 2026);
  size_t last = 0;
  for (const BackEdit& edit : edits) {
    Require(edit.begin >= last && edit.begin < edit.end && edit.end <= text.size());
    Require(edit.original != text.substr(edit.begin, edit.end - edit.begin));
    last = edit.end;
  }
  const size_t count = edits.size();
  const auto both = RestoreText(text, lookup, {nullptr, edits});
  Require(both.ok() && both->restored <= plain->restored + count);
  if (both->restored == 0) Require(both->text == text);
}

}  // namespace
}  // namespace phiveil

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const known = new phiveil::Known;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  phiveil::Scan(input);
  phiveil::Restore(*known, input);
  // Among tokens and surrogates that are genuine.
  const std::string token = phiveil::FormatToken(phiveil::Category::kName, known->code, "");
  for (const std::string_view genuine :
       {std::string_view(token), std::string_view("Lucia Moreno"), std::string_view("3/11")}) {
    const std::string text = std::string(input.substr(0, size / 2)).append(genuine).append(input.substr(size / 2));
    phiveil::Scan(text);
    phiveil::Restore(*known, text);
  }
  return 0;
}
