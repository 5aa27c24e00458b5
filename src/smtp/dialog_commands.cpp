// The dialog's answers to the client's commands: which are refused here, which are noted, and which only pass.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "smtp/dialog.hpp"

namespace smtp {
namespace {

template <std::size_t size>
bool one_of(Verb verb, const std::array<Verb, size>& verbs) {
  return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

constexpr std::array allowed_in_clear = {Verb::ehlo, Verb::lhlo, Verb::noop, Verb::quit, Verb::starttls};
constexpr std::array needs_greeting = {Verb::mail, Verb::rcpt, Verb::data, Verb::bdat, Verb::auth};

Greeting greeting_of(Verb verb) {
  if (verb == Verb::helo) return Greeting::helo;
  return verb == Verb::lhlo ? Greeting::lhlo : Greeting::ehlo;
}

}  // namespace

Step Dialog::on_command(std::string_view line, std::size_t unread) {
  const Command command = parse_command(line);
  now_.verb = command.verb;
  now_.chunk = {};
  ++now_.counts.of(command.verb).all;
  if (command.verb == Verb::bdat) {
    now_.chunk = parse_chunk(command.argument);
    // Octets follow whose number nobody knows: they must not be taken for commands.
    if (now_.chunk.kind == Chunk::Kind::malformed)
      return end(Outcome::limit_reached, "501 5.5.4 Syntax: BDAT size [LAST]\r\n");
    if (now_.chunk.kind == Chunk::Kind::too_large)
      return end(Outcome::limit_reached, "552 5.3.4 Error: chunk too large\r\n");
  }
  const std::string refusal = refusal_of(command.verb);
  if (!refusal.empty()) return refuse(refusal);
  if (command.verb == Verb::starttls) return on_starttls(command, unread);
  if (is_greeting(command.verb)) return on_greeting_command(line, command);
  if (command.verb == Verb::mail) return on_mail(line, command);
  if (command.verb == Verb::rcpt) return on_rcpt(line, command);
  if (command.verb == Verb::bdat) return on_chunk();
  if (command.verb == Verb::data) return on_data(line);
  if (command.verb == Verb::auth) now_.auth_mechanism = without_controls(command.argument);
  return forward(line);
}

// The reply to a command that must not pass in the present state; empty for one that may.
std::string Dialog::refusal_of(Verb verb) const {
  const bool clear = !now_.secured;
  if (clear && settings_.require_tls && !one_of(verb, allowed_in_clear)) {
    return "530 5.7.0 Must issue a STARTTLS command first";  // RFC 3207 §4
  }
  if (verb == Verb::xclient || verb == Verb::xforward) return "550 5.7.0 Error: insufficient authorization";
  if (verb == Verb::uncarried) return "502 5.5.1 Error: command not implemented";
  if (verb == Verb::auth && clear && !settings_.auth_before_tls) {
    return "504 5.7.4 Error: authentication needs STARTTLS first";
  }
  if (now_.must_greet && one_of(verb, needs_greeting)) return "503 5.5.1 Error: send EHLO first";
  // Whoever offered no CHUNKING would take the octets for commands, which are refused here (threat 10, RFC 3030 §2).
  const bool takes_chunks = settings_.chunking && now_.takes_chunks;
  if (verb == Verb::bdat && !takes_chunks) return "502 5.5.1 Error: command not implemented";
  return "";
}

Step Dialog::refuse(std::string_view text) {
  // Octets of a refused chunk come all the same (RFC 3030 §2).
  if (now_.verb == Verb::bdat) now_.lines.skip(now_.chunk.size);
  return answer(text);
}

Step Dialog::on_greeting_command(std::string_view line, const Command& command) {
  now_.previous = std::make_shared<const Envelope>(now_.envelope);
  now_.envelope = now_.envelope.greeted(greeting_of(command.verb), command.argument);
  now_.headers.helo.clear();
  if (!asks_policy(PolicyStage::helo)) return forward(line);
  now_.held_line = line;
  return ask_policy(PolicyStage::helo);
}

Step Dialog::on_mail(std::string_view line, const Command& command) {
  const auto path = parse_path(command.argument, "FROM");
  // A policy cannot judge what it cannot read.
  if (!path && !settings_.policy_stages.empty()) return answer("501 5.5.4 Syntax: MAIL FROM:<address>");
  now_.previous = std::make_shared<const Envelope>(now_.envelope);
  now_.envelope = now_.envelope.with_sender(path.value_or(Path{command.argument, {}}));
  if (!asks_policy(PolicyStage::mail)) return forward(line);
  now_.held_line = line;
  return ask_policy(PolicyStage::mail);
}

Step Dialog::on_rcpt(std::string_view line, const Command& command) {
  if (settings_.max_recipients > 0 && now_.envelope.recipients >= settings_.max_recipients) {
    // No error of the client's: it sends the rest in another transaction (RFC 5321 §4.5.3.1.10).
    return await_command("452 4.5.3 Error: too many recipients\r\n");
  }
  const auto path = parse_path(command.argument, "TO");
  now_.envelope.recipient = without_controls(path.value_or(Path{command.argument, {}}).mailbox);
  if (!asks_policy(PolicyStage::rcpt)) return forward(line);
  if (!path) return answer("501 5.5.4 Syntax: RCPT TO:<address>");
  if (!now_.envelope.begun()) return answer("503 5.5.1 Error: need MAIL command");
  now_.held_line = line;
  return ask_policy(PolicyStage::rcpt);
}

// A line of an AUTH exchange; `*` cancels it (RFC 4954 §4), and stands here for a line that must not pass.
Step Dialog::on_auth_line(std::string_view line) {
  return forward(line);
}

}  // namespace smtp
