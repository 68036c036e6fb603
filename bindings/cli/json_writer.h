#ifndef PHIVEIL_CLI_JSON_WRITER_H_
#define PHIVEIL_CLI_JSON_WRITER_H_

// Writing JSON: what the contracts of `find`, `redact` and `restore` need, no more.
//
//   JsonWriter json(&out);
//   json.BeginObject();
//   json.Key("id");
//   json.Raw(R"("as it stood")");
//   json.Key("text");
//   json.String(text);
//   json.EndObject();

#include <cstdint>
#include <string>
#include <string_view>

namespace phiveil::cli {

// Appends `value` in quotes. Valid UTF-8 in, valid JSON out: only what JSON forbids is escaped.
void AppendJsonString(std::string_view value, std::string* out);

class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(out) {}

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  void Key(std::string_view key);

  void String(std::string_view value);
  void Number(uint64_t value);
  void Score(float value);  // at most four decimals
  void Bool(bool value);
  void Raw(std::string_view json);

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Separate();

  std::string* out_;
  bool needs_comma_ = false;
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_JSON_WRITER_H_
