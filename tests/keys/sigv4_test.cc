// The worked examples that AWS publishes with the algorithm: the walk-through of "Create a signed AWS
// API request" and cases of the signature test suite, all with the same made-up credentials.

#include "keys/sigv4.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace phiveil::keys_internal {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

AwsCredentials Example() { return {"AKIDEXAMPLE", SecretText::CopyOf(kSecret), {}}; }

TEST(SigV4, ListUsersOfTheWalkThrough) {
  const SignedRequest request{.method = "GET",
                              .query = "Action=ListUsers&Version=2010-05-08",
                              .headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"},
                                          {"host", "iam.amazonaws.com"},
                                          {"x-amz-date", "20150830T123600Z"}},
                              .date = "20150830T123600Z",
                              .region = "us-east-1",
                              .service = "iam"};
  const auto signature = SignV4(request, Example());
  ASSERT_TRUE(signature.ok()) << signature.status();
  EXPECT_EQ(*signature,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

struct SuiteCase {
  std::string_view name, method, query, signature;
};

class SigV4Suite : public testing::TestWithParam<SuiteCase> {};

TEST_P(SigV4Suite, AsPublished) {
  const SuiteCase& c = GetParam();
  const SignedRequest request{.method = c.method,
                              .query = c.query,
                              .headers = {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}},
                              .date = "20150830T123600Z",
                              .region = "us-east-1",
                              .service = "service"};
  const auto signature = SignV4(request, Example());
  ASSERT_TRUE(signature.ok());
  EXPECT_THAT(*signature, HasSubstr(c.signature)) << c.name;
  EXPECT_THAT(*signature, Not(HasSubstr(kSecret)));
}

INSTANTIATE_TEST_SUITE_P(
    Suite, SigV4Suite,
    testing::Values(
        SuiteCase{"get-vanilla", "GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        SuiteCase{"post-vanilla", "POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
        SuiteCase{"get-vanilla-query-order-key-case", "GET", "Param1=value1&Param2=value2",
                  "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        SuiteCase{"post-vanilla-query", "POST", "Param1=value1",
                  "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"}));

TEST(SigV4, EveryPartOfTheRequestCounts) {
  const SignedRequest base{.method = "POST",
                           .headers = {{"host", "kms.eu-central-1.amazonaws.com"}, {"x-amz-security-token", "T0KEN"}},
                           .body = "{}",
                           .date = "20260102T030405Z",
                           .region = "eu-central-1",
                           .service = "kms"};
  std::vector<SignedRequest> all(8, base);
  all[1].method = "PUT";
  all[2].path = "/x";
  all[3].body = "{ }";
  all[4].date = "20260102T030406Z";
  all[5].region = "eu-west-1";
  all[6].service = "sts";
  all[7].headers[1].second = "T0KEN2";
  std::vector<std::string> signatures;
  for (const SignedRequest& request : all) {
    const std::string line = *SignV4(request, Example());
    signatures.push_back(line.substr(line.rfind('=')));
    EXPECT_THAT(line, Not(HasSubstr("T0KEN")));
  }
  std::sort(signatures.begin(), signatures.end());
  EXPECT_EQ(std::unique(signatures.begin(), signatures.end()), signatures.end());
}

}  // namespace
}  // namespace phiveil::keys_internal
