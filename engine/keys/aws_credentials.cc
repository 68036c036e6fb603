#include "keys/aws_credentials.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "keys/aws_web_identity.h"
#include "keys/json_string.h"
#include "keys/small_file.h"

namespace phiveil::keys_internal {
namespace {

constexpr std::string_view kContainerHost = "http://169.254.170.2";
constexpr std::string_view kInstanceHost = "http://169.254.169.254";

std::string SharedFile(const char* variable, std::string_view name) {
  const std::string set = Environment(variable);
  return set.empty() ? Concat(Environment("HOME"), "/.aws/", name) : set;
}

std::string ProfileName(const std::string& given) {
  if (!given.empty()) return given;
  const std::string set = Environment("AWS_PROFILE");
  return set.empty() ? "default" : set;
}

bool Complete(const AwsCredentials& credentials) {
  return !credentials.access_key_id.empty() && !credentials.secret_access_key.empty();
}

// What is not text of one line cannot go into a header.
bool Printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

absl::StatusOr<AwsCredentials> Checked(AwsCredentials credentials, std::string_view from) {
  if (Printable(credentials.access_key_id) && Printable(credentials.secret_access_key.view()) &&
      Printable(credentials.session_token.view())) {
    return credentials;
  }
  return absl::FailedPreconditionError(Concat("the AWS credentials from ", from, " hold spaces or control characters"));
}

AwsCredentials FromEnvironment() {
  return {Environment("AWS_ACCESS_KEY_ID"), SecretText::CopyOf(Environment("AWS_SECRET_ACCESS_KEY")),
          SecretText::CopyOf(Environment("AWS_SESSION_TOKEN"))};
}

// Kinds of profile that need other services or programs; refused by name rather than passed over.
std::string_view UnreadKind(std::string_view text, std::string_view section) {
  for (const std::string_view kind : {"role_arn", "credential_process", "sso_session", "sso_start_url"}) {
    if (!IniValue(text, section, kind).empty()) return kind;
  }
  return "";
}

absl::StatusOr<AwsCredentials> FromSharedFiles(const std::string& profile) {
  const std::string name = ProfileName(profile);
  AwsCredentials credentials;
  for (const auto& [path, section] :
       {std::pair(SharedFile("AWS_SHARED_CREDENTIALS_FILE", "credentials"), name),
        std::pair(SharedFile("AWS_CONFIG_FILE", "config"), name == "default" ? name : Concat("profile ", name))}) {
    absl::StatusOr<SecretText> text = ReadSmallFile(path, 0);
    if (!text.ok()) {
      if (absl::IsNotFound(text.status())) continue;
      return text.status();
    }
    credentials = {std::string(IniValue(text->view(), section, "aws_access_key_id")),
                   SecretText::CopyOf(IniValue(text->view(), section, "aws_secret_access_key")),
                   SecretText::CopyOf(IniValue(text->view(), section, "aws_session_token"))};
    if (Complete(credentials)) return Checked(std::move(credentials), path);
    if (const std::string_view kind = UnreadKind(text->view(), section); !kind.empty()) {
      return absl::FailedPreconditionError(
          Concat(path, ": profile ", name, " uses ", kind,
                 ", which is not read here; put its credentials into the environment (aws configure export-credentials "
                 "--format env)"));
    }
  }
  return AwsCredentials();
}

bool Passing(const HttpAnswer& answer) { return answer.status == 429 || answer.status >= 500; }

struct Get {
  std::string method = "GET";
  std::string target;
  std::string header{}, value{};
};

absl::StatusOr<HttpAnswer> Ask(HttpTransport& transport, const Patience& patience, const Get& get) {
  const auto make = [&]() -> absl::StatusOr<HttpRequest> {
    HttpRequest request{.method = get.method, .target = get.target};
    if (!get.header.empty()) request.headers.emplace_back(get.header, SecretText::CopyOf(get.value));
    return request;
  };
  PHIVEIL_ASSIGN_OR_RETURN(HttpAnswer answer, SendPatiently(transport, patience, make, Passing));
  if (answer.status == 200) return answer;
  return absl::FailedPreconditionError(
      Concat("the metadata service answers ", get.target, " with status ", answer.status));
}

absl::StatusOr<AwsCredentials> FromJson(std::string_view json, std::string_view from) {
  std::optional<SecretText> id = JsonStringAt(json, {"AccessKeyId"});
  std::optional<SecretText> secret = JsonStringAt(json, {"SecretAccessKey"});
  std::optional<SecretText> token = JsonStringAt(json, {"Token"});
  if (!id || !secret || !token) return absl::FailedPreconditionError(Concat(from, " gave no credentials"));
  return Checked({std::string(id->view()), *std::move(secret), *std::move(token)}, from);
}

absl::StatusOr<AwsCredentials> FromContainer(const Patience& patience) {
  std::string url = Environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (const std::string relative = Environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); !relative.empty()) {
    url = Concat(kContainerHost, relative);
  }
  if (url.empty()) return AwsCredentials();
  const size_t scheme = url.find("://");
  const size_t path = scheme == std::string::npos ? url.size() : std::min(url.find('/', scheme + 3), url.size());
  PHIVEIL_ASSIGN_OR_RETURN(auto transport, ConnectTo({.url = url.substr(0, path)}));
  Get get{.target = path < url.size() ? url.substr(path) : "/"};
  get.value = Environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const std::string file = Environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !file.empty()) {
    PHIVEIL_ASSIGN_OR_RETURN(const SecretText token, ReadSmallFile(file, 0));
    get.value = Trimmed(token.view());
  }
  if (!get.value.empty()) get.header = "Authorization";
  if (!Printable(get.value))
    return absl::FailedPreconditionError("the container's authorization token is not one line");
  PHIVEIL_ASSIGN_OR_RETURN(const HttpAnswer answer, Ask(*transport, patience, get));
  return FromJson(answer.body.view(), "the container's credentials service");
}

absl::StatusOr<AwsCredentials> FromInstance(Patience patience) {
  if (Environment("AWS_EC2_METADATA_DISABLED") == "true") return AwsCredentials();
  std::string url = Environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (url.empty()) url = kInstanceHost;
  PHIVEIL_ASSIGN_OR_RETURN(auto transport, ConnectTo({.url = url}));
  patience.attempts = std::min(patience.attempts, 2);  // off AWS nothing answers there
  patience.total = std::min(patience.total, std::chrono::milliseconds(3000));
  const std::string base = "/latest/meta-data/iam/security-credentials/";
  PHIVEIL_ASSIGN_OR_RETURN(const HttpAnswer session, Ask(*transport, patience,
                                                         {.method = "PUT",
                                                          .target = "/latest/api/token",
                                                          .header = "X-aws-ec2-metadata-token-ttl-seconds",
                                                          .value = "60"}));
  Get get{.target = base, .header = "X-aws-ec2-metadata-token", .value = std::string(Trimmed(session.body.view()))};
  if (!Printable(get.value)) return absl::FailedPreconditionError("the instance's metadata service gave no token");
  PHIVEIL_ASSIGN_OR_RETURN(const HttpAnswer role, Ask(*transport, patience, get));
  get.target += Trimmed(role.body.view());
  if (!Printable(get.target)) return absl::FailedPreconditionError("the instance has no role");
  PHIVEIL_ASSIGN_OR_RETURN(const HttpAnswer answer, Ask(*transport, patience, get));
  return FromJson(answer.body.view(), "the instance's metadata service");
}

}  // namespace

std::string_view IniValue(std::string_view text, std::string_view section, std::string_view name) {
  bool inside = false;
  while (!text.empty()) {
    const std::string_view raw = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), raw.size() + 1));
    const std::string_view line = Trimmed(raw);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      inside = Trimmed(line.substr(1, std::min(line.find(']'), line.size()) - 1)) == section;
    } else if (inside && raw[0] != ' ' && raw[0] != '\t') {  // an indented line belongs to the one before
      const size_t equals = line.find('=');
      if (equals != std::string_view::npos && Trimmed(line.substr(0, equals)) == name) {
        return Trimmed(line.substr(equals + 1));
      }
    }
  }
  return "";
}

absl::StatusOr<AwsCredentials> FindAwsCredentials(const std::string& profile, const Patience& patience) {
  if (profile.empty()) {
    AwsCredentials set = FromEnvironment();
    if (Complete(set)) return Checked(std::move(set), "the environment");
    PHIVEIL_ASSIGN_OR_RETURN(AwsCredentials role, FromWebIdentity(patience));
    if (Complete(role)) return Checked(std::move(role), "STS");
  }
  PHIVEIL_ASSIGN_OR_RETURN(AwsCredentials credentials, FromSharedFiles(profile));
  if (Complete(credentials)) return credentials;
  if (!profile.empty()) {
    return absl::FailedPreconditionError(Concat("there is no AWS profile ", profile, " with credentials in ",
                                                SharedFile("AWS_SHARED_CREDENTIALS_FILE", "credentials")));
  }
  PHIVEIL_ASSIGN_OR_RETURN(credentials, FromContainer(patience));
  if (Complete(credentials)) return credentials;
  absl::StatusOr<AwsCredentials> instance = FromInstance(patience);
  if (instance.ok() && Complete(*instance)) return instance;
  return absl::FailedPreconditionError(
      Concat("no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile, or run where a "
             "container's or instance's role gives them",
             instance.ok() ? "" : " (",
             instance.ok() ? std::string_view()
                           : std::string_view(instance.status().message().data(), instance.status().message().size()),
             instance.ok() ? "" : ")"));
}

absl::StatusOr<std::string> FindAwsRegion(const std::string& given, std::string_view key, const std::string& profile) {
  std::string region = given;
  if (region.empty() && key.starts_with("arn:")) {  // arn:partition:service:region:…
    for (int i = 0; i < 3; ++i) key.remove_prefix(std::min(key.size(), key.find(':') + 1));
    region = key.substr(0, key.find(':'));
  }
  if (region.empty()) region = Environment("AWS_REGION");
  if (region.empty()) region = Environment("AWS_DEFAULT_REGION");
  if (region.empty()) {
    const std::string name = ProfileName(profile);
    const absl::StatusOr<SecretText> text = ReadSmallFile(SharedFile("AWS_CONFIG_FILE", "config"), 0);
    if (text.ok()) region = IniValue(text->view(), name == "default" ? name : Concat("profile ", name), "region");
  }
  if (region.empty()) {
    return absl::FailedPreconditionError("no AWS region: name it in the key (?region=eu-central-1) or set AWS_REGION");
  }
  if (region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) {
    return absl::InvalidArgumentError("the AWS region is not one's name");
  }
  return region;
}

}  // namespace phiveil::keys_internal
