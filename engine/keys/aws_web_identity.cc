#include "keys/aws_web_identity.h"

#include <string>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "keys/aws_credentials.h"
#include "keys/small_file.h"

namespace phiveil::keys_internal {
namespace {

bool IsPlain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

// As a form's field is written; false when there is no room.
bool AppendEncoded(std::string_view text, SecretText* out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const char escaped[] = {'%', kHex[byte >> 4], kHex[byte & 15]};
    if (!out->Append(IsPlain(c) ? std::string_view(&c, 1) : std::string_view(escaped, 3))) return false;
  }
  return true;
}

absl::StatusOr<SecretText> Form(std::string_view role, std::string_view session, std::string_view token) {
  SecretText form(128 + 3 * (role.size() + session.size() + token.size()));
  const bool fits = form.Append("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=") &&
                    AppendEncoded(role, &form) && form.Append("&RoleSessionName=") && AppendEncoded(session, &form) &&
                    form.Append("&WebIdentityToken=") && AppendEncoded(token, &form);
  if (!fits) return absl::InternalError("a form does not fit its room");
  return form;
}

absl::StatusOr<std::string> Endpoint() {
  std::string url = Environment("AWS_ENDPOINT_URL_STS");
  if (!url.empty()) return url.back() == '/' ? url.substr(0, url.size() - 1) : url;
  PHIVEIL_ASSIGN_OR_RETURN(const std::string region, FindAwsRegion("", "", ""));
  return Concat("https://sts.", region, region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com");
}

// STS throttles with status 400.
bool Passing(const HttpAnswer& answer) {
  return answer.status == 429 || answer.status >= 500 ||
         (answer.status == 400 && XmlTextOf(answer.body.view(), "Code") == "Throttling");
}

// The name of an error, never its words: they may quote the token.
absl::Status Refused(const HttpAnswer& answer) {
  const std::string_view code = XmlTextOf(answer.body.view(), "Code");
  bool plain = code.size() < 64;
  for (const char c : code) plain = plain && IsPlain(c);
  return absl::FailedPreconditionError(Concat("STS does not give the role of AWS_ROLE_ARN: status ", answer.status, " ",
                                              plain ? code : std::string_view(),
                                              "; check its trust policy and the token's file"));
}

}  // namespace

std::string_view XmlTextOf(std::string_view xml, std::string_view element) {
  const std::string open = Concat("<", element, ">"), close = Concat("</", element, ">");
  const size_t begin = xml.find(open);
  if (begin == std::string_view::npos) return "";
  xml.remove_prefix(begin + open.size());
  const std::string_view text = xml.substr(0, xml.find(close));
  const bool closed = text.size() < xml.size();
  return closed && text.find_first_of("<&") == std::string_view::npos ? Trimmed(text) : std::string_view();
}

absl::StatusOr<AwsCredentials> FromWebIdentity(const Patience& patience) {
  const std::string file = Environment("AWS_WEB_IDENTITY_TOKEN_FILE"), role = Environment("AWS_ROLE_ARN");
  if (file.empty()) return AwsCredentials();
  if (role.empty()) return absl::FailedPreconditionError("AWS_WEB_IDENTITY_TOKEN_FILE is set, but not AWS_ROLE_ARN");
  PHIVEIL_ASSIGN_OR_RETURN(const SecretText token, ReadSmallFile(file, 0));
  std::string session = Environment("AWS_ROLE_SESSION_NAME");
  if (session.empty()) session = "phiveil";
  PHIVEIL_ASSIGN_OR_RETURN(const std::string url, Endpoint());
  PHIVEIL_ASSIGN_OR_RETURN(const auto transport, ConnectTo({.url = url}));
  const auto make = [&]() -> absl::StatusOr<HttpRequest> {
    HttpRequest request;
    request.headers.emplace_back("Content-Type", SecretText::CopyOf("application/x-www-form-urlencoded"));
    PHIVEIL_ASSIGN_OR_RETURN(request.body, Form(role, session, Trimmed(token.view())));
    return request;
  };
  PHIVEIL_ASSIGN_OR_RETURN(const HttpAnswer answer, SendPatiently(*transport, patience, make, Passing));
  if (answer.status != 200) return Refused(answer);
  const std::string_view xml = answer.body.view();
  AwsCredentials credentials{std::string(XmlTextOf(xml, "AccessKeyId")),
                             SecretText::CopyOf(XmlTextOf(xml, "SecretAccessKey")),
                             SecretText::CopyOf(XmlTextOf(xml, "SessionToken"))};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty() || credentials.session_token.empty()) {
    return absl::FailedPreconditionError("STS gave no credentials");
  }
  return credentials;
}

}  // namespace phiveil::keys_internal
