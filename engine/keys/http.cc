#include "keys/http.h"

#include <httplib.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"

namespace phiveil::keys_internal {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kLargestAnswer = 64 << 10;
constexpr milliseconds kConnectTimeout{3000};

struct Url {
  bool tls = false;
  std::string host;
  int port = 0;
};

std::optional<Url> ParseUrl(std::string_view url) {
  Url out;
  out.tls = url.starts_with("https://");
  if (!out.tls && !url.starts_with("http://")) return std::nullopt;
  url.remove_prefix(out.tls ? 8 : 7);
  if (url.ends_with('/')) url.remove_suffix(1);
  const bool bracketed = url.starts_with('[');
  const size_t host_end = bracketed ? url.find(']') : std::min(url.find(':'), url.size());
  if (host_end == std::string_view::npos) return std::nullopt;
  out.host = url.substr(bracketed, host_end - bracketed);
  url.remove_prefix(host_end + bracketed);
  constexpr std::string_view kHostBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
  const std::string allowed = bracketed ? "0123456789abcdefABCDEF:" : std::string(kHostBytes);
  if (out.host.empty() || out.host.find_first_not_of(allowed) != std::string::npos) return std::nullopt;
  out.port = out.tls ? 443 : 80;
  if (url.empty()) return out;
  if (url[0] != ':' || url.size() < 2 || url.size() > 6) return std::nullopt;
  out.port = 0;
  for (const char c : url.substr(1)) {
    if (c < '0' || c > '9') return std::nullopt;
    out.port = out.port * 10 + (c - '0');
  }
  return out.port > 0 && out.port < 65536 ? std::optional<Url>(out) : std::nullopt;
}

absl::Status NoAnswer(httplib::Error error, const std::string& url, const std::string& ca_file) {
  switch (error) {
    case httplib::Error::SSLServerVerification:
      return absl::FailedPreconditionError(Concat(url, ": the server's certificate does not verify against ",
                                                  ca_file.empty() ? "the system's" : ca_file,
                                                  " authorities; name the right ones (ca=FILE)"));
    case httplib::Error::SSLLoadingCerts:
      return absl::FailedPreconditionError(
          Concat(url, ": cannot read certificate authorities from ", ca_file.empty() ? "the system's store" : ca_file));
    case httplib::Error::SSLConnection:
      return absl::UnavailableError(Concat(url, ": no TLS connection (1.2 or later is asked for)"));
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
      return absl::UnavailableError(Concat(url, ": cannot connect; check address, network and firewall"));
    case httplib::Error::Canceled:
      return absl::UnavailableError(Concat(url, ": the answer was too long, or took too long"));
    default:
      return absl::UnavailableError(Concat(url, ": the connection broke or timed out"));
  }
}

// Whatever of a request holds secrets is wiped when it has gone out.
void WipeRequest(httplib::Request* request) {
  for (auto& [name, value] : request->headers) crypto::Wipe(value.data(), value.size());
  crypto::Wipe(request->body.data(), request->body.size());
}

class Transport final : public HttpTransport {
 public:
  Transport(HttpServer server, Url url) : server_(std::move(server)), url_(std::move(url)) {}

  absl::StatusOr<HttpAnswer> Send(HttpRequest request, milliseconds timeout) override {
    try {
      return SendOrThrow(request, timeout);
    } catch (const std::exception&) {
      return absl::UnavailableError(Concat(server_.url, ": the request failed for want of memory"));
    }
  }

 private:
  absl::StatusOr<HttpAnswer> SendOrThrow(const HttpRequest& request, milliseconds timeout) {
    // One client for each request: it takes one at a time, and these are few.
    return url_.tls ? SendOver(SecureClient().get(), request, timeout)
                    : SendOver(std::make_unique<httplib::ClientImpl>(url_.host, url_.port).get(), request, timeout);
  }

  std::unique_ptr<httplib::SSLClient> SecureClient() const {
    auto client = std::make_unique<httplib::SSLClient>(url_.host, url_.port);
    client->enable_server_certificate_verification(true);
    if (!server_.ca_file.empty()) client->set_ca_cert_path(server_.ca_file);
    if (client->ssl_context() != nullptr) SSL_CTX_set_min_proto_version(client->ssl_context(), TLS1_2_VERSION);
    return client;
  }

  absl::StatusOr<HttpAnswer> SendOver(httplib::ClientImpl* client, const HttpRequest& request, milliseconds timeout) {
    const steady_clock::time_point end = steady_clock::now() + timeout;
    client->set_connection_timeout(std::min(timeout, kConnectTimeout));
    client->set_read_timeout(timeout);
    client->set_write_timeout(timeout);
    client->set_follow_location(false);
    HttpAnswer answer;
    answer.body = SecretText(kLargestAnswer);
    httplib::Request out;
    out.method = request.method;
    out.path = request.target;
    out.headers.emplace("Accept-Encoding", "identity");
    for (const auto& [name, value] : request.headers) out.headers.emplace(name, std::string(value.view()));
    out.body = std::string(request.body.view());
    out.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
      return steady_clock::now() < end && answer.body.Append({data, size});
    };
    httplib::Response in;
    httplib::Error error = httplib::Error::Success;
    const bool sent = client->send(out, in, error);
    WipeRequest(&out);
    if (!sent) return NoAnswer(error, server_.url, server_.ca_file);
    answer.status = in.status;
    return answer;
  }

  const HttpServer server_;
  const Url url_;
};

milliseconds DrawPause(milliseconds up_to) {
  uint32_t bits = 0;
  if (!crypto::RandomBytes(reinterpret_cast<char*>(&bits), sizeof(bits)).ok()) return up_to;
  return milliseconds(bits % static_cast<uint32_t>(up_to.count() + 1));
}

}  // namespace

bool HttpServer::MayGoWithoutTls(std::string_view host) {
  constexpr std::array<std::string_view, 8> kHosts = {"127.0.0.1",       "::1",           "localhost",
                                                      "169.254.169.254", "169.254.170.2", "169.254.170.23",
                                                      "fd00:ec2::254",   "fd00:ec2::23"};
  return std::find(kHosts.begin(), kHosts.end(), host) != kHosts.end();
}

absl::StatusOr<std::unique_ptr<HttpTransport>> ConnectTo(const HttpServer& server) {
  std::optional<Url> url = ParseUrl(server.url);
  if (!url) return absl::InvalidArgumentError(Concat("'", server.url, "' is not https://HOST[:PORT]"));
  if (!url->tls && !HttpServer::MayGoWithoutTls(url->host)) {
    return absl::InvalidArgumentError(
        Concat("'", server.url, "' would send secrets in clear; only this machine may be spoken to without TLS"));
  }
  return std::make_unique<Transport>(server, *std::move(url));
}

absl::StatusOr<std::string> HostHeader(std::string_view url) {
  const std::optional<Url> parsed = ParseUrl(url);
  if (!parsed) return absl::InvalidArgumentError(Concat("'", url, "' is not https://HOST[:PORT]"));
  const std::string host = parsed->host.find(':') == std::string::npos ? parsed->host : Concat("[", parsed->host, "]");
  return parsed->port == (parsed->tls ? 443 : 80) ? host : Concat(host, ":", parsed->port);
}

absl::StatusOr<HttpAnswer> SendPatiently(HttpTransport& transport, const Patience& patience,
                                         const std::function<absl::StatusOr<HttpRequest>()>& make,
                                         const std::function<bool(const HttpAnswer&)>& passing) {
  const steady_clock::time_point end = steady_clock::now() + patience.total;
  milliseconds longest = patience.first_pause;
  for (int attempt = 1;; ++attempt) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    PHIVEIL_ASSIGN_OR_RETURN(HttpRequest request, make());
    absl::StatusOr<HttpAnswer> answer = transport.Send(std::move(request), std::max(left, milliseconds(1)));
    const bool trouble = answer.ok() ? passing(*answer) : absl::IsUnavailable(answer.status());
    const milliseconds pause = DrawPause(std::min(longest, patience.longest_pause));
    if (!trouble || attempt >= patience.attempts || steady_clock::now() + pause >= end) return answer;
    if (patience.pause) {
      patience.pause(pause);
    } else {
      std::this_thread::sleep_for(pause);
    }
    longest *= 2;
  }
}

}  // namespace phiveil::keys_internal
