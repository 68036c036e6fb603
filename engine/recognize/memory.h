#ifndef PHIVEIL_RECOGNIZE_MEMORY_H_
#define PHIVEIL_RECOGNIZE_MEMORY_H_

// A name that strong evidence established in one place is found at its other mentions.
//
// Each word of an established name counts on its own: alone, possessive, in another case. A word
// that is also an ordinary one ("Long", "Grace") is believed only where it is written as a name:
// capitalised, and not because a sentence begins or a whole line stands in capitals.

#include "pack/pack_tables.h"
#include "recognize/candidate.h"
#include "text/document.h"

namespace phiveil {

class NameMemory {
 public:
  explicit NameMemory(const pb::Pack& pack);

  // Adds candidates for mentions that no sufficiently strong NAME candidate covers yet.
  void Add(const Document& doc, Evidence* evidence) const;

 private:
  struct Word;

  ClassBits ordinary_ = 0;  // words of everyday language
  ClassBits never_ = 0;     // titles, particles, suffixes: part of a name, never one alone
};

// The bits of the pack's list classes among `names`.
ClassBits ListBits(const pb::Pack& pack, std::initializer_list<std::string_view> names);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_MEMORY_H_
