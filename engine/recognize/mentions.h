#ifndef PHIVEIL_RECOGNIZE_MENTIONS_H_
#define PHIVEIL_RECOGNIZE_MENTIONS_H_

// Where the people of a note are mentioned again. One object serves one document.

#include <array>
#include <vector>

#include "recognize/candidate.h"
#include "recognize/memory.h"
#include "recognize/people.h"
#include "text/document.h"

namespace phiveil {

class Mentions {
 public:
  Mentions(const Document& doc, const NameBits& bits, const People* people, Evidence* evidence)
      : doc_(doc), tokens_(doc.tokens()), bits_(bits), people_(*people), evidence_(*evidence) {}

  // These tokens need no mention.
  void Cover(uint32_t first, uint32_t end);

  // Capitalised words with letters that English has not, in a text that has few of them.
  void AddAccented();
  // The words of people().words() and all that is made of them.
  void AddWords();
  // Two or three letters where notes are signed.
  void AddInitials();

 private:
  bool Covered(uint32_t t) const { return t < covered_.size() && covered_[t]; }
  bool Spaced(uint32_t t) const;  // one space, and nothing else, before it
  bool StandsAsName(uint32_t t) const;
  const NameWord* Exact(const Token& token) const;
  bool AddExact(uint32_t t);
  bool AddUserName(uint32_t t);
  bool AddParted(uint32_t t);
  bool AddMisspelt(uint32_t t);
  bool AddSpelled(uint32_t t);
  bool AddPair(uint32_t t);
  bool AddDotted(uint32_t t);
  bool MaySign(const Token& token) const;
  bool SignsAt(uint32_t t) const;
  bool ClosesLine(uint32_t t) const;
  void Add(uint32_t first, uint32_t end, NameMemory::Kind kind, float score, Subtype subtype);

  const Document& doc_;
  const std::vector<Token>& tokens_;
  const NameBits& bits_;
  const People& people_;
  Evidence& evidence_;
  std::vector<bool> covered_;
  std::array<uint64_t, 64> filter_ = {};  // of the words, by the high bits of the hash
  uint32_t first_letters_ = 0;           // of the words, a bit each
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_MENTIONS_H_
