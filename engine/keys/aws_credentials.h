#ifndef PHIVEIL_KEYS_AWS_CREDENTIALS_H_
#define PHIVEIL_KEYS_AWS_CREDENTIALS_H_

// Where AWS credentials and the region come from, in the order the AWS documentation gives
// ("Standardized credential providers"): environment, web identity, shared files, container, instance (IMDSv2).
// Fetched anew for each call to KMS, of which there is one when a key is opened: nothing is cached,
// so nothing expires here.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "keys/http.h"
#include "keys/sigv4.h"

namespace phiveil::keys_internal {

// `profile`: as in the key's URI; with one, only the shared files are looked at. FAILED_PRECONDITION
// lists what was tried; UNAVAILABLE when a metadata service did not answer.
absl::StatusOr<AwsCredentials> FindAwsCredentials(const std::string& profile, const Patience& patience);

// `given`, else the ARN's, else AWS_REGION, AWS_DEFAULT_REGION, else the profile's.
absl::StatusOr<std::string> FindAwsRegion(const std::string& given, std::string_view key, const std::string& profile);

// The value of `name` in a section of an AWS shared file ("credentials" or "config"); empty when
// there is none. Sections of "config" other than default are called "profile NAME".
std::string_view IniValue(std::string_view text, std::string_view section, std::string_view name);

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_AWS_CREDENTIALS_H_
