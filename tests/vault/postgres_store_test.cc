// What PostgreSQL alone has: URLs, TLS, several processes, a server that goes away.

#include <fstream>
#include <thread>

#include "postgres_server.h"
#include "vault/open_vault.h"
#include "vault_fixture.h"

namespace phiveil {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::Not;

class PostgresStoreTest : public VaultTest {
 protected:
  void SetUp() override {
    std::string why;
    server_ = PostgresServer::Get(&why);
    if (server_ == nullptr) GTEST_SKIP() << why;
    database_ = server_->NewDatabase();
  }
  VaultOptions Options() const { return At(server_->Url(database_)); }
  VaultOptions At(std::string url) const { return {.path = std::move(url), .key = &key_}; }
  std::unique_ptr<Vault> MustOpen() const {
    auto vault = OpenVault(Options());
    EXPECT_TRUE(vault.ok()) << vault.status();
    return vault.ok() ? *std::move(vault) : nullptr;
  }

  PostgresServer* server_ = nullptr;
  std::string database_;
};

TEST_F(PostgresStoreTest, TlsOnlyWithAServerThatProvesWhoItIs) {
  const std::string user = "clerk" + database_;
  server_->Sql(database_, "CREATE ROLE " + user + " LOGIN PASSWORD 'pa55-w0rd'; GRANT ALL ON SCHEMA public TO " + user);
  const std::string good = "sslmode=verify-full&sslrootcert=" + server_->root_certificate();
  const std::string other = "sslmode=verify-full&sslrootcert=" + server_->other_root_certificate();
  struct Case {
    std::string login, settings;
    StatusCode code;
  };
  const std::vector<Case> cases = {
      {user + ":pa55-w0rd", good, StatusCode::kOk},
      {user + ":pa55-w0rd", other, StatusCode::kFailedPrecondition},
      {user + ":pa55-w0rd", "sslmode=verify-full&sslrootcert=/nowhere/pa55-w0rd", StatusCode::kFailedPrecondition},
      {user + ":pa55-w0rd", "sslmode=disable", StatusCode::kFailedPrecondition},
      {user + ":pa55-w0rd", "sslmode=pa55-w0rd", StatusCode::kUnavailable},
      {user + ":pa55-w0rd", "pa55-w0rd=1", StatusCode::kFailedPrecondition},
      {user + ":wrong-pa55-w0rd", good, StatusCode::kFailedPrecondition},
      {user, good + "&password=wrong-pa55-w0rd", StatusCode::kFailedPrecondition}};
  for (const Case& c : cases) {
    const auto vault = OpenVault(At(server_->TlsUrl(database_, c.login, c.settings)));
    EXPECT_EQ(vault.status().code(), c.code) << c.settings << " " << vault.status();
    EXPECT_THAT(std::string(vault.status().message()), Not(HasSubstr("pa55"))) << c.settings;
    if (!vault.ok()) continue;
    EXPECT_EQ(Answer(**vault, "s", Category::kName, KeepOne(**vault, "s", Category::kName, "Ruiz")), "=Ruiz");
    EXPECT_THAT(server_->Sql(database_,
                             "SELECT DISTINCT version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                             " WHERE usename = '" +
                                 user + "'"),
                HasSubstr("TLSv1.3"));
  }
  EXPECT_EQ(VaultName("postgresql://u:pa55@h:5/d?password=pa55&sslmode=require"), "postgresql://h:5/d");
}

TEST_F(PostgresStoreTest, NothingReadableIsInTheDatabase) {
  auto vault = MustOpen();
  KeepOne(*vault, "patient-seventeen", Category::kName, "Annabella Ruiz");
  const std::string dump =
      server_->Sql(database_, "SELECT encode(key, 'escape'), encode(value, 'escape') FROM phiveil_records");
  EXPECT_THAT(dump, Not(HasSubstr("Annabella")));
  EXPECT_THAT(dump, Not(HasSubstr("seventeen")));
  EXPECT_THAT(dump, HasSubstr("v"));
}

// Connections that the server ends while nothing waits for a commit are made anew.
TEST_F(PostgresStoreTest, ConnectsAgainWhereNothingCanBeLost) {
  auto vault = MustOpen();
  const TokenCode code = KeepOne(*vault, "s", Category::kName, "Ruiz");
  for (int i = 0; i < 3; ++i) {
    server_->Sql("postgres",
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database_ + "'");
    EXPECT_EQ(Answer(*vault, "s", Category::kName, code), "=Ruiz");
    KeepOne(*vault, "s", Category::kName, "Soto" + std::to_string(i));
  }
  server_->Crash();
  EXPECT_EQ(Answer(*vault, "s", Category::kName, code), "UNAVAILABLE");
  ASSERT_TRUE(server_->Start());
  EXPECT_EQ(Answer(*vault, "s", Category::kName, code), "=Ruiz");
  EXPECT_EQ(vault->Info()->mappings, 4u);
}

// What was given out and not committed may have gone with the server: the vault says so, and goes on
// saying so, rather than to acknowledge it.
TEST_F(PostgresStoreTest, AServerLostBeforeACommitIsAnErrorThatStays) {
  TokenCode kept;
  {
    auto vault = MustOpen();
    kept = KeepOne(*vault, "s", Category::kName, "Ruiz");
    Vault::Ticket ticket = 0;
    AssignOne(*vault, "s", Category::kName, "Soto", &ticket);
    server_->Crash();
    ASSERT_TRUE(server_->Start());
    EXPECT_EQ(vault->Commit(ticket).code(), StatusCode::kUnavailable);
    EXPECT_EQ(vault->Commit(ticket).code(), StatusCode::kUnavailable);
    std::vector<TokenCode> codes;
    EXPECT_EQ(vault->Assign("s", {}, &codes).status().code(), StatusCode::kUnavailable);
  }
  auto again = MustOpen();
  EXPECT_EQ(Answer(*again, "s", Category::kName, kept), "=Ruiz");
  KeepOne(*again, "s", Category::kName, "Soto");
}

TEST_F(PostgresStoreTest, TheServersErrorsInTheVaultsWords) {
  MustOpen();
  const std::vector<std::pair<std::string, StatusCode>> cases = {
      {"53100", StatusCode::kResourceExhausted}, {"53200", StatusCode::kResourceExhausted},
      {"XX001", StatusCode::kDataLoss},          {"XX002", StatusCode::kDataLoss},
      {"57014", StatusCode::kUnavailable},       {"58030", StatusCode::kUnavailable},
      {"25006", StatusCode::kUnavailable},       {"42501", StatusCode::kFailedPrecondition},
      {"40001", StatusCode::kAborted},           {"22000", StatusCode::kInternal}};
  for (const auto& [state, code] : cases) {
    server_->Sql(database_,
                 "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS '"
                 "BEGIN RAISE EXCEPTION ''made to fail'' USING ERRCODE = ''" +
                     state +
                     "''; END'; "
                     "DROP TRIGGER IF EXISTS fail ON phiveil_records; CREATE TRIGGER fail BEFORE INSERT ON "
                     "phiveil_records EXECUTE FUNCTION fail()");
    auto vault = MustOpen();
    const Vault::Value value{Category::kName, "Annabella"};
    std::vector<TokenCode> codes;
    const auto ticket = vault->Assign("s", {&value, 1}, &codes);
    EXPECT_EQ(ticket.status().code(), code) << state << " " << ticket.status();
    EXPECT_THAT(std::string(ticket.status().message()), HasSubstr(database_));
    EXPECT_THAT(std::string(ticket.status().message()), Not(HasSubstr("Annabella")));
  }
}

TEST_F(PostgresStoreTest, RefusesTablesOfAnotherVersion) {
  MustOpen();
  server_->Sql(database_, "UPDATE phiveil_schema SET version = 2");
  EXPECT_EQ(OpenVault(Options()).status().code(), StatusCode::kFailedPrecondition);
}

// Several vaults are made in one empty database at once: one is, and all have it.
TEST_F(PostgresStoreTest, ManyMakeItAtOnce) {
  std::vector<std::unique_ptr<Vault>> vaults(8);
  std::vector<std::thread> threads;
  for (auto& vault : vaults) threads.emplace_back([&] { vault = MustOpen(); });
  for (auto& thread : threads) thread.join();
  const TokenCode code = KeepOne(*vaults[0], "s", Category::kName, "Ruiz");
  for (auto& vault : vaults) {
    ASSERT_NE(vault, nullptr);
    EXPECT_EQ(vault->Info()->id, vaults[0]->Info()->id);
    EXPECT_EQ(KeepOne(*vault, "s", Category::kName, "Ruiz"), code);
    EXPECT_EQ(Answer(*vault, "t", Category::kName, code), "foreign");
  }
}

}  // namespace
}  // namespace phiveil
