#include "recognize/people_index.h"

#include <algorithm>

namespace phiveil {

void PeopleIndex::Add(uint64_t key, uint32_t person) {
  if (links_.size() >= heads_.size()) {
    heads_.assign(std::max<size_t>(64, 2 * heads_.size()), kNone);
    for (uint32_t at = 0; at < links_.size(); ++at) {
      uint32_t& head = heads_[Place(links_[at].key)];
      links_[at].next = head;
      head = at;
    }
  }
  uint32_t& head = heads_[Place(key)];
  links_.push_back({key, person, head});
  head = static_cast<uint32_t>(links_.size() - 1);
}

}  // namespace phiveil
