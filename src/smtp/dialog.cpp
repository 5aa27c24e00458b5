// Dialog: the events, and the steps that every part of the dialog uses. The parts: dialog_commands.cpp,
// dialog_replies.cpp, dialog_message.cpp, dialog_policy.cpp, dialog_tls.cpp.

#include "smtp/dialog.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace smtp {
namespace {

constexpr std::string_view not_serving = "Service not available, closing transmission channel";

bool has_bare_newline(std::string_view text) {
  return base::find_any(text, std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

Dialog::Dialog(DialogSettings settings, DialogStart start)
    : Dialog(std::make_shared<const DialogSettings>(std::move(settings)), std::move(start)) {}

Dialog::Dialog(std::shared_ptr<const DialogSettings> settings, DialogStart start)
    : shared_(std::move(settings)),
      settings_(*shared_),
      trace_from_(std::move(start.trace_from)),
      trace_id_(std::move(start.trace_id)) {
  now_.secured = start.secured;
  now_.tls = std::move(start.tls);
  now_.lines = LineSplitter(settings_.bare_newline, settings_.max_line, settings_.max_auth_line);
}

Step Dialog::start() {
  if (asks_policy(PolicyStage::connect)) return ask_policy(PolicyStage::connect);
  return wait(Phase::greeting, Next::backend_reply);
}

Step Dialog::on_line(const Line& line, std::size_t unread) {
  // A bare newline inside a command reaches no backend under any policy: one that takes it for the end of a line would
  // see two commands where the rules for commands saw one.
  const bool at_fault = line.kind != Line::Kind::complete || has_bare_newline(line.text);
  if (now_.phase == Phase::auth_line) return on_auth_line(at_fault ? "*" : line.text);
  if (now_.phase != Phase::command) return end(now_.outcome, "");
  ++now_.commands;
  if (settings_.max_commands > 0 && now_.commands > settings_.max_commands) {
    return end(Outcome::limit_reached, closing("421 4.7.0", "Error: too many commands"));
  }
  if (!at_fault) return on_command(line.text, unread);
  ++now_.counts.of(Verb::unknown).all;
  const bool too_long = line.kind == Line::Kind::too_long;
  return answer(too_long ? "500 5.5.2 Error: line too long" : "500 5.5.2 Error: bare newline or NUL");
}

Step Dialog::on_reply(const Reply& reply) {
  switch (now_.phase) {
    case Phase::greeting:
      return on_greeting(reply);
    case Phase::reply:
      return on_command_reply(reply);
    case Phase::message_reply:
      return on_message_reply(reply);
    case Phase::rset_reply:
      return on_rset_reply(reply);
    case Phase::second_greeting:
      return on_second_greeting(reply);
    case Phase::command:
    case Phase::auth_line:
    case Phase::body:
    case Phase::verdict:
    case Phase::tls:
    case Phase::reopening:
    case Phase::closed:
      break;
  }
  return on_unasked(reply);
}

Step Dialog::on_fault(Fault fault) {
  switch (fault) {
    case Fault::client_gone:
      return end(Outcome::client_gone, "");
    case Fault::client_silent:
      return end(Outcome::client_silent, closing("421 4.4.2", "Error: timeout exceeded"));
    case Fault::backend_refused:
      return on_backend_fault(Outcome::backend_refused);
    case Fault::backend_silent:
      return on_backend_fault(Outcome::backend_silent);
    case Fault::backend_lost:
      return on_backend_fault(Outcome::backend_lost);
    case Fault::backend_babbled:
      return on_backend_fault(Outcome::backend_babbled);
    case Fault::shutting_down:
      return on_shutdown();
  }
  return end(now_.outcome, "");
}

bool Dialog::idle() const {
  return now_.phase == Phase::command && !now_.envelope.begun();
}

Step Dialog::wait(Phase phase, Next next, std::string to_client, std::string to_backend) {
  now_.phase = phase;
  now_.next = next;
  return {std::move(to_client), std::move(to_backend), next};
}

// The place between two commands: limits and a shutdown take effect here.
Step Dialog::await_command(std::string to_client) {
  now_.phase = Phase::command;
  if (settings_.max_errors > 0 && now_.errors >= settings_.max_errors) {
    return end(Outcome::limit_reached, to_client + closing("421 4.7.0", "Error: too many errors"));
  }
  if (now_.draining && idle()) return end(Outcome::shutting_down, to_client + closing("421 4.3.2", not_serving));
  return wait(Phase::command, Next::client_line, std::move(to_client));
}

// An answer of our own to a command that went nowhere.
Step Dialog::answer(std::string_view text) {
  if (text.front() == '4' || text.front() == '5') ++now_.errors;
  return await_command(fmt::format("{}\r\n", text));
}

Step Dialog::end(Outcome outcome, std::string to_client) {
  if (now_.phase == Phase::closed) return {};
  // Once the 220 of STARTTLS is out nothing more is said in clear (RFC 3207 §4.1).
  if (now_.phase == Phase::tls) to_client.clear();
  now_.outcome = outcome;
  return wait(Phase::closed, Next::close, std::move(to_client));
}

Step Dialog::forward(std::string_view line) {
  now_.backend_spoken = true;
  const bool resets = std::exchange(now_.owes_rset, false);
  std::string sent(resets ? "RSET\r\n" : "");
  sent.append(line).append("\r\n");
  return wait(resets ? Phase::rset_reply : Phase::reply, Next::backend_reply, {}, std::move(sent));
}

std::string Dialog::closing(std::string_view code, std::string_view text) const {
  return fmt::format("{} {} {}\r\n", code, settings_.name, text);
}

bool Dialog::before_greeting() const {
  const bool connect_verdict = now_.phase == Phase::verdict && now_.stage == PolicyStage::connect;
  return connect_verdict || now_.phase == Phase::greeting || now_.phase == Phase::reopening ||
         now_.phase == Phase::second_greeting;
}

Step Dialog::on_shutdown() {
  now_.draining = true;
  const bool may_leave = idle() || before_greeting() || now_.phase == Phase::tls;
  if (may_leave) return end(Outcome::shutting_down, closing("421 4.3.2", not_serving));
  return wait(now_.phase, now_.next);
}

Step Dialog::on_backend_fault(Outcome outcome) {
  if (before_greeting()) return end(outcome, closing("421 4.3.2", not_serving));
  if (now_.phase == Phase::message_reply) {
    // The client must know that nobody took the message; one reply for each that is due.
    std::string text;
    const std::string line = closing("451 4.3.0", "Error: message not taken, try again later");
    for (std::size_t i = 0; i < std::max<std::size_t>(now_.replies_due, 1); ++i) text += line;
    return end(outcome, std::move(text));
  }
  // Closing after a refusal is a backend's good right.
  const bool after_refusal = outcome == Outcome::backend_lost && now_.phase == Phase::command && now_.refused_last;
  return end(after_refusal ? Outcome::backend_closed : outcome, closing("421 4.3.0", not_serving));
}

}  // namespace smtp
