#ifndef PHIVEIL_VAULT_PG_CONNECTION_H_
#define PHIVEIL_VAULT_PG_CONNECTION_H_

// One connection to PostgreSQL, with its errors in the vault's words and never a password in them.
// Not for several threads at once.

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace phiveil::vault_internal {

class PgResult {
 public:
  explicit PgResult(PGresult* result) : result_(result, PQclear) {}
  int rows() const { return PQntuples(result_.get()); }
  // Bytes of a binary result; empty for NULL.
  std::string_view at(int row, int column) const;
  // Of a 32-bit integer.
  int32_t Int(int row, int column) const;

 private:
  std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

class PgConnection {
 public:
  // FAILED_PRECONDITION when it is no URL of PostgreSQL's, the server refuses the user, or it cannot
  // prove who it is; UNAVAILABLE when it cannot be reached. `url`'s settings are libpq's; without an
  // sslmode, one that is not on this machine must prove who it is (verify-full).
  static absl::StatusOr<std::unique_ptr<PgConnection>> Connect(const std::string& url);

  // `postgresql://host:port/database`.
  static std::string NameOf(const std::string& url);

  // With parameters and results in binary. Codes besides those of errors in general: ALREADY_EXISTS a
  // key is there; ABORTED another transaction was in the way, try again.
  absl::StatusOr<PgResult> Run(const char* sql, std::span<const std::string> parameters = {});
  // The same, parsed by the server once a connection. `sql` is known by its address.
  absl::StatusOr<PgResult> RunPrepared(const char* sql, std::span<const std::string> parameters);
  // Several statements, without parameters or results. After an error no transaction is open.
  absl::Status RunScript(const std::string& sql);

  bool alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }

 private:
  PgConnection(PGconn* connection, std::string name) : connection_(connection, PQfinish), name_(std::move(name)) {}
  absl::StatusOr<PgResult> Take(PGresult* result);
  absl::Status ToStatus(const PGresult* result);

  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
  const std::string name_;
  std::vector<const char*> prepared_;
};

// A parameter of type bytea[].
std::string PgArray(std::span<const std::string> values);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_PG_CONNECTION_H_
