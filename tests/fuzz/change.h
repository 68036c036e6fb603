#ifndef PHIVEIL_TESTS_FUZZ_CHANGE_H_
#define PHIVEIL_TESTS_FUZZ_CHANGE_H_

#include <string>
#include <string_view>

namespace phiveil {

// A genuine record altered: pairs of offset and mask, then what is left of the patch is appended.
inline std::string Change(std::string record, std::string_view patch) {
  for (; patch.size() >= 2 && !record.empty(); patch.remove_prefix(2)) {
    const size_t at = (static_cast<unsigned char>(patch[0]) * 7u) % record.size();
    record[at] = static_cast<char>(record[at] ^ patch[1]);
  }
  return record.append(patch);
}

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_FUZZ_CHANGE_H_
