#ifndef PHIVEIL_RECOGNIZE_MEMORY_H_
#define PHIVEIL_RECOGNIZE_MEMORY_H_

// A name that strong evidence established in one place is found at its other mentions.
//
// Each word of an established name counts on its own: alone, possessive, in another case. A word
// that is also an ordinary one ("Long", "Grace") is believed only where it is written as a name:
// capitalised, and not because a sentence begins or a whole line stands in capitals; or where it
// stands as names do, beside a title, a verb of people or another word of the same name.
//
// Beyond the exact word: user names made of somebody's initial and surname, words parted by a space
// or a line break, long words misspelt by one letter, words spelled out letter by letter, and
// initials where notes are signed. Each mention has the role of the person it stands for.

#include "recognize/candidate.h"
#include "recognize/people.h"
#include "text/document.h"

namespace phiveil {

class NameMemory {
 public:
  // What a mention is, as Contribution::ref of its reason.
  enum Kind : uint32_t { kWord, kUserName, kParted, kMisspelt, kSpelled, kInitials, kAccented, kNearDate, kAge };
  static std::string_view KindName(uint32_t kind);

  explicit NameMemory(const pb::Pack& pack) : bits_(pack) {}

  // Adds candidates for mentions that no sufficiently strong NAME candidate covers yet, and the role
  // of its person to each NAME candidate.
  void Add(const Document& doc, Evidence* evidence) const;

 private:
  NameBits bits_;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_MEMORY_H_
