#ifndef PHIVEIL_STRUCTURE_MARKUP_H_
#define PHIVEIL_STRUCTURE_MARKUP_H_

// XML and HTML: whole documents, fragments inside text, documents that stop anywhere.
//
// A scanner of our own, and no XML library: what is needed is where each value stands, to the byte and
// in the text as it came, of well-formed documents as of HTML and of what was cut or mangled; and
// nothing in a document may make us fetch, expand or refuse anything.
//
// A tag is structure; its attributes and the text between tags are values. In the view a tag is one
// white space byte: a line break, a tab between cells, a space where it is inside a line, so that
// prose reads on. Character references are read as their characters.
//
// "a <5 mm lesion", "<j.doe@example.org>" and "<name of patient>" are no tags: outside of a document
// that is all markup a tag must be closed somewhere, close itself, or be one of HTML's.

#include <cstddef>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "structure/builder.h"

namespace phiveil {

class MarkupReader {
 public:
  explicit MarkupReader(StructureBuilder* builder);

  // Begin of the next tag, comment or the like at or behind `at`; npos if none.
  size_t Next(size_t at);

  // Reads what begins at `begin`, as Next gave it; returns its end.
  size_t Read(size_t begin);

  // Something else than markup ends at `end`: the text before it is not of one piece with what follows.
  void Interrupt(size_t end) { text_from_ = end; }

  // Reads what stands behind the last tag of a document that was cut.
  void Finish();

 private:
  struct Attribute {
    size_t name_begin, name_end;
    size_t begin, end;
  };
  struct Tag {
    size_t begin = 0, end = 0;
    std::string_view name;
    bool closes = false, empty = false, bare = false;
  };
  struct Element {
    std::string_view name;
    size_t outer;               // words of the path around it
    std::vector<KeyWord> says;  // what its attributes say of it
  };

  bool ReadTag(size_t begin, Tag* tag);
  bool ReadAttribute(size_t* at, Tag* tag);
  bool IsMarkup(const Tag& tag);
  bool IsClosed(size_t at, bool comment);
  void Open(const Tag& tag);
  void Close(std::string_view name);
  void EmitAttributes(const Tag& tag);
  void EmitText(size_t end);
  static void Tell(std::string_view value, Element* element);
  void TellParent(std::string_view value);
  void Structure(size_t begin, size_t end, std::string_view name);
  void Unescape(size_t begin, size_t end);
  void EmitValue(size_t begin, size_t end, const Element* element);
  void CollectClosed();

  StructureBuilder* builder_;
  std::string_view text_;
  bool whole_;  // the document is markup from its first byte
  bool html_ = false;
  bool known_kind_ = false;
  bool collected_ = false;
  bool no_comment_end_ = false, no_data_end_ = false;
  std::unordered_set<std::string_view> closed_;  // names that are closed somewhere
  std::vector<Element> open_;
  std::vector<KeyWord> path_;
  std::vector<KeyWord> said_;
  std::vector<Attribute> attributes_;
  size_t text_from_ = 0;
  Tag found_;
};

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_MARKUP_H_
