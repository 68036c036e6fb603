#ifndef PHIVEIL_TESTS_RECOGNIZE_BARS_H_
#define PHIVEIL_TESTS_RECOGNIZE_BARS_H_

#include <cstdint>
#include <string>
#include <utility>

namespace phiveil {

// Takes the two bars out of `marked` and gives the stretch of bytes that stood between them.
inline std::pair<uint32_t, uint32_t> TakeBars(std::string* marked) {
  const size_t begin = marked->find('|');
  marked->erase(begin, 1);
  const size_t end = marked->find('|');
  marked->erase(end, 1);
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_RECOGNIZE_BARS_H_
