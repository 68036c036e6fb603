#ifndef PHIVEIL_RECOGNIZE_PEOPLE_INDEX_H_
#define PHIVEIL_RECOGNIZE_PEOPLE_INDEX_H_

// Which people some letters may stand for, so that a text of thousands of names does not go through all of
// them for each word. Keys are never taken out: what a person is called now decides whether one fits.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace phiveil {

class PeopleIndex {
 public:
  void Add(uint64_t key, uint32_t person);

  // Calls `look` with each person under `key`; one may come twice.
  template <typename Look>
  void ForEach(uint64_t key, Look look) const {
    if (heads_.empty()) return;
    for (uint32_t at = heads_[Place(key)]; at != kNone; at = links_[at].next) {
      if (links_[at].key == key) look(links_[at].person);
    }
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Link {
    uint64_t key;
    uint32_t person;
    uint32_t next;
  };
  size_t Place(uint64_t key) const { return (key * 0x9E3779B97F4A7C15 >> 32) & (heads_.size() - 1); }

  std::vector<uint32_t> heads_;  // none, or a power of two
  std::vector<Link> links_;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_PEOPLE_INDEX_H_
