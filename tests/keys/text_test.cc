#include <array>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "keys/aws_credentials.h"
#include "keys/json_string.h"
#include "keys/key_uri.h"
#include "keys/secret_text.h"

namespace phiveil::keys_internal {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Encoded(std::string_view bytes) {
  SecretText out(Base64Size(bytes.size()));
  EXPECT_TRUE(EncodeBase64(bytes, &out));
  return std::string(out.view());
}

std::optional<std::string> Decoded(std::string_view text) {
  SecretText out(text.size());
  if (!DecodeBase64(text, &out)) return std::nullopt;
  return std::string(out.view());
}

// The test vectors of RFC 4648, section 10.
TEST(Base64, AsInTheRfc) {
  const std::pair<std::string, std::string> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(Encoded(bytes), text);
    EXPECT_EQ(Decoded(text), bytes);
  }
  std::string all;
  for (int i = 0; i < 256; ++i) {
    all.push_back(static_cast<char>(i));
    EXPECT_EQ(Decoded(Encoded(all)), all);
  }
}

TEST(Base64, OneSpellingOnly) {
  for (const std::string_view bad :
       {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n", "Zm-v", "====", "Z===", " Zm9v", "Zm=v"}) {
    EXPECT_EQ(Decoded(bad), std::nullopt) << bad;
  }
}

TEST(SecretText, NeverGrows) {
  SecretText text(4);
  EXPECT_TRUE(text.Append("abc"));
  EXPECT_FALSE(text.Append("de"));
  EXPECT_EQ(text.view(), "abc");
  const char* const bytes = text.view().data();
  const SecretText moved = std::move(text);
  EXPECT_EQ(moved.view().data(), bytes);
}

std::optional<std::string> At(std::string_view json, std::initializer_list<std::string_view> path) {
  const auto found = JsonStringAt(json, path);
  return found ? std::optional<std::string>(found->view()) : std::nullopt;
}

TEST(JsonString, IsFoundPastAnythingElse) {
  EXPECT_EQ(At(R"({"a":"x"})", {"a"}), "x");
  EXPECT_EQ(At(R"( { "n" : null , "l":[1,-2.5e3,{"a":"no"},[]], "o":{},"t":true,"a" : "x" } )", {"a"}), "x");
  EXPECT_EQ(At(R"({"data":{"k":1,"ciphertext":"vault:v1:x+\/y="}})", {"data", "ciphertext"}), "vault:v1:x+/y=");
  EXPECT_EQ(At(R"({"a":"\"\\\b\f\n\r\t\u0041"})", {"a"}), "\"\\\b\f\n\r\tA");
  EXPECT_EQ(At(R"({"b":"\"a\":\"trap\"","a":"x"})", {"a"}), "x");
  EXPECT_EQ(At(R"({"a":"first","a":"second"})", {"a"}), "first");
}

TEST(JsonString, NothingWhenItIsNotThere) {
  for (const std::string_view json :
       {"", "{", "{}", "[]", "null", R"({"a":1})", R"({"a":["x"]})", R"({"a":{"a":"x"}})", R"({"b":"x"})", R"({"a":"x)",
        R"({"a" "x"})", R"({"a":"\u00e9"})", R"({"a":"\q"})", R"({"a":"\u12"})", "{\"a\":\"\n\"}", R"({"b":@,"a":"x"})",
        R"({"b":[1 2],"a":"x"})", R"({"b":{"c" 1},"a":"x"})"}) {
    EXPECT_EQ(At(json, {"a"}), std::nullopt) << json;
  }
  EXPECT_EQ(At(R"({"data":"x"})", {"data", "a"}), std::nullopt);
  std::string deep = R"({"b":)" + std::string(100000, '[') + std::string(100000, ']') + R"(,"a":"x"})";
  EXPECT_EQ(At(deep, {"a"}), std::nullopt);
}

TEST(JsonString, EveryCutEndsInNothing) {
  const std::string json = R"({"x":{"y":[1,"\u0041"]},"data":{"plaintext":"c2VjcmV0"}})";
  ASSERT_EQ(At(json, {"data", "plaintext"}), "c2VjcmV0");
  const size_t needed = json.size() - 2;
  for (size_t n = 0; n < needed; ++n) EXPECT_EQ(At(json.substr(0, n), {"data", "plaintext"}), std::nullopt) << n;
}

TEST(KeyUri, Forms) {
  EXPECT_EQ(ParseKeyUri("/etc/k")->path, "/etc/k");
  EXPECT_EQ(ParseKeyUri("keys/k")->path, "keys/k");
  EXPECT_EQ(ParseKeyUri("file:keys/k")->path, "keys/k");
  EXPECT_EQ(ParseKeyUri("file:///etc/k")->path, "/etc/k");
  const auto kms =
      ParseKeyUri("aws-kms://arn:aws:kms:eu-central-1:111122223333:key/1a2b?wrapped=%2Fetc%2Fw&region=r-1");
  ASSERT_TRUE(kms.ok()) << kms.status();
  EXPECT_EQ(kms->kind, KeyUri::Kind::kAwsKms);
  EXPECT_EQ(kms->key, "arn:aws:kms:eu-central-1:111122223333:key/1a2b");
  EXPECT_EQ(kms->Option("wrapped"), "/etc/w");
  EXPECT_EQ(kms->Option("region"), "r-1");
  EXPECT_EQ(ParseKeyUri("aws-kms://alias/phiveil")->key, "alias/phiveil");
  const auto transit = ParseKeyUri("vault-transit://v.example.org:8200/a/transit/phi?namespace=ward%2F3&tls=off");
  ASSERT_TRUE(transit.ok()) << transit.status();
  EXPECT_EQ(transit->host, "v.example.org:8200");
  EXPECT_EQ(transit->mount, "a/transit");
  EXPECT_EQ(transit->key, "phi");
  EXPECT_EQ(transit->Option("namespace"), "ward/3");
  EXPECT_EQ(ParseKeyUri("vault-transit:///transit/phi")->host, "");
}

TEST(KeyUri, EverythingElseIsRefused) {
  for (const std::string_view bad :
       {"", "file:", "gcp-kms://x", "aws-kms://", "aws-kms://a b", "aws-kms://a\"b", "aws-kms://k?region",
        "aws-kms://k?region=", "aws-kms://k?region=a&region=b", "aws-kms://k?region=%0a", "aws-kms://k?region=%zz",
        "aws-kms://k?region=%4", "vault-transit://host", "vault-transit://host/transit",
        "vault-transit://host/transit/", "vault-transit://host//k", "vault-transit://user:pw@host/transit/k",
        "vault-transit://h/transit/k?tls=maybe"}) {
    EXPECT_EQ(ParseKeyUri(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(KeyUri, ASecretInItIsRefusedAndNotRepeated) {
  for (const std::string_view bad : {"aws-kms://k?secret_access_key=hunter2", "vault-transit://h/t/k?token=hunter2"}) {
    const auto uri = ParseKeyUri(bad);
    EXPECT_FALSE(uri.ok());
    EXPECT_THAT(std::string(uri.status().message()), Not(HasSubstr("hunter2")));
  }
}

TEST(Ini, Sections) {
  constexpr std::string_view kText =
      "# comment\n[default]\naws_access_key_id = AKID1\n ; no\nregion=eu-west-1\ns3 =\n  region = nested\n"
      "[ profile ward ]\r\nregion = eu-central-1\r\n[ward]\naws_access_key_id=AKID2\naws_secret_access_key = a=b/c+d== "
      "\n";
  EXPECT_EQ(IniValue(kText, "default", "aws_access_key_id"), "AKID1");
  EXPECT_EQ(IniValue(kText, "default", "region"), "eu-west-1");
  EXPECT_EQ(IniValue(kText, "profile ward", "region"), "eu-central-1");
  EXPECT_EQ(IniValue(kText, "ward", "aws_secret_access_key"), "a=b/c+d==");
  EXPECT_EQ(IniValue(kText, "ward", "region"), "");
  EXPECT_EQ(IniValue(kText, "none", "region"), "");
  EXPECT_EQ(IniValue("", "default", "region"), "");
}

}  // namespace
}  // namespace phiveil::keys_internal
