#ifndef PHIVEIL_KEYS_SIGV4_H_
#define PHIVEIL_KEYS_SIGV4_H_

// Signature version 4 of requests to AWS, as published in the AWS documentation ("Create a signed
// AWS API request"), for requests whose query is empty or in canonical form already.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "keys/secret_text.h"

namespace phiveil::keys_internal {

struct AwsCredentials {
  std::string access_key_id;
  SecretText secret_access_key;
  SecretText session_token;  // empty for long-lived credentials
};

struct SignedRequest {
  std::string_view method{};
  std::string_view path = "/";
  std::string_view query{};
  std::vector<std::pair<std::string, std::string_view>> headers{};  // names in small letters, sorted
  std::string_view body{};
  std::string_view date{};  // 20150830T123600Z
  std::string_view region{};
  std::string_view service{};
};

// The value of the Authorization header.
absl::StatusOr<std::string> SignV4(const SignedRequest& request, const AwsCredentials& credentials);

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_SIGV4_H_
