#include "phiveil/token.h"

namespace phiveil {
TokenCode TokenCode::Make(Category, std::string_view) { return {}; }
}  // namespace phiveil
