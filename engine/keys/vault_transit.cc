#include "keys/vault_transit.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "keys/json_string.h"
#include "keys/small_file.h"

namespace phiveil::keys_internal {
namespace {

constexpr size_t kLargestRequest = 16 << 10;
constexpr unsigned kOpenToOthers = 0007;

bool Printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

// 473: a performance standby that cannot serve yet. 503: sealed or in maintenance.
bool Passing(const HttpAnswer& answer) { return answer.status == 429 || answer.status == 473 || answer.status >= 500; }

bool Says(const HttpAnswer& answer, std::string_view words) {
  return answer.body.view().find(words) != std::string_view::npos;
}

class VaultTransit final : public KeyWrapper {
 public:
  VaultTransit(std::unique_ptr<HttpTransport> transport, const KeyUri& uri, Patience patience)
      : transport_(std::move(transport)),
        host_(uri.host),
        mount_(uri.mount),
        key_(uri.key),
        namespace_(uri.Option("namespace").empty() ? Environment("VAULT_NAMESPACE") : uri.Option("namespace")),
        token_file_(uri.Option("token_file")),
        patience_(std::move(patience)) {}

  std::string name() const override { return Concat("vault-transit://", host_, "/", mount_, "/", key_); }

  absl::StatusOr<std::string> Wrap(std::string_view secret, std::string_view context) override {
    SecretText encoded(Base64Size(secret.size()));
    if (!EncodeBase64(secret, &encoded)) return absl::InternalError("a buffer was too small");
    PHIVEIL_ASSIGN_OR_RETURN(const SecretText wrapped,
                             Call("encrypt", "plaintext", encoded.view(), context, "ciphertext"));
    return std::string(wrapped.view());
  }

  absl::StatusOr<Original> Unwrap(std::string_view wrapped, std::string_view context) override {
    PHIVEIL_RETURN_IF_ERROR(CheckWrapped(wrapped));
    PHIVEIL_ASSIGN_OR_RETURN(const SecretText text, Call("decrypt", "ciphertext", wrapped, context, "plaintext"));
    SecretText secret(text.size());
    if (!DecodeBase64(text.view(), &secret)) return Odd();
    return Original(secret.view());
  }

  absl::StatusOr<std::string> Rewrap(std::string_view wrapped, std::string_view context) override {
    PHIVEIL_RETURN_IF_ERROR(CheckWrapped(wrapped));
    PHIVEIL_ASSIGN_OR_RETURN(const SecretText text, Call("rewrap", "ciphertext", wrapped, context, "ciphertext"));
    return std::string(text.view());
  }

 private:
  static absl::Status CheckWrapped(std::string_view wrapped) {
    const bool plain = Printable(wrapped) && wrapped.find_first_of("\"\\") == std::string_view::npos;
    return plain && wrapped.starts_with("vault:v") ? absl::OkStatus()
                                                   : absl::DataLossError("the wrapped key file is damaged");
  }

  absl::StatusOr<SecretText> Token() const {
    std::string path = token_file_;
    if (path.empty()) {
      if (const std::string set = Environment("VAULT_TOKEN"); !set.empty()) return Checked(set, "VAULT_TOKEN");
      path = Concat(Environment("HOME"), "/.vault-token");
    }
    absl::StatusOr<SecretText> text = ReadSmallFile(path, kOpenToOthers);
    if (text.ok()) return Checked(Trimmed(text->view()), path);
    if (!absl::IsNotFound(text.status())) return text.status();
    return absl::FailedPreconditionError(
        Concat("key ", name(), ": no Vault token; name a file (token_file=FILE) or set VAULT_TOKEN"));
  }

  absl::StatusOr<SecretText> Checked(std::string_view token, std::string_view from) const {
    if (!token.empty() && Printable(token)) return SecretText::CopyOf(token);
    return absl::FailedPreconditionError(Concat("key ", name(), ": the Vault token of ", from, " is not one line"));
  }

  absl::StatusOr<HttpRequest> Request(std::string_view action, std::string_view field, std::string_view value,
                                      std::string_view context) const {
    PHIVEIL_ASSIGN_OR_RETURN(SecretText token, Token());
    HttpRequest request{.method = "POST", .target = Concat("/v1/", mount_, "/", action, "/", key_)};
    request.headers.emplace_back("Content-Type", SecretText::CopyOf("application/json"));
    request.headers.emplace_back("X-Vault-Request", SecretText::CopyOf("true"));
    request.headers.emplace_back("X-Vault-Token", std::move(token));
    if (!namespace_.empty()) request.headers.emplace_back("X-Vault-Namespace", SecretText::CopyOf(namespace_));
    request.body = SecretText(kLargestRequest);
    SecretText& body = request.body;
    const bool ok = body.Append(Concat("{\"", field, "\":\"")) && body.Append(value) &&
                    body.Append("\",\"context\":\"") && EncodeBase64(context, &body) && body.Append("\"}");
    if (!ok) return absl::DataLossError("the wrapped key file is too long");
    return request;
  }

  absl::StatusOr<SecretText> Call(std::string_view action, std::string_view field, std::string_view value,
                                  std::string_view context, std::string_view wanted) {
    PHIVEIL_ASSIGN_OR_RETURN(
        const HttpAnswer answer,
        SendPatiently(
            *transport_, patience_, [&] { return Request(action, field, value, context); }, Passing));
    if (answer.status != 200) return Refused(action, answer);
    std::optional<SecretText> found = JsonStringAt(answer.body.view(), {"data", wanted});
    if (!found) return Odd();
    return *std::move(found);
  }

  // What the server says is looked at, not repeated.
  absl::Status Refused(std::string_view action, const HttpAnswer& answer) const {
    const auto message = [&](std::string_view text) { return Concat("key ", name(), ": ", text); };
    switch (answer.status) {
      case 400:
        if (Says(answer, "encryption key not found")) return absl::NotFoundError(message("there is no such key"));
        if (Says(answer, "too old") || Says(answer, "minimum allowed version") ||
            Says(answer, "disallowed by policy")) {
          return absl::FailedPreconditionError(
              message("the wrapped key file is of a version below the key's min_decryption_version"));
        }
        if (Says(answer, "invalid ciphertext") || Says(answer, "message authentication failed")) {
          return absl::DataLossError(
              message("the wrapped key file is damaged, or was wrapped by another key or for another purpose"));
        }
        return absl::FailedPreconditionError(message(Concat("Vault refused to ", action, " (status 400)")));
      case 403:
        return absl::FailedPreconditionError(message(
            Concat("the token has expired or its policy does not allow update on ", mount_, "/", action, "/", key_)));
      case 404:
        return absl::NotFoundError(message("there is no transit engine at this mount; check mount and namespace"));
      case 503:
        return absl::UnavailableError(message("Vault is sealed or in maintenance; unseal it"));
      default:
        return Passing(answer)
                   ? absl::UnavailableError(message(Concat("Vault answered with status ", answer.status)))
                   : absl::FailedPreconditionError(message(Concat("Vault answered with status ", answer.status)));
    }
  }

  absl::Status Odd() const {
    return absl::UnavailableError(Concat("key ", name(), ": answered without what was asked for; is it Vault?"));
  }

  const std::unique_ptr<HttpTransport> transport_;
  const std::string host_, mount_, key_, namespace_, token_file_;
  const Patience patience_;
};

}  // namespace

std::unique_ptr<KeyWrapper> MakeVaultTransitOver(std::unique_ptr<HttpTransport> transport, const KeyUri& uri,
                                                 const Patience& patience) {
  return std::make_unique<VaultTransit>(std::move(transport), uri, patience);
}

absl::StatusOr<std::unique_ptr<KeyWrapper>> MakeVaultTransit(const KeyUri& uri, const Patience& patience) {
  std::string url = Concat(uri.Option("tls") == "off" ? "http://" : "https://", uri.host);
  if (uri.host.empty()) {
    url = Environment("VAULT_ADDR");
    if (url.empty()) {
      return absl::FailedPreconditionError("the key names no Vault server, and VAULT_ADDR is not set");
    }
  }
  std::string ca_file = uri.Option("ca");
  if (ca_file.empty()) ca_file = Environment("VAULT_CACERT");
  PHIVEIL_ASSIGN_OR_RETURN(const std::string host, HostHeader(url));
  PHIVEIL_ASSIGN_OR_RETURN(auto transport, ConnectTo({.url = url, .ca_file = ca_file}));
  KeyUri named = uri;
  named.host = host;
  return MakeVaultTransitOver(std::move(transport), named, patience);
}

}  // namespace phiveil::keys_internal
