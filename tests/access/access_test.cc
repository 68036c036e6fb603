#include "phiveil/access.h"

#include <sys/stat.h>

#include <fstream>
#include <thread>
#include <vector>

#include "../crypto/faulty_file_ops.h"
#include "../crypto/temp_dir.h"
#include "access/meter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace phiveil {
namespace {

using absl::StatusCode;
using access_internal::Limits;
using access_internal::Meter;
using testing::HasSubstr;

constexpr std::string_view kFile = R"({
  "format": 1,
  "roles": {
    "clinician": {"may": ["restore"], "restores_per_minute": 3, "tokens_per_minute": 10},
    "registrar": {"may": ["restore"], "restores_per_minute": 5, "tokens_per_minute": 6},
    "batch":     {"may": ["restore"]},
    "officer":   {"may": ["forget", "sweep", "rotate", "reencrypt"]}},
  "grants": [
    {"actor": "dr.k", "tenant": "ward", "roles": ["clinician"]},
    {"actor": "both", "tenant": "ward", "roles": ["clinician", "registrar"]},
    {"actor": "night", "tenant": "*", "roles": ["batch"]},
    {"actor": "officer.m", "roles": ["officer"]}],
  "speak_for_others": ["gateway"]})";

class AccessTest : public testing::Test {
 protected:
  std::unique_ptr<AccessControl> Make(std::string_view json = kFile, const std::string& meter = "") {
    auto access = AccessControl::Parse(json, "access.json", {.meter = meter, .clock = [this] { return now_; }});
    EXPECT_TRUE(access.ok()) << access.status();
    return access.ok() ? *std::move(access) : nullptr;
  }
  static StatusCode Ask(AccessControl& access, std::string_view actor, std::string_view tenant = "ward",
                        uint64_t tokens = 0, Act act = Act::kRestore, std::string_view purpose = "care") {
    return access.Admit(act, {actor, tenant, purpose}, tokens).code();
  }

  TempDir dir_;
  int64_t now_ = 1'800'000'000'000;
};

TEST_F(AccessTest, WhatIsNotGrantedIsDenied) {
  const auto access = Make();
  struct Case {
    std::string_view actor, tenant;
    Act act;
    bool may;
  };
  for (const Case& c : std::vector<Case>{{"dr.k", "ward", Act::kRestore, true},
                                         {"dr.k", "", Act::kRestore, false},
                                         {"dr.k", "other", Act::kRestore, false},
                                         {"dr.k", "*", Act::kRestore, false},
                                         {"DR.K", "ward", Act::kRestore, false},
                                         {"dr.k", "ward", Act::kForget, false},
                                         {"dr.k", "ward", Act::kRotate, false},
                                         {"night", "ward", Act::kRestore, true},
                                         {"night", "", Act::kRestore, true},
                                         {"night", "any", Act::kSweep, false},
                                         {"officer.m", "", Act::kForget, true},
                                         {"officer.m", "", Act::kSweep, true},
                                         {"officer.m", "", Act::kRotate, true},
                                         {"officer.m", "", Act::kReencrypt, true},
                                         {"officer.m", "", Act::kRestore, false},
                                         {"officer.m", "ward", Act::kForget, false},
                                         {"nobody", "ward", Act::kRestore, false},
                                         {"", "ward", Act::kRestore, false},
                                         {"*", "ward", Act::kRestore, false}}) {
    EXPECT_EQ(Ask(*access, c.actor, c.tenant, 0, c.act), c.may ? StatusCode::kOk : StatusCode::kPermissionDenied)
        << c.actor << " " << c.tenant << " " << ActName(c.act);
  }
}

TEST_F(AccessTest, APurposeIsRequiredUnlessTheFileSaysOtherwise) {
  EXPECT_EQ(Ask(*Make(), "dr.k", "ward", 0, Act::kRestore, ""), StatusCode::kPermissionDenied);
  std::string optional(kFile);
  optional.insert(1, "\"purpose\": \"optional\",");
  EXPECT_EQ(Ask(*Make(optional), "dr.k", "ward", 0, Act::kRestore, ""), StatusCode::kOk);
}

TEST_F(AccessTest, LimitsAreOfAnySixtySeconds) {
  for (const std::string& meter : {std::string(), dir_ / "meter"}) {
    const auto access = Make(kFile, meter);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(Ask(*access, "dr.k"), StatusCode::kOk);
      now_ += 10'000;
    }
    const absl::Status status = access->Admit(Act::kRestore, {"dr.k", "ward", "care"}, 0);
    EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(status.message()), HasSubstr("3 restores a minute is reached; try again in 30 seconds"));
    now_ += 29'999;
    EXPECT_EQ(Ask(*access, "dr.k"), StatusCode::kResourceExhausted) << "what was denied has not counted";
    EXPECT_EQ(Ask(*access, "both"), StatusCode::kOk) << "others have their own";
    now_ += 1;
    EXPECT_EQ(Ask(*access, "dr.k"), StatusCode::kOk);
    EXPECT_EQ(Ask(*access, "dr.k"), StatusCode::kResourceExhausted);
    now_ -= 3'600'000;
    EXPECT_EQ(Ask(*access, "dr.k"), StatusCode::kResourceExhausted) << "a clock set back frees nobody";
    now_ += 60'000;
    EXPECT_EQ(Ask(*access, "dr.k"), StatusCode::kOk);
    now_ += 3'600'000;
  }
}

TEST_F(AccessTest, TokensAreCountedAndTheHigherLimitHolds) {
  const auto access = Make();
  EXPECT_EQ(Ask(*access, "dr.k", "ward", 11), StatusCode::kResourceExhausted);
  EXPECT_EQ(Ask(*access, "dr.k", "ward", 7), StatusCode::kOk);
  EXPECT_EQ(Ask(*access, "dr.k", "ward", 4), StatusCode::kResourceExhausted);
  EXPECT_EQ(Ask(*access, "dr.k", "ward", 3), StatusCode::kOk);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Ask(*access, "both", "ward", 2), StatusCode::kOk) << i;
  EXPECT_EQ(Ask(*access, "both"), StatusCode::kResourceExhausted);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(Ask(*access, "night", "ward", 1000), StatusCode::kOk);
}

// However many threads and openings there are, and with an entry cut short in between.
TEST_F(AccessTest, AFileIsSharedByAllWhoNameIt) {
  const std::string path = dir_ / "meter";
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto mine = Make(kFile, path);
      for (int i = 0; i < 20; ++i) admitted += Ask(*mine, "dr.k") == StatusCode::kOk;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 3);
  struct stat st = {};
  ASSERT_EQ(stat(path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0600u);
  EXPECT_EQ(st.st_size, 3 * 32);
  std::filesystem::resize_file(path, 2 * 32 + 7);
  const auto again = Make(kFile, path);
  EXPECT_EQ(Ask(*again, "dr.k"), StatusCode::kOk);
  EXPECT_EQ(Ask(*again, "dr.k"), StatusCode::kResourceExhausted);
  ASSERT_EQ(chmod(path.c_str(), 0622), 0);
  EXPECT_EQ(AccessControl::Parse(kFile, "a", {.meter = path}).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(AccessTest, AMeterThatFailsAdmitsNobody) {
  const Asker asker{"a", "t", "p"};
  for (int succeed = 1; succeed < 3; ++succeed) {
    FaultyFileOps ops(succeed, EIO, FaultyFileOps::Mode::kEver);
    auto meter = Meter::Open(dir_ / "meter", ops);
    ASSERT_TRUE(meter.ok()) << meter.status();
    EXPECT_EQ((*meter)->Take(asker, Limits{5, 0}, 1, now_).code(), StatusCode::kUnavailable) << succeed;
  }
}

TEST_F(AccessTest, AskersWhoseNamesRunTogetherAreTwo) {
  auto meter = *Meter::Open("", crypto::FileOps::System());
  EXPECT_TRUE(meter->Take({"ab", "c", "p"}, Limits{1, 0}, 0, now_).ok());
  EXPECT_TRUE(meter->Take({"a", "bc", "p"}, Limits{1, 0}, 0, now_).ok());
  EXPECT_FALSE(meter->Take({"a", "bc", "p"}, Limits{1, 0}, 0, now_).ok());
}

TEST_F(AccessTest, ASlipInTheFileIsAnErrorWithItsPlace) {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text(kFile);
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  const std::pair<std::string, std::string> cases[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {"[]", "the file is not an object"},
      {with("\"format\": 1", "\"format\": 2"), "\"format\": 1 is missing"},
      {with("\"grants\"", "\"grant\""), "'grant' is not known"},
      {with("[\"restore\"], \"restores", "[\"restor\"], \"restores"), "role clinician: there is no act 'restor'"},
      {with("\"may\": [\"restore\"]}", "\"may\": []}"), "role batch may do nothing"},
      {with("\"may\": [\"restore\"]}", "\"may\": \"restore\"}"), "role batch is not a list"},
      {with("restores_per_minute\": 3", "restores_per_hour\": 3"), "'restores_per_hour' is not known"},
      {with("restores_per_minute\": 3", "restores_per_minute\": -3"), "needs a whole number"},
      {with("restores_per_minute\": 3", "restores_per_minute\": \"3\""), "needs a whole number"},
      {with("[\"batch\"]", "[\"bach\"]"), "grants[2]: there is no role 'bach'"},
      {with("\"night\"", "\"*\""), "grants[2]: an actor is one"},
      {with("\"night\"", "\"\""), "is empty"},
      {with("\"both\"", "\"dr.k\""), "grants[1]: this actor and tenant have a grant already"},
      {with("\"tenant\": \"*\"", "\"tenants\": \"*\""), "grants[2]: 'tenants' is not known"},
      {with("\"batch\":", "\"clinician\":"), "roles: 'clinician' is given twice"},
      {with("\"format\": 1", "\"format\": 1, \"purpose\": \"none\""), "purpose is required or optional"}};
  for (const auto& [json, says] : cases) {
    const auto access = AccessControl::Parse(json, "access.json", {});
    EXPECT_EQ(access.status().code(), StatusCode::kInvalidArgument) << json;
    EXPECT_THAT(std::string(access.status().message()), HasSubstr("access.json: "));
    EXPECT_THAT(std::string(access.status().message()), HasSubstr(says));
  }
}

TEST_F(AccessTest, AFileThatOthersMayWriteIsRefused) {
  const std::string path = dir_ / "access.json";
  EXPECT_EQ(AccessControl::Load(path, {}).status().code(), StatusCode::kNotFound);
  std::ofstream(path) << kFile;
  for (const mode_t mode : {0600, 0640, 0644, 0444}) {
    chmod(path.c_str(), mode);
    EXPECT_TRUE(AccessControl::Load(path, {}).ok()) << std::oct << mode;
  }
  for (const mode_t mode : {0620, 0602, 0666, 0777}) {
    chmod(path.c_str(), mode);
    EXPECT_EQ(AccessControl::Load(path, {}).status().code(), StatusCode::kFailedPrecondition) << std::oct << mode;
  }
  EXPECT_EQ(AccessControl::Load(dir_.path(), {}).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(AccessTest, OnlySomeLoginsSpeakForOthers) {
  const auto access = Make();
  EXPECT_TRUE(access->MaySpeakFor("ana", "ana"));
  EXPECT_FALSE(access->MaySpeakFor("ana", "dr.k"));
  EXPECT_TRUE(access->MaySpeakFor("gateway", "dr.k"));
}

}  // namespace
}  // namespace phiveil
