#include "base/concat.h"
#include "phiveil/deployment.h"

namespace phiveil {
namespace {

std::string JsonText(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += Concat('\\', c);
    else if (byte < 0x20)
      out += Concat("\\u00", kHex[byte >> 4], kHex[byte & 15]);
    else
      out.push_back(c);
  }
  return out + "\"";
}

// A text of one line of Markdown: no line break, nothing that opens a table or a tag.
std::string MarkdownText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r')
      out.push_back(' ');
    else if (c == '|' || c == '<' || c == '`')
      out += Concat('\\', c);
    else
      out.push_back(c);
  }
  return out;
}

class RegisterWriter {
 public:
  void Row(std::string_view key, std::string_view title, std::string_view source,
           const std::vector<std::string>& values) {
    if (values.empty()) entry_.missing.emplace_back(title);
    std::string cell, list;
    for (const std::string& value : values) {
      cell += Concat(cell.empty() ? "" : "; ", MarkdownText(value));
      list += Concat(list.empty() ? "" : ", ", JsonText(value));
    }
    entry_.markdown += Concat("| ", title, " | ", source, " | ", cell.empty() ? "not stated" : cell, " |\n");
    entry_.json += Concat(entry_.json.empty() ? "{" : ",\n ", JsonText(key), ": [", list, "]");
  }

  RegisterEntry Take(const DeploymentProfile& profile, std::string_view today) {
    RegisterEntry out = std::move(entry_);
    out.markdown =
        Concat("# Record of processing: ", MarkdownText(profile.name), "\n\nGDPR Art. 30(1). Written on ", today,
               " from profile ", MarkdownText(profile.name), ", version ", MarkdownText(profile.version),
               ".\n\n| what | where it is asked for | entry |\n|---|---|---|\n", out.markdown);
    out.json += "}\n";
    return out;
  }

 private:
  RegisterEntry entry_;
};

std::vector<std::string> One(std::string text) {
  return text.empty() ? std::vector<std::string>() : std::vector{std::move(text)};
}

std::vector<std::string> Named(const DeploymentProfile::Party& party) {
  if (party.name.empty()) return {};
  std::string out = party.name;
  for (const std::string* part : {&party.contact, &party.role, &party.location}) {
    if (!part->empty()) out += Concat(", ", *part);
  }
  return {out};
}

std::vector<std::string> CategoriesThatLeave(const Policy& policy) {
  std::vector<std::string> out;
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    const Action action = policy.RuleFor(category).action;
    if (action == Action::kKeep)
      out.push_back(Concat(CategoryName(category), " in clear"));
    else if (IsDerived(policy.RuleFor(category)))
      out.push_back(Concat(CategoryName(category), " as ", ActionName(action)));
  }
  return out;
}

std::string Said(std::string_view what, const Agreement& agreement) {
  if (!agreement.in_place) return Concat("no ", what);
  return Concat(what, " with ", agreement.with, ", ", agreement.reference, ", from ", agreement.from,
                agreement.until.empty() ? "" : Concat(" until ", agreement.until));
}

std::vector<std::string> Measures(const DeploymentProfile& profile, const Policy& policy, const TaskProfile* task) {
  std::vector<std::string> out = profile.measures;
  out.push_back(Concat("identifiers treated by policy ", policy.name(), " ", policy.version(), " (",
                       BasisName(policy.basis()), ")"));
  if (task != nullptr) out.push_back(Concat("limited to task ", task->name, " ", task->version));
  if (!profile.tls_minimum.empty()) out.push_back(Concat("TLS ", profile.tls_minimum, " or later in transit"));
  if (profile.encrypted_at_rest) out.push_back(Concat("encrypted at rest, key of the ", profile.key_owner));
  if (profile.no_training) out.push_back(Concat("no training on the texts: ", profile.training_reference));
  out.push_back(Said("data processing agreement", profile.dpa));
  out.push_back(Said("business associate agreement", profile.baa));
  out.push_back("every call recorded in a chained, signed log");
  return out;
}

}  // namespace

RegisterEntry WriteRegister(const DeploymentProfile& profile, const Policy& given, const TaskProfile* task,
                            std::string_view today) {
  const Policy policy = task == nullptr ? given : given.RestrictedTo(task->may_stay);
  RegisterWriter writer;
  writer.Row("controller", "Controller", "Art. 30(1)(a)", Named(profile.controller));
  writer.Row("representative", "Representative", "Art. 30(1)(a), Art. 27", Named(profile.representative));
  writer.Row("data_protection_officer", "Data protection officer", "Art. 30(1)(a)", Named(profile.protection_officer));
  writer.Row("purposes", "Purposes", "Art. 30(1)(b)", profile.purposes);
  writer.Row("data_subjects", "Categories of data subjects", "Art. 30(1)(c)", profile.data_subjects);
  std::vector<std::string> data = profile.data_categories;
  for (std::string& category : CategoriesThatLeave(policy)) data.push_back(std::move(category));
  writer.Row("personal_data", "Categories of personal data that leave", "Art. 30(1)(c)", data);
  writer.Row("recipients", "Recipients", "Art. 30(1)(d)", profile.recipients);
  writer.Row("processor", "Processor", "Art. 28",
             {Concat(ProviderTitle(profile.provider), profile.model.empty() ? "" : Concat(", ", profile.model),
                     ", region ", profile.inference_region)});
  std::vector<std::string> subs;
  for (const auto& party : profile.sub_processors) subs.push_back(Named(party).empty() ? "" : Named(party)[0]);
  writer.Row("sub_processors", "Sub-processors", "Art. 28(2)", subs);
  std::vector<std::string> transfers;
  for (const auto& [country, safeguard] : profile.transfers) transfers.push_back(Concat(country, ": ", safeguard));
  writer.Row("transfers", "Transfers to third countries and safeguards", "Art. 30(1)(e)", transfers);
  writer.Row("retention", "Time limits for erasure", "Art. 30(1)(f)", One(profile.retention));
  writer.Row("vault", "Where originals are kept", "Art. 30(1)(f)",
             One(policy.NeedsVault() ? Concat("vault in ", profile.vault_region) : std::string("nowhere")));
  writer.Row("measures", "Technical and organisational measures", "Art. 30(1)(g), Art. 32",
             Measures(profile, policy, task));
  return writer.Take(profile, today);
}

}  // namespace phiveil
