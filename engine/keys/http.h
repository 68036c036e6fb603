#ifndef PHIVEIL_KEYS_HTTP_H_
#define PHIVEIL_KEYS_HTTP_H_

// One HTTP request and its answer, over TLS 1.2 or later with the server's certificate checked.
// The one place that knows the HTTP library; tests put another transport in its place.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "keys/secret_text.h"

namespace phiveil::keys_internal {

struct HttpRequest {
  std::string method = "POST";
  std::string target = "/";                                   // path and query, encoded already
  std::vector<std::pair<std::string, SecretText>> headers{};  // credentials among them
  SecretText body{};
};

struct HttpAnswer {
  int status = 0;
  SecretText body;
};

class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  // Any status is an answer; redirects are not followed. UNAVAILABLE when none came (worth another
  // try), FAILED_PRECONDITION when the server is not who it should be (not worth one).
  virtual absl::StatusOr<HttpAnswer> Send(HttpRequest request, std::chrono::milliseconds timeout) = 0;
};

struct HttpServer {
  std::string url;        // scheme://host[:port]
  std::string ca_file{};  // empty: the system's
  // Addresses of this machine and of the metadata services, which speak no TLS.
  static bool MayGoWithoutTls(std::string_view host);
};

// INVALID_ARGUMENT for anything but https://host[:port], or http:// to a host that may.
absl::StatusOr<std::unique_ptr<HttpTransport>> ConnectTo(const HttpServer& server);

// The host, and host:port when the port is not the scheme's own, of a URL that ConnectTo takes.
absl::StatusOr<std::string> HostHeader(std::string_view url);

// How long to keep trying, and the means to wait; a seam for tests.
struct Patience {
  std::chrono::milliseconds total{15000};
  int attempts = 5;
  std::chrono::milliseconds first_pause{100};  // doubles; each pause is drawn evenly from 0 to there
  std::chrono::milliseconds longest_pause{3000};
  std::function<void(std::chrono::milliseconds)> pause;  // empty: sleeps
};

// Sends what `make` makes, anew each time (a signature holds the time), until an answer comes that
// `passing` does not call a passing trouble. The last trouble is the result when patience ends.
absl::StatusOr<HttpAnswer> SendPatiently(HttpTransport& transport, const Patience& patience,
                                         const std::function<absl::StatusOr<HttpRequest>()>& make,
                                         const std::function<bool(const HttpAnswer&)>& passing);

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_HTTP_H_
