// The two services over a made-up network: what is sent, what is retried, what an answer may do.

#include <stdlib.h>

#include <deque>

#include "../crypto/faulty_file_ops.h"
#include "../crypto/temp_dir.h"
#include "crypto/key_access.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "keys/aws_kms.h"
#include "keys/vault_transit.h"
#include "keys/wrapped_key_file.h"
#include "phiveil/keys.h"

namespace phiveil {
namespace {

using absl::StatusCode;
using keys_internal::HttpAnswer;
using keys_internal::HttpRequest;
using keys_internal::HttpTransport;
using keys_internal::ParseKeyUri;
using keys_internal::Patience;
using keys_internal::SecretText;
using keys_internal::WrappedKeyFile;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Sent {
  std::string method, target, body;
  std::map<std::string, std::string> headers;
};

struct Script {
  std::deque<absl::StatusOr<std::pair<int, std::string>>> answers;
  std::vector<Sent> sent;
};

class Scripted : public HttpTransport {
 public:
  explicit Scripted(Script* script) : script_(script) {}
  absl::StatusOr<HttpAnswer> Send(HttpRequest request, milliseconds) override {
    Sent& sent = script_->sent.emplace_back(Sent{request.method, request.target, std::string(request.body.view()), {}});
    for (const auto& [name, value] : request.headers) sent.headers[name] = value.view();
    if (script_->answers.empty()) return absl::InternalError("one request too many");
    auto next = script_->answers.front();
    script_->answers.pop_front();
    if (!next.ok()) return next.status();
    return HttpAnswer{next->first, SecretText::CopyOf(next->second)};
  }

 private:
  Script* const script_;
};

class ServicesTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"AWS_PROFILE", "AWS_SESSION_TOKEN", "VAULT_NAMESPACE"}) unsetenv(name);
    setenv("AWS_ACCESS_KEY_ID", "AKIDPLANTED", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "planted-secret-access-key", 1);
    setenv("VAULT_TOKEN", "hvs.planted-token", 1);
    patience_.pause = [this](milliseconds pause) { pauses_.push_back(pause); };
  }

  std::unique_ptr<KeyWrapper> Kms() {
    return keys_internal::MakeAwsKmsOver(std::make_unique<Scripted>(&script_), *ParseKeyUri("aws-kms://alias/phi"),
                                         "eu-central-1", "kms.eu-central-1.amazonaws.com", patience_);
  }
  std::unique_ptr<KeyWrapper> Transit(std::string_view uri = "vault-transit://v:8200/transit/phi?namespace=ward") {
    return keys_internal::MakeVaultTransitOver(std::make_unique<Scripted>(&script_), *ParseKeyUri(uri), patience_);
  }
  void Answer(int status, std::string body) { script_.answers.emplace_back(std::pair(status, std::move(body))); }

  static void ExpectNoSecret(const absl::Status& status) {
    EXPECT_THAT(std::string(status.message()), AllOf(Not(HasSubstr("planted")), Not(HasSubstr("c2VjcmV0"))));
  }

  TempDir dir_;
  Script script_;
  Patience patience_;
  std::vector<milliseconds> pauses_;
};

TEST_F(ServicesTest, WhatKmsIsAsked) {
  setenv("AWS_SESSION_TOKEN", "planted-session", 1);
  Answer(200, R"({"CiphertextBlob":"YmxvYg==","KeyId":"arn:x"})");
  Answer(200, R"({"KeyId":"arn:x","Plaintext":"c2VjcmV0"})");
  Answer(200, R"({"CiphertextBlob":"YmxvYjI="})");
  const auto kms = Kms();
  EXPECT_EQ(*kms->Wrap("secret", "root key 1"), "YmxvYg==");
  EXPECT_EQ(kms->Unwrap("YmxvYg==", "root key 1")->ExposeOriginal(), "secret");
  EXPECT_EQ(*kms->Rewrap("YmxvYg==", "root key 1"), "YmxvYjI=");
  ASSERT_EQ(script_.sent.size(), 3u);
  EXPECT_EQ(script_.sent[0].body,
            R"({"KeyId":"alias/phi","EncryptionContext":{"phiveil":"root key 1"},"Plaintext":"c2VjcmV0"})");
  EXPECT_EQ(script_.sent[1].body,
            R"({"KeyId":"alias/phi","EncryptionContext":{"phiveil":"root key 1"},"CiphertextBlob":"YmxvYg=="})");
  EXPECT_EQ(script_.sent[0].headers["x-amz-target"], "TrentService.Encrypt");
  EXPECT_EQ(script_.sent[1].headers["x-amz-target"], "TrentService.Decrypt");
  EXPECT_EQ(script_.sent[2].headers["x-amz-target"], "TrentService.ReEncrypt");
  for (const Sent& sent : script_.sent) {
    EXPECT_EQ(sent.headers.at("x-amz-security-token"), "planted-session");
    EXPECT_THAT(sent.headers.at("authorization"),
                AllOf(HasSubstr("Credential=AKIDPLANTED/"), HasSubstr("/eu-central-1/kms/aws4_request"),
                      HasSubstr("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target"),
                      Not(HasSubstr("planted-secret"))));
  }
}

TEST_F(ServicesTest, WhatVaultIsAsked) {
  Answer(200, R"({"request_id":"1","data":{"ciphertext":"vault:v1:abc","key_version":1}})");
  Answer(200, R"({"data":{"plaintext":"c2VjcmV0"}})");
  Answer(200, R"({"data":{"ciphertext":"vault:v2:abc"}})");
  const auto transit = Transit();
  EXPECT_EQ(*transit->Wrap("secret", "ctx"), "vault:v1:abc");
  EXPECT_EQ(transit->Unwrap("vault:v1:abc", "ctx")->ExposeOriginal(), "secret");
  EXPECT_EQ(*transit->Rewrap("vault:v1:abc", "ctx"), "vault:v2:abc");
  ASSERT_EQ(script_.sent.size(), 3u);
  EXPECT_EQ(script_.sent[0].target, "/v1/transit/encrypt/phi");
  EXPECT_EQ(script_.sent[0].body, R"({"plaintext":"c2VjcmV0","context":"Y3R4"})");
  EXPECT_EQ(script_.sent[1].target, "/v1/transit/decrypt/phi");
  EXPECT_EQ(script_.sent[2].target, "/v1/transit/rewrap/phi");
  for (const Sent& sent : script_.sent) {
    EXPECT_EQ(sent.headers.at("X-Vault-Token"), "hvs.planted-token");
    EXPECT_EQ(sent.headers.at("X-Vault-Namespace"), "ward");
  }
}

TEST_F(ServicesTest, PassingTroublesAreRetriedWithinBounds) {
  Answer(400, R"({"__type":"ThrottlingException","message":"slow down"})");
  script_.answers.emplace_back(absl::UnavailableError("no answer"));
  Answer(500, "oops");
  Answer(200, R"({"CiphertextBlob":"YmxvYg=="})");
  EXPECT_TRUE(Kms()->Wrap("secret", "ctx").ok());
  ASSERT_EQ(pauses_.size(), 3u);
  for (size_t i = 0; i < pauses_.size(); ++i) EXPECT_LE(pauses_[i], milliseconds(100 << i));
  for (int i = 0; i < 100; ++i) Answer(429, "");
  script_.sent.clear();
  const auto status = Transit()->Wrap("secret", "ctx").status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(script_.sent.size(), static_cast<size_t>(patience_.attempts));
  patience_.total = milliseconds(0);
  script_.sent.clear();
  EXPECT_FALSE(Transit()->Wrap("secret", "ctx").ok());
  EXPECT_EQ(script_.sent.size(), 1u);
}

struct Refusal {
  bool kms;
  int status;
  std::string_view body;
  StatusCode code;
  std::string_view says;
};

class RefusalTest : public ServicesTest, public testing::WithParamInterface<Refusal> {};

// Each once, no second try, advice and no secret: neither ours nor what the server quotes.
TEST_P(RefusalTest, IsSaidWithWhatToDo) {
  const Refusal& refusal = GetParam();
  Answer(refusal.status, std::string(refusal.body));
  const auto wrapper = refusal.kms ? Kms() : Transit();
  const auto secret = wrapper->Unwrap(refusal.kms ? "YmxvYg==" : "vault:v1:YmxvYg==", "ctx");
  EXPECT_EQ(secret.status().code(), refusal.code) << secret.status();
  EXPECT_THAT(std::string(secret.status().message()), HasSubstr(refusal.says));
  EXPECT_EQ(script_.sent.size(), 1u);
  ExpectNoSecret(secret.status());
}

INSTANTIATE_TEST_SUITE_P(
    Refusals, RefusalTest,
    testing::Values(
        Refusal{true, 400, R"({"__type":"AccessDeniedException","message":"planted"})", StatusCode::kFailedPrecondition,
                "kms:Decrypt"},
        Refusal{true, 400, R"({"__type":"com.amazonaws.kms#NotFoundException"})", StatusCode::kNotFound, "no such key"},
        Refusal{true, 400, R"({"__type":"DisabledException"})", StatusCode::kFailedPrecondition, "enable it"},
        Refusal{true, 400, R"({"__type":"InvalidCiphertextException"})", StatusCode::kDataLoss, "damaged"},
        Refusal{true, 400, R"({"__type":"IncorrectKeyException"})", StatusCode::kFailedPrecondition, "another key"},
        Refusal{true, 403, R"({"__type":"InvalidSignatureException","message":"The canonical string planted"})",
                StatusCode::kFailedPrecondition, "clock"},
        Refusal{true, 403, R"({"__type":"planted secret"})", StatusCode::kFailedPrecondition, "status 403"},
        Refusal{true, 302, "<html>planted</html>", StatusCode::kFailedPrecondition, "status 302"},
        Refusal{true, 200, "{}", StatusCode::kUnavailable, "proxy"},
        Refusal{true, 200, R"({"Plaintext":"!"})", StatusCode::kUnavailable, "proxy"},
        Refusal{false, 400, R"({"errors":["encryption key not found"]})", StatusCode::kNotFound, "no such key"},
        Refusal{false, 400, R"({"errors":["invalid ciphertext: planted"]})", StatusCode::kDataLoss, "damaged"},
        Refusal{false, 400, R"x({"errors":["ciphertext or signature version is disallowed by policy (too old)"]})x",
                StatusCode::kFailedPrecondition, "min_decryption_version"},
        Refusal{false, 403, R"({"errors":["permission denied"]})", StatusCode::kFailedPrecondition,
                "update on transit/decrypt/phi"},
        Refusal{false, 404, R"({"errors":["no handler for route"]})", StatusCode::kNotFound, "mount"},
        Refusal{false, 200, R"({"data":{}})", StatusCode::kUnavailable, "is it Vault"}));

TEST_F(ServicesTest, TokensThatCannotBeAreNotSent) {
  setenv("VAULT_TOKEN", "planted\r\nX-Evil: 1", 1);
  const auto status = Transit()->Wrap("secret", "ctx").status();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
  ExpectNoSecret(status);
  setenv("AWS_SECRET_ACCESS_KEY", "planted secret", 1);
  ExpectNoSecret(Kms()->Wrap("secret", "ctx").status());
  EXPECT_TRUE(script_.sent.empty());
}

TEST_F(ServicesTest, ATokenFileOpenToAllIsRefused) {
  const std::string path = dir_ / "token";
  FILE* file = fopen(path.c_str(), "w");
  fputs("hvs.planted-token\n", file);
  fclose(file);
  const std::string uri = "vault-transit://v/transit/phi?token_file=" + path;
  chmod(path.c_str(), 0644);
  EXPECT_EQ(Transit(uri)->Wrap("secret", "ctx").status().code(), StatusCode::kFailedPrecondition);
  chmod(path.c_str(), 0600);
  Answer(200, R"({"data":{"ciphertext":"vault:v1:abc"}})");
  EXPECT_TRUE(Transit(uri)->Wrap("secret", "ctx").ok());
  EXPECT_EQ(script_.sent.at(0).headers["X-Vault-Token"], "hvs.planted-token");
}

// A service in memory, which binds the context as the real ones do.
class MemoryWrapper : public KeyWrapper {
 public:
  explicit MemoryWrapper(std::string name) : name_(std::move(name)) {}
  std::string name() const override { return name_; }
  absl::StatusOr<std::string> Wrap(std::string_view secret, std::string_view context) override {
    kept_.emplace_back(secret, context);
    return name_ + "-" + std::to_string(kept_.size() - 1);
  }
  absl::StatusOr<Original> Unwrap(std::string_view wrapped, std::string_view context) override {
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (wrapped != name_ + "-" + std::to_string(i)) continue;
      if (!ignores_context && kept_[i].second != context) return absl::DataLossError("wrong context");
      return Original(kept_[i].first);
    }
    return absl::DataLossError("unknown");
  }
  bool ignores_context = false;

 private:
  const std::string name_;
  std::vector<std::pair<std::string, std::string>> kept_;
};

TEST_F(ServicesTest, AWrappedKeyIsTheKey) {
  MemoryWrapper a("a"), b("b");
  const std::string path = dir_ / "wrapped";
  EXPECT_EQ(OpenWrappedKey(a, path).status().code(), StatusCode::kFailedPrecondition);
  const auto made = MakeWrappedKey(a, path, nullptr);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(MakeWrappedKey(a, path, nullptr).status().code(), StatusCode::kAlreadyExists);
  const auto opened = OpenWrappedKey(a, path);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->id(), made->id());
  EXPECT_EQ(opened->Derive("x").ExposeOriginal(), made->Derive("x").ExposeOriginal());
  ASSERT_TRUE(RewrapWrappedKey(a, a, path).ok());
  ASSERT_TRUE(RewrapWrappedKey(a, b, path).ok());
  EXPECT_EQ(OpenWrappedKey(a, path).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(OpenWrappedKey(b, path)->id(), made->id());
  const auto next = MakeWrappedKey(b, dir_ / "next", &*opened);
  EXPECT_NE(next->id(), made->id());
  EXPECT_EQ(next->derivation_id(), made->derivation_id());
  EXPECT_EQ(next->Derive("x").ExposeOriginal(), made->Derive("x").ExposeOriginal());
}

// Even with a service that binds no context, another key's wrapped secret does not pass for this one.
TEST_F(ServicesTest, AnotherKeysSecretIsNoticed) {
  MemoryWrapper service("s");
  service.ignores_context = true;
  ASSERT_TRUE(MakeWrappedKey(service, dir_ / "one", nullptr).ok());
  ASSERT_TRUE(MakeWrappedKey(service, dir_ / "two", nullptr).ok());
  auto one = *WrappedKeyFile::Read(dir_ / "one");
  one.wrapped = WrappedKeyFile::Read(dir_ / "two")->wrapped;
  ASSERT_TRUE(one.Write(dir_ / "one", true, crypto::FileOps::System()).ok());
  EXPECT_EQ(OpenWrappedKey(service, dir_ / "one").status().code(), StatusCode::kDataLoss);
}

TEST_F(ServicesTest, EveryChangedByteOfTheFileIsNoticed) {
  MemoryWrapper service("s");
  const std::string path = dir_ / "wrapped";
  ASSERT_TRUE(MakeWrappedKey(service, path, nullptr).ok());
  FILE* file = fopen(path.c_str(), "r+");
  fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  for (long i = 0; i < size; ++i) {
    for (const int bit : {1, 0x20}) {
      fseek(file, i, SEEK_SET);
      const int byte = fgetc(file);
      fseek(file, i, SEEK_SET);
      fputc(byte ^ bit, file);
      fflush(file);
      EXPECT_FALSE(WrappedKeyFile::Read(path).ok()) << i;
      fseek(file, i, SEEK_SET);
      fputc(byte, file);
      fflush(file);
    }
  }
  fclose(file);
  EXPECT_TRUE(WrappedKeyFile::Read(path).ok());
  chmod(path.c_str(), 0622);
  EXPECT_EQ(WrappedKeyFile::Read(path).status().code(), StatusCode::kFailedPrecondition);
  chmod(path.c_str(), 0644);
  EXPECT_TRUE(WrappedKeyFile::Read(path).ok()) << "it is no secret";
}

// Old or new, and never neither, whichever call of the replacement fails.
TEST_F(ServicesTest, AFailingReplacementKeepsTheFile) {
  const WrappedKeyFile old{"0123456789abcdef", "a", "w1"}, next{"0123456789abcdef", "a", "w2"};
  bool done = false;
  for (int succeed = 0; !done; ++succeed) {
    ASSERT_LT(succeed, 30);
    const std::string path = dir_ / ("w" + std::to_string(succeed));
    ASSERT_TRUE(old.Write(path, false, crypto::FileOps::System()).ok());
    FaultyFileOps ops(succeed, ENOSPC, FaultyFileOps::Mode::kEver);
    const absl::Status status = next.Write(path, true, ops);
    done = !ops.failed();
    const auto read = WrappedKeyFile::Read(path);
    ASSERT_TRUE(read.ok()) << succeed << read.status();
    EXPECT_TRUE(read->wrapped == "w2" || (read->wrapped == "w1" && !status.ok()));
    EXPECT_EQ(WrappedKeyFile::Read(path + ".fresh").status().code(), StatusCode::kFailedPrecondition);
  }
}

TEST_F(ServicesTest, OnlyThisMachineIsSpokenToWithoutTls) {
  for (const std::string_view url : {"http://kms.example.org", "http://10.0.0.1", "ftp://x", "https://", "https://a:0",
                                     "https://a:99999", "https://u:p@a", "https://a/path", "https://[::1"}) {
    EXPECT_EQ(keys_internal::ConnectTo({.url = std::string(url)}).status().code(), StatusCode::kInvalidArgument) << url;
  }
  for (const std::string_view url :
       {"http://127.0.0.1:8200", "http://[::1]:1", "https://kms.example.org", "https://a:1"}) {
    EXPECT_TRUE(keys_internal::ConnectTo({.url = std::string(url)}).ok()) << url;
  }
  EXPECT_EQ(*keys_internal::HostHeader("https://a.b:443"), "a.b");
  EXPECT_EQ(*keys_internal::HostHeader("https://a.b:8200"), "a.b:8200");
  EXPECT_EQ(*keys_internal::HostHeader("http://[::1]:5000"), "[::1]:5000");
}

}  // namespace
}  // namespace phiveil
