#ifndef PHIVEIL_TESTS_ENGINE_TWO_STORES_H_
#define PHIVEIL_TESTS_ENGINE_TWO_STORES_H_

// What holds for a vault in a folder and for one on a PostgreSQL server (the parameter: whether it is that).

#include <gtest/gtest.h>

#include <string>

#include "support/engine.h"
#include "vault/postgres_server.h"

namespace phiveil::testing {

class TwoStoresTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    path_ = NewPlace("vault");
    if (path_.empty()) GTEST_SKIP() << why_;
  }
  std::string NewPlace(const std::string& name) {
    if (!GetParam()) return folder_ / name;
    PostgresServer* const server = PostgresServer::Get(&why_);
    return server == nullptr ? "" : server->Url(server->NewDatabase());
  }

  TemporaryFolder folder_;
  KeyEncryptionKey key_ = *KeyEncryptionKey::CreateFile(folder_ / "key");
  std::string path_, why_;
};

inline std::string StoreName(const ::testing::TestParamInfo<bool>& postgres) {
  return postgres.param ? "Postgres" : "Rocks";
}

}  // namespace phiveil::testing

#endif  // PHIVEIL_TESTS_ENGINE_TWO_STORES_H_
