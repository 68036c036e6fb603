#include "transform/surrogate_names.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

namespace phiveil {
namespace {

constexpr size_t kParts = 3;

struct Row {
  std::string_view origin;
  std::string_view names[kParts];
};

constexpr Row kRows[] = {
#include "transform/surrogate_names.inc"
};
static_assert(std::size(kRows) == kNameOrigins);

struct Tables {
  std::array<std::array<std::vector<std::string_view>, kParts>, kNameOrigins> names;
  std::unordered_map<std::string_view, KnownName> given, surnames;
};

std::vector<std::string_view> Split(std::string_view words) {
  std::vector<std::string_view> out;
  while (!words.empty()) {
    const size_t space = std::min(words.find(' '), words.size());
    if (space > 0) out.push_back(words.substr(0, space));
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  std::ranges::sort(out);
  return out;
}

Tables MakeTables() {
  Tables tables;
  for (size_t origin = 0; origin < kNameOrigins; ++origin) {
    for (size_t part = 0; part < kParts; ++part) {
      tables.names[origin][part] = Split(kRows[origin].names[part]);
      auto& known = part == static_cast<size_t>(NamePart::kSurname) ? tables.surnames : tables.given;
      for (const std::string_view name : tables.names[origin][part]) {
        known.try_emplace(name, KnownName{static_cast<NamePart>(part), origin});
      }
    }
  }
  return tables;
}

const Tables& TheTables() {
  static const Tables* const tables = new Tables(MakeTables());
  return *tables;
}

}  // namespace

std::optional<KnownName> FindKnownName(std::string_view word, bool surname) {
  const Tables& tables = TheTables();
  const auto* first = surname ? &tables.surnames : &tables.given;
  const auto* second = surname ? &tables.given : &tables.surnames;
  for (const auto* known : {first, second}) {
    if (const auto found = known->find(word); found != known->end()) return found->second;
  }
  return std::nullopt;
}

std::span<const std::string_view> NamesOf(NamePart part, size_t origin) {
  return TheTables().names[origin][static_cast<size_t>(part)];
}

std::string_view OriginName(size_t origin) { return kRows[origin].origin; }

}  // namespace phiveil
