#ifndef PHIVEIL_TESTS_VAULT_POSTGRES_SERVER_H_
#define PHIVEIL_TESTS_VAULT_POSTGRES_SERVER_H_

#include <memory>
#include <string>

#include "../crypto/temp_dir.h"

namespace phiveil {

// A PostgreSQL server of one test program's own, in a directory that goes with it, started from
// Debian's package as a user without rights (initdb refuses root). Reached by a socket in the
// directory, and over TLS at localhost under a certificate of an authority made for it.
class PostgresServer {
 public:
  // The program's server, started at first use; null when PostgreSQL is not installed, or cannot be
  // started as another user. `why` then says so.
  static PostgresServer* Get(std::string* why);

  // A new, empty database.
  std::string NewDatabase();
  // By the socket.
  std::string Url(const std::string& database) const;
  // Over TLS, by password. `settings` are added: "sslmode=verify-full&sslrootcert=…".
  std::string TlsUrl(const std::string& database, const std::string& user_and_password,
                     const std::string& settings) const;
  std::string root_certificate() const { return dir_ / "root.crt"; }
  std::string other_root_certificate() const { return dir_ / "other.crt"; }

  // Runs SQL as the owner; what it prints.
  std::string Sql(const std::string& database, const std::string& sql) const;
  // As a fault of the machine would: at once, nothing flushed. Start brings it back.
  void Crash();
  bool Start();

  ~PostgresServer();

 private:
  PostgresServer() = default;
  bool Make(std::string* why);
  bool MakeCertificates();
  bool Run(const std::string& command, bool as_owner = true) const;

  TempDir dir_;
  std::string bin_;
  int port_ = 0;
  int databases_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_VAULT_POSTGRES_SERVER_H_
