// The dialog's questions to a policy and what it makes of the verdicts. The backend hears of nothing that was refused.

#include <fmt/format.h>

#include "smtp/dialog.hpp"

namespace smtp {

Step Dialog::ask_policy(PolicyStage stage) {
  now_.stage = stage;
  return wait(Phase::verdict, Next::policy);
}

Step Dialog::on_verdict(const Verdict& verdict) {
  if (now_.phase != Phase::verdict) return end(now_.outcome, "");
  switch (verdict.action) {
    case Verdict::Action::pass:
      return after_pass();
    case Verdict::Action::prepend:
      remember_header(header_line(verdict));
      return after_pass();
    case Verdict::Action::defer:
    case Verdict::Action::reject:
      break;
  }
  return on_refusing_verdict(reply_text(verdict));
}

Step Dialog::after_pass() {
  switch (now_.stage) {
    case PolicyStage::connect:
      return wait(Phase::greeting, Next::backend_reply);
    case PolicyStage::helo:
    case PolicyStage::mail:
    case PolicyStage::rcpt:
      return forward(now_.held_line);
    case PolicyStage::data:
      return now_.verb == Verb::bdat ? begin_chunk() : forward(now_.held_line);
    case PolicyStage::end_of_message:
      break;
  }
  if (!now_.scanner.holds_end()) return send_chunk();
  now_.scanner.release_end();
  return wait(Phase::body, Next::body);
}

Step Dialog::on_refusing_verdict(const std::string& text) {
  const bool disconnects = text.starts_with("421") || text.starts_with("521");
  // A message whose end is held can only be given up together with the backend's connection.
  const bool message_held = now_.stage == PolicyStage::end_of_message && now_.scanner.holds_end();
  if (disconnects || message_held || now_.stage == PolicyStage::connect) {
    return end(Outcome::rejected, fmt::format("{}\r\n", text));
  }
  note_refused();
  return refuse(text);
}

// A service that is asked for each recipient says the same of each.
void Dialog::remember_header(const std::string& header) {
  std::string& kept = now_.stage == PolicyStage::connect ? now_.headers.connect
                      : now_.stage == PolicyStage::helo  ? now_.headers.helo
                                                         : now_.headers.message;
  if (kept.find(header) == std::string::npos) kept += header;
}

}  // namespace smtp
