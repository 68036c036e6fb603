#include "vault/postgres_server.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace phiveil {
namespace {

namespace fs = std::filesystem;

// The newest of the versions that are installed.
std::string FindPrograms() {
  std::string newest;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    const std::string bin = entry.path() / "bin";
    if (fs::exists(bin + "/initdb") && bin > newest) newest = bin;
  }
  return newest;
}

constexpr char kOwner[] = "postgres";

}  // namespace

PostgresServer* PostgresServer::Get(std::string* why) {
  static std::string reason;
  static const std::unique_ptr<PostgresServer> server = [] {
    std::unique_ptr<PostgresServer> made(new PostgresServer);
    if (!made->Make(&reason)) made.reset();
    return made;
  }();
  *why = reason;
  return server.get();
}

bool PostgresServer::Run(const std::string& command, bool as_owner) const {
  std::string line = "cd " + dir_.path() + " && " + command;
  if (as_owner && geteuid() == 0) line = "runuser -u " + std::string(kOwner) + " -- sh -c '" + line + "'";
  return system((line + " >>" + dir_.path() + "/log 2>&1").c_str()) == 0;
}

bool PostgresServer::MakeCertificates() {
  const std::string key = " -newkey rsa:2048 -nodes -days 2 ";
  bool ok = Run("openssl req -x509" + key + "-subj /CN=test-root -keyout root.key -out root.crt", false) &&
            Run("openssl req -x509" + key + "-subj /CN=other-root -keyout other.key -out other.crt", false) &&
            Run("openssl req -new" + key + "-subj /CN=localhost -keyout server.key -out server.csr", false);
  std::ofstream(dir_ / "san") << "subjectAltName=DNS:localhost\n";
  ok = ok && Run("openssl x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 2 -extfile san"
                 " -out server.crt",
                 false);
  return ok && (geteuid() != 0 || Run(std::string("chown ") + kOwner + " server.key server.crt", false)) &&
         Run("chmod 600 server.key", false);
}

bool PostgresServer::Make(std::string* why) {
  bin_ = FindPrograms();
  if (bin_.empty()) {
    *why = "PostgreSQL is not installed (Debian's package postgresql)";
    return false;
  }
  *why = "PostgreSQL is installed but did not start; see the log in the test's directory";
  port_ = 20000 + getpid() % 20000;
  fs::permissions(dir_.path(), fs::perms::all);
  std::ofstream(dir_ / "log") << "";
  fs::permissions(dir_ / "log", fs::perms::all);
  if (!Run(bin_ + "/initdb -D data -A trust -U " + kOwner) || !MakeCertificates()) return false;
  // Passwords over TLS, trust on the socket: that is in a directory of the test's own.
  if (!Run("printf \"local all all trust\\nhostssl all all 127.0.0.1/32 scram-sha-256\\nhostssl all all ::1/128 "
           "scram-sha-256\\n\" > data/pg_hba.conf")) {
    return false;
  }
  return Start();
}

bool PostgresServer::Start() {
  std::string options = "-k " + dir_.path() + " -p " + std::to_string(port_);
  for (const char* setting : {"listen_addresses=localhost", "ssl=on", "max_connections=400", "shared_buffers=64MB"}) {
    options += std::string(" -c ") + setting;
  }
  options += " -c ssl_cert_file=" + dir_ / "server.crt" + (" -c ssl_key_file=" + dir_ / "server.key");
  return Run(bin_ + "/pg_ctl -D data -w -l server.log -o \"" + options + "\" start");
}

void PostgresServer::Crash() { Run(bin_ + "/pg_ctl -D data -m immediate stop"); }

PostgresServer::~PostgresServer() { Crash(); }

std::string PostgresServer::Url(const std::string& database) const {
  std::string folder;
  for (char c : dir_.path()) folder += c == '/' ? "%2F" : std::string(1, c);
  return "postgresql://" + std::string(kOwner) + "@" + folder + ":" + std::to_string(port_) + "/" + database;
}

std::string PostgresServer::TlsUrl(const std::string& database, const std::string& user_and_password,
                                   const std::string& settings) const {
  return "postgresql://" + user_and_password + "@localhost:" + std::to_string(port_) + "/" + database + "?" + settings;
}

std::string PostgresServer::Sql(const std::string& database, const std::string& sql) const {
  const std::string command = bin_ + "/psql -X -q -A -t -v ON_ERROR_STOP=1 -h " + dir_.path() + " -p " +
                              std::to_string(port_) + " -U " + kOwner + " -d " + database + " -c \"" + sql + "\" 2>&1";
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) out.append(buffer.data(), n);
  pclose(pipe);
  return out;
}

std::string PostgresServer::NewDatabase() {
  const std::string name = "test" + std::to_string(++databases_);
  Sql("postgres", "CREATE DATABASE " + name);
  return name;
}

}  // namespace phiveil
