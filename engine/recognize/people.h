#ifndef PHIVEIL_RECOGNIZE_PEOPLE_H_
#define PHIVEIL_RECOGNIZE_PEOPLE_H_

// The people of one note: who is named in it, by which words, and in what role.
//
//   People people(&bits);
//   people.Learn(doc, candidate);        // for every NAME candidate, whole names before parts
//   people.words();                      // what to look for elsewhere in the note
//   people.RoleOf(person);               // patient, relative, staff, or none
//
// "Okafor, Ruth A", "Ruth Okafor" and "Dr. Okafor" are one person; a word that several people share
// speaks for none of them. A role is what most of the evidence says: labels, titles, credentials,
// words of relation, rules that know; a bare "Mr." says little.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pack/pack_tables.h"
#include "recognize/candidate.h"
#include "recognize/people_index.h"
#include "text/document.h"

namespace phiveil {

// The bits of the pack's list classes among `names`.
ClassBits ListBits(const pb::Pack& pack, std::initializer_list<std::string_view> names);

// The classes of a pack that say what a word is beside a name.
struct NameBits {
  explicit NameBits(const pb::Pack& pack);

  ClassBits ordinary;  // words of everyday language and of medicine
  ClassBits never;     // titles, particles, suffixes: part of a name, never one alone
  ClassBits title;
  ClassBits credential;
  ClassBits relation;
  ClassBits role;
  ClassBits verb;       // what people do
  ClassBits listed;     // first and last names
  ClassBits elsewhere;  // lists of other things: towns, states, brands, months, eponyms
};

struct NameWord {
  uint64_t hash;
  std::string_view text;  // in the view
  uint32_t person;        // kSeveral: more than one
  bool ordinary;
};

class People {
 public:
  static constexpr uint32_t kSeveral = UINT32_MAX;

  explicit People(const NameBits* bits) : bits_(bits) {}

  // Takes the words of a candidate that names somebody; `teaches` is false for one too weak to be
  // looked for elsewhere. Gives the person, kSeveral when that is not clear.
  uint32_t Learn(const Document& doc, const Candidate& candidate, bool teaches);
  // Takes a user name: "rokafor" is somebody who signs "ro", and stands for him elsewhere.
  void LearnLogin(const Document& doc, const Candidate& candidate);
  // Adds what the words around the candidate say of the person's role.
  void Vote(const Document& doc, const Candidate& candidate, uint32_t person);

  const std::vector<NameWord>& words() const { return words_; }
  size_t size() const { return people_.size(); }
  Subtype RoleOf(uint32_t person) const;

  // Whose initials these are, kSeveral for nobody's; two or three letters in any case.
  uint32_t ByInitials(std::string_view letters) const;
  // Whether a user name of the note begins with these two letters.
  bool ByLogin(std::string_view letters) const;

  // Whose user name this is likely to be ("rokafor", "okaforr", "ruthokafor", "rokafo"), kSeveral for
  // nobody's.
  uint32_t ByUserName(std::string_view login) const;

 private:
  struct Person {
    std::string_view given;  // empty: not known
    std::string_view surname;
    char middle = 0;
    std::array<uint8_t, 3> votes = {};  // patient, relative, staff
  };
  struct Parts;

  // Calls `look` with the number of everybody who may stand under one of `keys`, and maybe of others.
  template <typename Look>
  void LookAt(std::span<const uint64_t> keys, Look look) const;
  void Index(uint32_t person);
  bool IsUserNameOf(const Person& person, std::string_view login) const;
  uint32_t Find(const Parts& parts) const;
  void AddWord(const Document& doc, const Token& token, uint32_t person);

  const NameBits* bits_;
  std::vector<Person> people_;
  PeopleIndex index_;  // filled once there are many
  std::vector<NameWord> words_;
  std::vector<std::array<char, 2>> logins_;
};

// Same letters in any case.
bool SameLetters(std::string_view a, std::string_view b);

// Whether one letter put in, left out, changed, or two neighbours swapped make the one word the other,
// in any case. False for equal words.
bool OneEditApart(std::string_view a, std::string_view b);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_PEOPLE_H_
