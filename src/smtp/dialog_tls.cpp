// The dialog's switch to TLS (RFC 3207): what must be so before the 220, and what is forgotten after the handshake.

#include <utility>

#include "smtp/dialog.hpp"

namespace smtp {

Step Dialog::on_starttls(const Command& command, std::size_t unread) {
  if (now_.secured) return answer("503 5.5.1 Error: TLS already active");
  if (!command.argument.empty()) return answer("501 5.5.4 Syntax: STARTTLS");
  if (!settings_.tls_available) return answer("454 4.7.0 TLS not available");
  // RSET does not take an authentication back, and one made in clear must not hold inside TLS.
  if (now_.envelope.authenticated) return answer("503 5.5.1 Error: already authenticated");
  if (unread > 0 && settings_.injected == InjectedBytes::refuse) {
    return end(Outcome::injection_refused, "554 5.5.0 Error: data sent behind STARTTLS\r\n");
  }
  return wait(Phase::tls, Next::start_tls, "220 2.0.0 Ready to start TLS\r\n");
}

Step Dialog::on_tls(TlsResult result, const TlsFacts& facts) {
  if (now_.phase != Phase::tls) return end(now_.outcome, "");
  switch (result) {
    case TlsResult::secured:
      return on_secured(facts);
    case TlsResult::unavailable:
      return answer("454 4.7.0 TLS not available due to temporary reason");
    case TlsResult::too_many:
      now_.phase = Phase::command;  // the 220 was held back: this is said in clear, and nobody goes on in clear
      return end(Outcome::limit_reached, closing("421 4.7.0", "Error: too many TLS handshakes"));
    case TlsResult::failed:
      break;
  }
  return end(Outcome::tls_failed, "");
}

Step Dialog::on_secured(const TlsFacts& facts) {
  // What is not named here did not survive (RFC 3207 §4.2): HELO, envelope, half lines, octets to skip, the refused
  // command, headers that HELO or the message earned.
  DialogState fresh;
  fresh.secured = true;
  fresh.must_greet = true;
  fresh.tls = facts;
  fresh.lines = LineSplitter(settings_.bare_newline, settings_.max_line, settings_.max_auth_line);
  fresh.headers.connect = now_.headers.connect;
  fresh.counts = now_.counts;
  fresh.envelope.number = now_.envelope.number;
  fresh.commands = now_.commands;
  fresh.errors = now_.errors;
  fresh.draining = now_.draining;
  ++fresh.counts.of(Verb::starttls).accepted;
  const bool backend_spoken = now_.backend_spoken;
  const bool backend_pipelines = now_.backend_pipelines;
  now_ = std::move(fresh);

  if (settings_.on_starttls == OnStarttls::reconnect) return wait(Phase::reopening, Next::reopen_backend);
  if (!backend_spoken) return await_command("");
  if (!backend_pipelines) return wait(Phase::rset_reply, Next::backend_reply, {}, "RSET\r\n");
  now_.owes_rset = true;
  return await_command("");
}

Step Dialog::on_rset_reply(const Reply& reply) {
  if (reply.code == 421) return end(Outcome::backend_closed, reply.wire);
  if (!reply.positive()) return on_backend_fault(Outcome::backend_refused);
  if (now_.backend_spoken) return wait(Phase::reply, Next::backend_reply);  // to the command behind it
  return await_command("");
}

Step Dialog::on_reopened() {
  if (now_.phase != Phase::reopening) return end(now_.outcome, "");
  return wait(Phase::second_greeting, Next::backend_reply);
}

Step Dialog::on_second_greeting(const Reply& reply) {
  if (!reply.positive()) return on_backend_fault(Outcome::backend_refused);
  return await_command("");
}

}  // namespace smtp
