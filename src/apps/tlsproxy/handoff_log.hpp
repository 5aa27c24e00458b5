// HandoffLog: the lines of one session, in the original's words, so that what reads Postfix's log goes on reading it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "log/sink.hpp"
#include "postfix/handoff.hpp"
#include "tls/facts.hpp"
#include "tls/recall.hpp"

namespace app {

class HandoffLog {
 public:
  // `sink` outlives it. Level: tlsproxy_tls_loglevel.
  HandoffLog(log::Sink& sink, int level) : sink_(sink), level_(level) {}

  // Before anything is known of the client.
  void bad_request(std::string_view why);

  void connected(const postfix::Handoff& handoff);
  void bad_flags();
  void client_role_refused();
  void no_descriptor(std::string_view why);
  void handshake_begins(std::string_view ciphers);
  void steps(const std::vector<tls::TraceLine>& steps);  // of the handshake, where the level has them
  void name_unknown(std::string_view name);              // no certificate was chosen by it
  void secured(const tls::Facts& facts);
  void handshake_failed(const tls::Failure& failure, const tls::HelloFacts& offered);
  void hung_up_on();  // the plaintext stream ended during the handshake
  void timed_out();   // neither side said anything for too long
  void context_unsent();
  void unsecured();  // the session ended before its handshake was complete
  void disconnected();

 private:
  void info(std::string_view line) { sink_.write(log::Severity::info, line); }
  void warning(std::string_view line);

  log::Sink& sink_;
  int level_;
  std::string peer_;     // "[192.0.2.1]:40162"
  std::string service_;  // "smtpd"
  int flags_ = 0;
};

// Postfix shows what cannot be printed as "?".
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace app
