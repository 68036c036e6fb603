#include "transform/zip3_table.h"

#include <bitset>
#include <cstddef>

namespace phiveil {
namespace {

constexpr std::string_view kAreas =
#include "transform/zip3_table.inc"
    ;

constexpr size_t kWidth = 4;  // three digits and a space
static_assert(kAreas.size() % kWidth == 0);

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

size_t Number(std::string_view zip3) {
  size_t number = 0;
  for (const char digit : zip3) number = number * 10 + static_cast<size_t>(digit - '0');
  return number;
}

std::bitset<1000> MakeTable() {
  std::bitset<1000> table;
  for (size_t i = 0; i < kAreas.size(); i += kWidth) table.set(Number(kAreas.substr(i, 3)));
  return table;
}

}  // namespace

bool MayShowZip3(std::string_view zip3) {
  static const std::bitset<1000> table = MakeTable();
  if (zip3.size() != 3 || !IsDigit(zip3[0]) || !IsDigit(zip3[1]) || !IsDigit(zip3[2])) return false;
  return table.test(Number(zip3));
}

}  // namespace phiveil
