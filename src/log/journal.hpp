// Journal: the one place that words log lines, in Postfix's form (so that the eyes and tools of mail operators find
// what they know). It takes typed events, never text of the wire unescaped; there is no way to give it a password.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
  bool ticket_offered = false;  // the client had one; `resumed` says whether it was taken
  bool client_certificate = false;
  bool client_verified = false;
  std::string client_subject;      // RFC 2253
  std::string client_name;         // the certificate's common name, as the client wrote it
  std::string client_issuer;       // its issuer's
  std::string client_fingerprint;  // of the certificate, "AB:CD:..."
  std::string client_key_fingerprint;
  std::chrono::microseconds took{0};
};

// A handshake that failed: why, and what the client had offered.
struct TlsFailure {
  std::string reason;   // closed list of tls::FailReason, "client_alert:48"
  std::string offered;  // tls::HelloFacts::text(); empty: nothing was heard
  std::string detail{};
  std::vector<std::string> versions{};
  std::vector<std::string> ciphers{};
  std::vector<std::string> groups{};
  std::string sni{};
};

// What is known when a session ends.
struct EndEvent {
  std::string counts;   // "ehlo=2 starttls=1 quit=1 commands=4"
  std::string outcome;  // closed list of smtp::Outcome
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::uint64_t messages = 0;
  std::uint64_t recipients = 0;
};

// The lines of one session. Each begins with the session id: "3f9a0c11: connect from unknown[192.0.2.1]:4711". As
// events they are told in docs/logs.md; the last one, "session", has the facts of all others.
class Journal {
 public:
  Journal(Sink& sink, std::string session_id, std::string client);  // client: "unknown[192.0.2.1]:4711"
  ~Journal();
  Journal(Journal&&) noexcept;

  void connected(std::string_view listener);
  void secured(const TlsEvent& event);
  void tls_failed(const TlsFailure& failure);
  void discarded(std::size_t bytes);             // bytes behind STARTTLS, dropped or refused
  void lost_connection(std::string_view after);  // "lost connection after STARTTLS from ..."
  void timed_out(std::string_view after);
  void backend_failed(std::string_view why);
  void rejected(std::string_view stage, std::string_view text);
  // "warning: Connection rate limit exceeded: 31 from unknown[192.0.2.1] (max.client_rate = 30/1m)"
  void limit_exceeded(std::string_view what, std::size_t count, std::string_view setting);
  // What became of a recipient; `network`: of the client. "greylist: came again after 312 s from 192.0.2.0/24".
  void greylisted(std::string_view state, std::chrono::seconds time, std::string_view network);
  // A client that talked before the greeting; `text` as it came. postscreen(8)'s line.
  void pregreet(std::string_view text, std::chrono::milliseconds after);
  void traced(std::string_view side, std::string_view text);  // C, S: what a client and we said, without secrets
  void warning(std::string_view text);  // anything else worth a line; wire text must be escaped by the caller

  // For the last event only: where the session goes, and the last command.
  void goes_to(std::string_view backend);
  void reached(std::string_view stage);

  // Last line: "disconnect from unknown[192.0.2.1] ehlo=2 starttls=1 quit=1 commands=4 outcome=quit ...".
  void disconnected(const EndEvent& end);

  [[nodiscard]] const std::string& session_id() const { return session_id_; }

 private:
  using Fields = std::vector<Field>;
  struct Summary;  // what the last event tells of all others; only where facts are taken

  // `facts` gives them; it is called only where they are taken.
  template <typename Facts>
  void line(Severity severity, std::string_view event, std::string_view text, Facts facts);
  [[nodiscard]] Fields facts_of(const EndEvent& end) const;

  Sink& sink_;
  std::string session_id_;
  std::string client_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::unique_ptr<Summary> summary_;
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
