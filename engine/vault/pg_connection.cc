#include "vault/pg_connection.h"

#include <algorithm>
#include <climits>
#include <cstring>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"

namespace phiveil::vault_internal {
namespace {

constexpr char kConnectSeconds[] = "10";

struct Settings {
  std::vector<const char*> keywords, values;
  std::string host, port, database;
  bool local = true;
  bool has_sslmode = false;
  std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed{nullptr, PQconninfoFree};
};

bool IsLocal(std::string_view host) {
  return host.empty() || host.front() == '/' || host == "localhost" || host == "127.0.0.1" || host == "::1";
}

// libpq's own words about a URL quote it, and with it the password: they go no further.
std::optional<Settings> Parse(const std::string& url) {
  char* error = nullptr;
  Settings settings;
  settings.parsed.reset(PQconninfoParse(url.c_str(), &error));
  PQfreemem(error);
  if (!settings.parsed) return std::nullopt;
  for (const PQconninfoOption* option = settings.parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    settings.keywords.push_back(option->keyword);
    settings.values.push_back(option->val);
    if (keyword == "host") settings.host = option->val;
    if (keyword == "hostaddr" && settings.host.empty()) settings.host = option->val;
    if (keyword == "port") settings.port = option->val;
    if (keyword == "dbname") settings.database = option->val;
    if (keyword == "sslmode") settings.has_sslmode = true;
  }
  settings.local = IsLocal(settings.host);
  return settings;
}

absl::Status Error(absl::StatusCode code, std::string_view name, std::string_view what) {
  return absl::Status(code, Concat(name, ": ", what));
}

// What the server says of itself, by the first characters of its code: appendix A of PostgreSQL's manual.
absl::StatusCode CodeOf(std::string_view state) {
  if (state == "23505") return absl::StatusCode::kAlreadyExists;
  if (state == "40001" || state == "40P01") return absl::StatusCode::kAborted;
  if (state == "53300") return absl::StatusCode::kUnavailable;  // too many connections
  if (state.starts_with("53") || state == "54000") return absl::StatusCode::kResourceExhausted;
  if (state.starts_with("XX00") && state != "XX000") return absl::StatusCode::kDataLoss;
  if (state.starts_with("08") || state.starts_with("57") || state.starts_with("58") || state == "25006") {
    return absl::StatusCode::kUnavailable;
  }
  if (state == "42501" || state.starts_with("28") || state == "3D000") return absl::StatusCode::kFailedPrecondition;
  return absl::StatusCode::kInternal;
}

// The first line, without the server's "ERROR:".
std::string FirstLine(const char* message) {
  std::string_view line = message == nullptr ? "" : message;
  return std::string(line.substr(0, line.find('\n')));
}

}  // namespace

std::string_view PgResult::at(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

int32_t PgResult::Int(int row, int column) const {
  uint32_t value = 0;
  for (char c : at(row, column)) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<int32_t>(value);
}

std::string PgConnection::NameOf(const std::string& url) {
  const auto settings = Parse(url);
  if (!settings) return "postgresql://…";
  std::string name = Concat("postgresql://", settings->host);
  if (!settings->port.empty()) name += Concat(":", settings->port);
  return Concat(name, "/", settings->database);
}

absl::StatusOr<std::unique_ptr<PgConnection>> PgConnection::Connect(const std::string& url) {
  auto settings = Parse(url);
  if (!settings) {
    return absl::FailedPreconditionError(
        "not a URL of PostgreSQL's: postgresql://user@host:port/database?sslmode=verify-full&sslrootcert=FILE");
  }
  const std::string name = NameOf(url);
  std::vector<const char*> keywords = settings->keywords, values = settings->values;
  const auto unless_given = [&](const char* keyword, const char* value) {
    const auto same = [&](const char* given) { return std::strcmp(given, keyword) == 0; };
    if (std::any_of(keywords.begin(), keywords.end(), same)) return;
    keywords.push_back(keyword);
    values.push_back(value);
  };
  if (!settings->local) unless_given("sslmode", "verify-full");
  unless_given("connect_timeout", kConnectSeconds);
  unless_given("fallback_application_name", "phiveil");
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  std::unique_ptr<PgConnection> connection(
      new PgConnection(PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/0), name));
  PGconn* const raw = connection->connection_.get();
  if (raw == nullptr) return Error(absl::StatusCode::kResourceExhausted, name, "no memory");
  PQsetNoticeProcessor(
      raw, [](void*, const char*) {}, nullptr);
  if (connection->alive()) return connection;
  const std::string_view message = PQerrorMessage(raw);
  const auto says = [&](std::string_view part) { return message.find(part) != std::string_view::npos; };
  // There is no code for these; the words are the server's for a wrong user, and OpenSSL's and libpq's.
  if (says("password authentication failed") || says("no password supplied") || says("no pg_hba.conf entry") ||
      says("does not exist") || says("permission denied")) {
    return Error(absl::StatusCode::kFailedPrecondition, name, "the server refuses this user or database");
  }
  if (says("certificate") || says("SSL") || says("TLS")) {
    return Error(absl::StatusCode::kFailedPrecondition, name,
                 "no TLS with a server that proves who it is; check sslmode, sslrootcert and the server's certificate");
  }
  return Error(absl::StatusCode::kUnavailable, name, "the server cannot be reached");
}

absl::Status PgConnection::ToStatus(const PGresult* result) {
  const ExecStatusType type = PQresultStatus(result);
  if (type == PGRES_TUPLES_OK || type == PGRES_COMMAND_OK) return absl::OkStatus();
  if (!alive()) return Error(absl::StatusCode::kUnavailable, name_, "the connection was lost");
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string words = FirstLine(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
  const absl::StatusCode code = state == nullptr ? absl::StatusCode::kUnavailable : CodeOf(state);
  return Error(code, name_, Concat("the server says: ", words, " (", state == nullptr ? "no code" : state, ")"));
}

absl::StatusOr<PgResult> PgConnection::Take(PGresult* raw) {
  PgResult result(raw);
  PHIVEIL_RETURN_IF_ERROR(ToStatus(raw));
  return result;
}

namespace {

struct Pointers {
  explicit Pointers(std::span<const std::string> parameters) {
    for (const std::string& parameter : parameters) {
      values.push_back(parameter.data());
      lengths.push_back(static_cast<int>(std::min<size_t>(parameter.size(), INT_MAX)));
      formats.push_back(1);
    }
  }
  int size() const { return static_cast<int>(values.size()); }
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
};

}  // namespace

absl::StatusOr<PgResult> PgConnection::Run(const char* sql, std::span<const std::string> parameters) {
  const Pointers p(parameters);
  return Take(
      PQexecParams(connection_.get(), sql, p.size(), nullptr, p.values.data(), p.lengths.data(), p.formats.data(), 1));
}

absl::StatusOr<PgResult> PgConnection::RunPrepared(const char* sql, std::span<const std::string> parameters) {
  size_t number = static_cast<size_t>(std::find(prepared_.begin(), prepared_.end(), sql) - prepared_.begin());
  const std::string statement = Concat("phiveil", number);
  if (number == prepared_.size()) {
    PHIVEIL_RETURN_IF_ERROR(Take(PQprepare(connection_.get(), statement.c_str(), sql, 0, nullptr)).status());
    prepared_.push_back(sql);
  }
  const Pointers p(parameters);
  return Take(PQexecPrepared(connection_.get(), statement.c_str(), p.size(), p.values.data(), p.lengths.data(),
                             p.formats.data(), 1));
}

absl::Status PgConnection::RunScript(const std::string& sql) {
  const absl::Status status = Take(PQexec(connection_.get(), sql.c_str())).status();
  if (!status.ok() && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) {
    PQclear(PQexec(connection_.get(), "ROLLBACK"));
  }
  return status;
}

std::string PgArray(std::span<const std::string> values) {
  std::string out;
  const auto put = [&](uint32_t n) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(n >> shift & 255));
  };
  constexpr uint32_t kBytea = 17;
  put(values.empty() ? 0 : 1);  // dimensions
  put(0);                       // no NULLs
  put(kBytea);
  if (values.empty()) return out;
  put(static_cast<uint32_t>(values.size()));
  put(1);  // first index
  for (const std::string& value : values) {
    put(static_cast<uint32_t>(value.size()));
    out.append(value);
  }
  return out;
}

}  // namespace phiveil::vault_internal
