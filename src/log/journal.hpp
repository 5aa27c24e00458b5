// Journal: the one place that words log lines, in Postfix's form (so that the eyes and tools of mail operators find
// what they know). It takes typed events, never text of the wire unescaped; there is no way to give it a password.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "log/sink.hpp"

inline namespace ehlock {
namespace log {

struct TlsEvent {
  std::string protocol;  // "TLSv1.3"
  std::string cipher;
  int bits = 0;  // secret bits used
  int algorithm_bits = 0;
  std::string group;             // "X25519"; empty: not told
  std::string server_signature;  // "ECDSA (prime256v1)"; empty on resumption
  std::string server_digest;
  std::string sni;
  bool resumed = false;
  std::string client_subject;  // with a client certificate
  bool client_verified = false;
};

// The lines of one session. Each begins with the session id: "3f9a0c11: connect from unknown[192.0.2.1]:4711".
class Journal {
 public:
  Journal(Sink& sink, std::string session_id, std::string client);  // client: "unknown[192.0.2.1]:4711"

  void connected(std::string_view listener);
  void secured(const TlsEvent& event);
  void tls_failed(std::string_view reason, std::string_view offered);  // reason: closed list of tls::FailReason
  void discarded(std::size_t bytes);                                   // bytes behind STARTTLS, dropped or refused
  void lost_connection(std::string_view after);                        // "lost connection after STARTTLS from ..."
  void timed_out(std::string_view after);
  void backend_failed(std::string_view why);
  void rejected(std::string_view stage, std::string_view text);
  void warning(std::string_view text);  // anything else worth a line; wire text must be escaped by the caller

  // Last line: "disconnect from unknown[192.0.2.1] ehlo=2 starttls=1 quit=1 commands=4 outcome=quit ...".
  void disconnected(std::string_view counts, std::string_view outcome, std::uint64_t received, std::uint64_t sent);

  [[nodiscard]] const std::string& session_id() const { return session_id_; }

 private:
  void line(Severity severity, std::string_view text);

  Sink& sink_;
  std::string session_id_;
  std::string client_;
};

// A session id: 8 hexadecimal digits that differ between the sessions of a day (random start, counted up).
class SessionIds {
 public:
  explicit SessionIds(std::uint32_t first) : next_(first) {}
  [[nodiscard]] std::string next();

 private:
  std::uint32_t next_;
};

}  // namespace log
}  // namespace ehlock
