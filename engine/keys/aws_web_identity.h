#ifndef PHIVEIL_KEYS_AWS_WEB_IDENTITY_H_
#define PHIVEIL_KEYS_AWS_WEB_IDENTITY_H_

// Credentials of a role for the token that a cluster puts into a file (IAM roles for service accounts on EKS): one
// unsigned call of STS's AssumeRoleWithWebIdentity. AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and, when it is set,
// AWS_ROLE_SESSION_NAME say what for; AWS_ENDPOINT_URL_STS names another server than the region's.

#include <string_view>

#include "absl/status/statusor.h"
#include "keys/http.h"
#include "keys/sigv4.h"

namespace phiveil::keys_internal {

// Empty when the environment names no token. FAILED_PRECONDITION when it names no role with it, the token cannot be
// read, or the role is not given; UNAVAILABLE when STS did not answer.
absl::StatusOr<AwsCredentials> FromWebIdentity(const Patience& patience);

// What stands in the first element of that name, when it is text without markup; else empty.
std::string_view XmlTextOf(std::string_view xml, std::string_view element);

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_AWS_WEB_IDENTITY_H_
