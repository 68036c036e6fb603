#ifndef PHIVEIL_RULES_COMPILER_FORM_COMPILER_H_
#define PHIVEIL_RULES_COMPILER_FORM_COMPILER_H_

// Forms to programs: engine/recognize/form.h runs what this makes.
//
//   auto form = CompileForm("Title Dot? < Cap{1,3} >", classes, names, &error);

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/form_parser.h"
#include "pack.pb.h"

namespace phiveil::rules {

inline constexpr int kLongestForm = 512;  // instructions

// Nothing, with `error` set, when the form is not in the language, is longer than kLongestForm when
// its repeats are written out, can match or find nothing, or could begin at nearly every token.
std::optional<pb::Form> CompileForm(std::string_view form, const ClassLookup& classes,
                                    const std::vector<std::string_view>& known, FormError* error);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_FORM_COMPILER_H_
