#include "keys/key_uri.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"

namespace phiveil::keys_internal {
namespace {

constexpr std::string_view kNameBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
constexpr std::string_view kKmsOptions[] = {"region", "profile", "endpoint", "ca", "wrapped"};
constexpr std::string_view kTransitOptions[] = {"namespace", "ca", "token_file", "tls", "wrapped"};

bool MadeOf(std::string_view text, std::string_view bytes) {
  return !text.empty() && text.find_first_not_of(bytes) == std::string_view::npos;
}

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      int value = 0;
      for (const char digit : text.substr(i + 1, 2)) {
        const size_t at = std::string_view("0123456789ABCDEFabcdef").find(digit);
        if (at == std::string_view::npos) return std::nullopt;
        value = value * 16 + static_cast<int>(at < 16 ? at : at - 6);
      }
      c = static_cast<char>(value);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out.push_back(c);
  }
  return out;
}

absl::StatusOr<std::map<std::string, std::string>> ParseOptions(std::string_view query,
                                                                std::span<const std::string_view> known,
                                                                std::string_view scheme) {
  std::map<std::string, std::string> options;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, equals);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string names;
      for (const std::string_view one : known) names += Concat(names.empty() ? "" : ", ", one);
      return absl::InvalidArgumentError(Concat("a key of ", scheme, " has no option '", name, "'; known are ", names));
    }
    const std::optional<std::string> value =
        equals < pair.size() ? PercentDecoded(pair.substr(equals + 1)) : std::nullopt;
    if (!value || value->empty())
      return absl::InvalidArgumentError(Concat("the key's option ", name, " needs a value"));
    if (!options.emplace(name, *value).second) {
      return absl::InvalidArgumentError(Concat("the key's option ", name, " is given twice"));
    }
  }
  return options;
}

absl::StatusOr<KeyUri> ParseKms(std::string_view place, std::string_view query) {
  KeyUri uri;
  uri.kind = KeyUri::Kind::kAwsKms;
  uri.key = place;
  if (!MadeOf(place, std::string(kNameBytes) + ":/")) {
    return absl::InvalidArgumentError(
        "aws-kms:// needs a key: its id, its ARN or alias/NAME, as in aws-kms://alias/phiveil?region=eu-central-1");
  }
  PHIVEIL_ASSIGN_OR_RETURN(uri.options, ParseOptions(query, kKmsOptions, "aws-kms://"));
  return uri;
}

absl::StatusOr<KeyUri> ParseTransit(std::string_view place, std::string_view query) {
  KeyUri uri;
  uri.kind = KeyUri::Kind::kVaultTransit;
  const size_t host_end = place.find('/'), key_begin = place.rfind('/');
  if (key_begin != std::string_view::npos && key_begin > host_end) {
    uri.host = place.substr(0, host_end);
    uri.mount = place.substr(host_end + 1, key_begin - host_end - 1);
    uri.key = place.substr(key_begin + 1);
  }
  if (!MadeOf(uri.mount, std::string(kNameBytes) + "/") || !MadeOf(uri.key, kNameBytes) ||
      (!uri.host.empty() && !MadeOf(uri.host, std::string(kNameBytes) + ":[]")) ||
      uri.mount.find("..") != std::string::npos) {
    return absl::InvalidArgumentError(
        "vault-transit:// needs host, mount and key, as in vault-transit://vault.example.org:8200/transit/phiveil "
        "(without a host VAULT_ADDR names the server)");
  }
  PHIVEIL_ASSIGN_OR_RETURN(uri.options, ParseOptions(query, kTransitOptions, "vault-transit://"));
  if (const std::string tls = uri.Option("tls"); !tls.empty() && tls != "on" && tls != "off") {
    return absl::InvalidArgumentError("the key's option tls is on or off");
  }
  return uri;
}

}  // namespace

std::string KeyUri::Option(const std::string& name) const {
  const auto it = options.find(name);
  return it == options.end() ? "" : it->second;
}

absl::StatusOr<KeyUri> ParseKeyUri(std::string_view uri) {
  const size_t mark = uri.find("://");
  const std::string_view scheme = mark == std::string_view::npos ? "" : uri.substr(0, mark);
  if (scheme.empty() || scheme.find('/') != std::string_view::npos || scheme == "file") {
    KeyUri out;
    if (uri.starts_with("file:")) uri.remove_prefix(uri.starts_with("file://") ? 7 : 5);
    if (uri.empty()) return absl::InvalidArgumentError("a key file needs a path");
    out.path = uri;
    return out;
  }
  const std::string_view rest = uri.substr(mark + 3);
  const size_t question = std::min(rest.find('?'), rest.size());
  const std::string_view place = rest.substr(0, question);
  const std::string_view query = question < rest.size() ? rest.substr(question + 1) : "";
  if (scheme == "aws-kms") return ParseKms(place, query);
  if (scheme == "vault-transit") return ParseTransit(place, query);
  return absl::InvalidArgumentError(Concat(
      "keys of ", scheme, ":// are not known; known are file:PATH, aws-kms://KEY and vault-transit://HOST/MOUNT/KEY"));
}

}  // namespace phiveil::keys_internal
