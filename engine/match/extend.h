#ifndef PHIVEIL_MATCH_EXTEND_H_
#define PHIVEIL_MATCH_EXTEND_H_

// Growing a match beyond what a bounded pattern can hold.
//
//   url    from its head ("https://", "www.") right to white space or a character no address holds;
//          closing punctuation and brackets that were opened before it are left out
//   email  from around its @ left over the local part and right over the domain; nothing when the
//          domain has no dot
//   path   both ways to white space, quotes or a character no file name holds; closing punctuation is
//          left out
//
// Growing looks at each byte a bounded number of times, however long the address is.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace phiveil {

enum class Extend : uint8_t { kNone, kUrl, kEmail, kPath };

// "" , "url", "email", "path": pb::Expression.extend.
std::optional<Extend> ExtendByName(std::string_view name);

// All but kNone grow right.
inline bool GrowsLeft(Extend kind) { return kind == Extend::kEmail || kind == Extend::kPath; }

struct Extension {
  size_t begin = 0;
  size_t end = 0;    // at least that of the head
  size_t reach = 0;  // how far was read: what begins before it belongs to this one
  bool accepted = false;
};

// `begin`, `end`: the head, in `view`. kNone gives the head back.
Extension ExtendMatch(Extend kind, std::string_view view, size_t begin, size_t end);

}  // namespace phiveil

#endif  // PHIVEIL_MATCH_EXTEND_H_
