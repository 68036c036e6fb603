#ifndef PHIVEIL_AUDIT_JSON_TEXT_H_
#define PHIVEIL_AUDIT_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace phiveil::audit_internal {

// Appends `text` as a JSON string with its quotes. Every byte of invalid UTF-8 becomes U+FFFD, so
// the result is valid whatever comes in. Never contains a newline.
void AppendJsonString(std::string_view text, std::string* out);

}  // namespace phiveil::audit_internal

#endif  // PHIVEIL_AUDIT_JSON_TEXT_H_
