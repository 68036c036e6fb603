#include "compiler/macros.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"

namespace phiveil::rules {
namespace {

// Whether a pattern's body is one group already: `(?:…)` whose bracket closes at the end.
bool IsOneGroup(std::string_view body) {
  if (!body.starts_with("(?:")) return false;
  int depth = 0;
  bool in_class = false;
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      return i + 1 == body.size();
    }
  }
  return false;
}

class Expander {
 public:
  Expander(MacroUse use, const Macros& macros, Expansion* out, MacroError* error)
      : use_(use), macros_(macros), out_(out), error_(error) {}

  // `fixed`: the origin of all of `text`, npos at the outermost level, where bytes are their own.
  bool Expand(std::string_view text, size_t fixed, std::vector<std::string_view>* open) {
    bool in_class = false;
    for (size_t i = 0; i < text.size();) {
      const size_t origin = fixed == std::string_view::npos ? i : fixed;
      if (text.substr(i).starts_with("{{")) {
        const size_t close = text.find("}}", i + 2);
        const std::string_view name = text.substr(i + 2, close == std::string_view::npos ? close : close - i - 2);
        const size_t length = close == std::string_view::npos ? text.size() - i : close + 2 - i;
        if (fixed == std::string_view::npos) error_->length = length;
        if (!Use(name, close != std::string_view::npos, origin, in_class, open)) return false;
        i += length;
        continue;
      }
      size_t step = 1;
      if (use_ == MacroUse::kPattern) {
        if (text[i] == '\\') step = std::min<size_t>(2, text.size() - i);
        if (step == 1 && text[i] == '[') in_class = true;
        if (step == 1 && text[i] == ']') in_class = false;
      }
      for (; step > 0; --step, ++i) Put(text[i], fixed == std::string_view::npos ? i : fixed);
      if (out_->text.size() > Expansion::kLongest) return Fail(origin, "grows too long when its macros are put in", "");
    }
    return true;
  }

 private:
  bool Use(std::string_view name, bool closed, size_t origin, bool in_class, std::vector<std::string_view>* open) {
    if (!closed) return Fail(origin, "a macro is not closed", "write {{name}}");
    const auto macro = macros_.find(name);
    if (macro == macros_.end()) {
      std::vector<std::string_view> names;
      for (const auto& [known, unused] : macros_) names.push_back(known);
      error_->unknown = true;
      return Fail(origin, Concat("no macro `", name, "`"),
                  DidYouMean(name, names, names.empty() ? "the pack has no macros" : Concat("known: ", Join(names))));
    }
    if (std::find(open->begin(), open->end(), name) != open->end()) {
      return Fail(origin, Concat("macro `", name, "` uses itself"), "");
    }
    if (open->size() >= Expansion::kDepth) return Fail(origin, "macros nested too deeply", "");
    out_->macros.insert(macro->first);
    const std::string_view body = macro->second.body;
    const bool group = !in_class && (use_ == MacroUse::kForm || !IsOneGroup(body));
    if (group) PutAll(use_ == MacroUse::kForm ? "(" : "(?:", origin);
    open->push_back(macro->first);
    const bool good = Expand(body, origin, open);
    open->pop_back();
    if (group) PutAll(")", origin);
    return good;
  }

  void Put(char c, size_t origin) {
    out_->text += c;
    out_->origin.push_back(origin);
  }
  void PutAll(std::string_view text, size_t origin) {
    for (char c : text) Put(c, origin);
  }
  bool Fail(size_t origin, std::string message, std::string advice) {
    error_->offset = origin;
    error_->message = std::move(message);
    error_->advice = std::move(advice);
    return false;
  }

  MacroUse use_;
  const Macros& macros_;
  Expansion* out_;
  MacroError* error_;
};

}  // namespace

bool ExpandMacros(std::string_view text, MacroUse use, const Macros& macros, Expansion* out, MacroError* error) {
  *out = {};
  *error = {};
  std::vector<std::string_view> open;
  if (!Expander(use, macros, out, error).Expand(text, std::string_view::npos, &open)) return false;
  out->origin.push_back(text.size());
  return true;
}

bool IsMacroName(std::string_view name) {
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kRest = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return !name.empty() && kFirst.find(name[0]) != std::string_view::npos &&
         name.find_first_not_of(kRest) == std::string_view::npos;
}

}  // namespace phiveil::rules
