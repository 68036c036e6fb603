#ifndef PHIVEIL_KEYS_JSON_STRING_H_
#define PHIVEIL_KEYS_JSON_STRING_H_

// The few strings that a key service's answer is asked for. A reader of its own, because a JSON
// library keeps what it has read in buffers that nobody wipes.

#include <initializer_list>
#include <optional>
#include <string_view>

#include "keys/secret_text.h"

namespace phiveil::keys_internal {

// The string at a path of keys: {"data":{"ciphertext":"…"}} at {"data", "ciphertext"}. Nothing when
// the document is not JSON up to there, is nested deeper than 32, has no such key, or has something
// else than a string there. The first of equal keys counts.
std::optional<SecretText> JsonStringAt(std::string_view json, std::initializer_list<std::string_view> path);

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_JSON_STRING_H_
