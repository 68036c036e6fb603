#include "compiler/lists.h"

#include <utility>

#include "base/concat.h"
#include "compiler/yaml.h"
#include "text/document.h"

namespace phiveil::rules {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

// What is wrong with an entry; "" for a good one.
std::string Fault(std::string_view entry) {
  const size_t words = FoldWords(entry).size();
  if (words == 0) return "an entry without a letter or digit";
  if (words > ListFile::kMostWords) return Concat("an entry of more than ", ListFile::kMostWords, " words");
  return "";
}

}  // namespace

std::unique_ptr<ListFile> ReadList(const std::string& path, std::string name, Diagnostics* diagnostics) {
  std::optional<std::string> text = ReadFile(path, ListFile::kMostBytes, diagnostics);
  if (!text) return nullptr;
  const SourceFile source(path, *std::move(text));
  for (size_t at : {FirstInvalidUtf8(source.text()), FirstControlCharacter(source.text())}) {
    if (at == std::string_view::npos) continue;
    diagnostics->Report(Code::kBadEncoding, {&source, at, 1}, "not plain UTF-8 text");
    return nullptr;
  }
  auto list = std::make_unique<ListFile>();
  list->name = std::move(name);
  for (size_t at = 0; at < source.text().size();) {
    const size_t end = std::min(source.text().find('\n', at), source.text().size());
    const std::string_view line = source.text().substr(at, end - at);
    const std::string_view entry = Trim(line.substr(0, line.find('\t')));
    if (line.starts_with('#')) {
      if (list->entries.empty()) list->about += Concat(list->about.empty() ? "" : "\n", Trim(line.substr(1)));
    } else if (!entry.empty()) {
      if (const std::string fault = Fault(entry); !fault.empty()) {
        diagnostics->Report(Code::kBadList, {&source, at, line.size()}, fault, "mend or remove the line");
      }
      list->entries.emplace_back(entry);
    }
    at = end + 1;
  }
  if (list->entries.empty()) diagnostics->ReportFile(Code::kBadList, path, "a list without an entry");
  return list;
}

}  // namespace phiveil::rules
