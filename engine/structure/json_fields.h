#ifndef PHIVEIL_STRUCTURE_JSON_FIELDS_H_
#define PHIVEIL_STRUCTURE_JSON_FIELDS_H_

// From the events of a JSON reader to values with the names of their fields.
//
// A value's path is the words of all keys above it. Three things add to it:
// - `"resourceType": "Patient"` names the object it stands in;
// - in `{"system": "phone", "value": "…"}`, `{"label": "DOB", "answer": "…"}`,
//   `{"reference": "Patient/7", "display": "…"}` another member of the object says what the value is;
// - so does what a `type` object says of itself, for the object around it.

#include <cstddef>
#include <string_view>
#include <vector>

#include "structure/builder.h"

namespace phiveil {

class JsonFields {
 public:
  explicit JsonFields(StructureBuilder* builder) : builder_(builder) {}

  void BeginObject() { Begin(); }
  void BeginArray() { Begin(); }
  void End();
  // Offsets of the text between the quotes.
  void Key(size_t begin, size_t end);
  void String(size_t begin, size_t end);
  // A number, true, false, null, or what stands there without quotes.
  void Scalar(size_t begin, size_t end);

  size_t depth() const { return frames_.size(); }
  size_t values() const { return values_; }
  void Clear();

  static constexpr size_t kDeepest = 1000;

 private:
  enum class Role : uint8_t { kPlain, kResource, kQualifier, kReference, kType, kTypeText, kValue };
  static constexpr size_t kNoFrame = SIZE_MAX;

  struct Frame {
    size_t outer;               // words of the path around it
    size_t base;                // with those that name it
    size_t type_of = kNoFrame;  // the frame that a `type` around this one speaks of
    std::vector<KeyWord> says;  // what other members say of the value
    Role role = Role::kPlain;   // of the key that is being read
  };

  void Begin();
  uint32_t NameSaid();
  void Emit(size_t begin, size_t end, bool bare);
  void Note(std::string_view value);
  void Unescape(size_t begin, size_t end);
  static Role RoleOf(std::string_view key);

  StructureBuilder* builder_;
  std::vector<KeyWord> path_;
  std::vector<KeyWord> said_;
  std::vector<Frame> frames_;
  size_t values_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_JSON_FIELDS_H_
