#include "keys/aws_kms.h"

#include <array>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "keys/aws_credentials.h"
#include "keys/json_string.h"
#include "keys/sigv4.h"

namespace phiveil::keys_internal {
namespace {

constexpr std::string_view kContentType = "application/x-amz-json-1.1";
constexpr size_t kLargestRequest = 16 << 10;

std::string AmzDate() {
  const time_t now = time(nullptr);
  tm parts = {};
  gmtime_r(&now, &parts);
  std::array<char, 20> text{};
  return {text.data(), strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

// "ThrottlingException" of "com.amazon…#ThrottlingException".
std::string FaultOf(const HttpAnswer& answer) {
  const std::optional<SecretText> type = JsonStringAt(answer.body.view(), {"__type"});
  std::string_view name = type ? type->view() : std::string_view();
  if (const size_t hash = name.rfind('#'); hash != std::string_view::npos) name.remove_prefix(hash + 1);
  // Only what is a name is repeated: messages of signature faults quote the request.
  const bool is_name =
      name.size() <= 64 &&
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  return is_name ? std::string(name) : std::string();
}

bool Passing(const HttpAnswer& answer) {
  if (answer.status == 429 || answer.status >= 500) return true;
  const std::string fault = answer.status == 200 ? "" : FaultOf(answer);
  return fault == "ThrottlingException" || fault == "Throttling" || fault == "RequestLimitExceeded" ||
         fault == "DependencyTimeoutException" || fault == "KMSInternalException" || fault == "LimitExceededException";
}

struct Advice {
  std::string_view fault;
  absl::StatusCode code;
  std::string_view text;
};
constexpr Advice kAdvice[] = {
    {"AccessDeniedException", absl::StatusCode::kFailedPrecondition,
     "these credentials may not use the key; its policy or theirs must allow kms:Encrypt and kms:Decrypt"},
    {"NotFoundException", absl::StatusCode::kNotFound, "there is no such key; check id or alias, account and region"},
    {"DisabledException", absl::StatusCode::kFailedPrecondition, "the key is disabled; enable it"},
    {"KMSInvalidStateException", absl::StatusCode::kFailedPrecondition,
     "the key cannot be used now; is it pending deletion or import?"},
    {"KeyUnavailableException", absl::StatusCode::kUnavailable, "the key is not available now; try again"},
    {"InvalidKeyUsageException", absl::StatusCode::kFailedPrecondition,
     "the key is not for encryption; give a symmetric one with usage ENCRYPT_DECRYPT"},
    {"IncorrectKeyException", absl::StatusCode::kFailedPrecondition,
     "the wrapped key file was wrapped by another key; if the alias was moved, name the former key"},
    {"InvalidCiphertextException", absl::StatusCode::kDataLoss,
     "the wrapped key file is damaged, or was wrapped by another key or for another purpose"},
    {"UnrecognizedClientException", absl::StatusCode::kFailedPrecondition,
     "the AWS credentials are not known; are they of another account or partition?"},
    {"InvalidClientTokenId", absl::StatusCode::kFailedPrecondition, "the AWS credentials are not known"},
    {"ExpiredTokenException", absl::StatusCode::kFailedPrecondition, "the AWS credentials have expired; renew them"},
    {"InvalidSignatureException", absl::StatusCode::kFailedPrecondition,
     "the signature was refused; check the secret access key and this machine's clock"},
    {"SignatureDoesNotMatch", absl::StatusCode::kFailedPrecondition,
     "the signature was refused; check the secret access key and this machine's clock"},
};

class AwsKms final : public KeyWrapper {
 public:
  AwsKms(std::unique_ptr<HttpTransport> transport, const KeyUri& uri, std::string region, std::string host,
         Patience patience)
      : transport_(std::move(transport)),
        key_(uri.key),
        profile_(uri.Option("profile")),
        region_(std::move(region)),
        host_(std::move(host)),
        patience_(std::move(patience)) {}

  std::string name() const override { return Concat("aws-kms://", key_, "?region=", region_); }

  absl::StatusOr<std::string> Wrap(std::string_view secret, std::string_view context) override {
    SecretText body(kLargestRequest);
    bool ok = body.Append(Concat("{\"KeyId\":\"", key_, "\",", ContextField("EncryptionContext", context))) &&
              body.Append(",\"Plaintext\":\"") && EncodeBase64(secret, &body) && body.Append("\"}");
    if (!ok) return absl::InternalError("a buffer was too small");
    PHIVEIL_ASSIGN_OR_RETURN(const SecretText wrapped, Call("Encrypt", body, "CiphertextBlob"));
    return std::string(wrapped.view());
  }

  absl::StatusOr<Original> Unwrap(std::string_view wrapped, std::string_view context) override {
    PHIVEIL_ASSIGN_OR_RETURN(const SecretText body,
                             Quoted(Concat("{\"KeyId\":\"", key_, "\",", ContextField("EncryptionContext", context),
                                           ",\"CiphertextBlob\":\""),
                                    wrapped));
    PHIVEIL_ASSIGN_OR_RETURN(const SecretText text, Call("Decrypt", body, "Plaintext"));
    SecretText secret(text.size());
    if (!DecodeBase64(text.view(), &secret)) return Fault("answered without what was asked for");
    return Original(secret.view());
  }

  absl::StatusOr<std::string> Rewrap(std::string_view wrapped, std::string_view context) override {
    PHIVEIL_ASSIGN_OR_RETURN(
        const SecretText body,
        Quoted(Concat("{\"SourceKeyId\":\"", key_, "\",\"DestinationKeyId\":\"", key_, "\",",
                      ContextField("SourceEncryptionContext", context), ",",
                      ContextField("DestinationEncryptionContext", context), ",\"CiphertextBlob\":\""),
               wrapped));
    PHIVEIL_ASSIGN_OR_RETURN(const SecretText text, Call("ReEncrypt", body, "CiphertextBlob"));
    return std::string(text.view());
  }

 private:
  // Contexts are ours and of plain letters.
  static std::string ContextField(std::string_view name, std::string_view context) {
    return Concat("\"", name, "\":{\"phiveil\":\"", context, "\"}");
  }

  static absl::StatusOr<SecretText> Quoted(std::string_view before, std::string_view wrapped) {
    SecretText body(kLargestRequest), checked(kLargestRequest);
    if (!DecodeBase64(wrapped, &checked)) return absl::DataLossError("the wrapped key file is damaged");
    if (!body.Append(before) || !body.Append(wrapped) || !body.Append("\"}")) {
      return absl::DataLossError("the wrapped key file is too long");
    }
    return body;
  }

  absl::StatusOr<HttpRequest> Signed(std::string_view action, const SecretText& body) const {
    PHIVEIL_ASSIGN_OR_RETURN(const AwsCredentials credentials, FindAwsCredentials(profile_, patience_));
    const std::string target = Concat("TrentService.", action), date = AmzDate();
    SignedRequest to_sign{.method = "POST", .body = body.view(), .date = date, .region = region_, .service = "kms"};
    to_sign.headers = {{"content-type", kContentType}, {"host", host_}, {"x-amz-date", date}};
    if (!credentials.session_token.empty()) {
      to_sign.headers.emplace_back("x-amz-security-token", credentials.session_token.view());
    }
    to_sign.headers.emplace_back("x-amz-target", target);
    PHIVEIL_ASSIGN_OR_RETURN(const std::string authorization, SignV4(to_sign, credentials));
    HttpRequest request;
    for (const auto& [name, value] : to_sign.headers) request.headers.emplace_back(name, SecretText::CopyOf(value));
    request.headers.emplace_back("authorization", SecretText::CopyOf(authorization));
    request.body = SecretText::CopyOf(body.view());
    return request;
  }

  absl::StatusOr<SecretText> Call(std::string_view action, const SecretText& body, std::string_view field) {
    PHIVEIL_ASSIGN_OR_RETURN(const HttpAnswer answer,
                             SendPatiently(
                                 *transport_, patience_, [&] { return Signed(action, body); }, Passing));
    if (answer.status != 200) return Refused(answer);
    std::optional<SecretText> value = JsonStringAt(answer.body.view(), {field});
    if (!value) return Fault("answered without what was asked for");
    return *std::move(value);
  }

  absl::Status Refused(const HttpAnswer& answer) const {
    const std::string fault = FaultOf(answer);
    for (const Advice& advice : kAdvice) {
      if (advice.fault == fault) {
        return absl::Status(advice.code, Concat("key ", name(), ": ", advice.text, " (", fault, ")"));
      }
    }
    const std::string message =
        Concat("key ", name(), ": KMS answered with status ", answer.status, fault.empty() ? "" : ", ", fault);
    return Passing(answer) ? absl::UnavailableError(message) : absl::FailedPreconditionError(message);
  }

  absl::Status Fault(std::string_view what) const {
    return absl::UnavailableError(Concat("key ", name(), ": KMS ", what, "; is a proxy in between?"));
  }

  const std::unique_ptr<HttpTransport> transport_;
  const std::string key_, profile_, region_, host_;
  const Patience patience_;
};

}  // namespace

std::unique_ptr<KeyWrapper> MakeAwsKmsOver(std::unique_ptr<HttpTransport> transport, const KeyUri& uri,
                                           std::string region, std::string host, const Patience& patience) {
  return std::make_unique<AwsKms>(std::move(transport), uri, std::move(region), std::move(host), patience);
}

absl::StatusOr<std::unique_ptr<KeyWrapper>> MakeAwsKms(const KeyUri& uri, const Patience& patience) {
  PHIVEIL_ASSIGN_OR_RETURN(std::string region, FindAwsRegion(uri.Option("region"), uri.key, uri.Option("profile")));
  std::string url = uri.Option("endpoint");
  if (url.empty()) {
    url = Concat("https://kms.", region, region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
  }
  PHIVEIL_ASSIGN_OR_RETURN(std::string host, HostHeader(url));
  PHIVEIL_ASSIGN_OR_RETURN(auto transport, ConnectTo({.url = url, .ca_file = uri.Option("ca")}));
  return MakeAwsKmsOver(std::move(transport), uri, std::move(region), std::move(host), patience);
}

}  // namespace phiveil::keys_internal
