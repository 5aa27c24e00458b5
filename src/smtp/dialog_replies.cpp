// The dialog's dealing with the backend's replies: they pass as they are, after what they mean was noted.

#include "smtp/capabilities.hpp"
#include "smtp/dialog.hpp"

namespace smtp {

Step Dialog::on_greeting(const Reply& reply) {
  if (reply.code == 421) return end(Outcome::backend_closed, reply.wire);
  if (reply.intermediate()) return on_backend_fault(Outcome::backend_babbled);
  now_.refused_last = !reply.positive();
  return await_command(reply.wire);
}

Step Dialog::on_command_reply(const Reply& reply) {
  if (reply.code == 421) return end(Outcome::backend_closed, reply.wire);
  if (now_.verb == Verb::data && reply.code == 354) return begin_data(reply);
  now_.lines.expect_auth(false);
  if (now_.verb == Verb::auth && reply.code == 334) {
    now_.lines.expect_auth(true);
    return wait(Phase::auth_line, Next::client_line, reply.wire);
  }
  // A reply that asks for more than this command has, or an acceptance of a message that was not sent: what follows
  // would be misunderstood.
  const bool message_without_text = now_.verb == Verb::data && reply.positive();
  if (reply.intermediate() || message_without_text) return on_backend_fault(Outcome::backend_babbled);

  note_answer(reply);
  if (now_.verb == Verb::quit && reply.positive()) return end(Outcome::quit, reply.wire);
  return await_command(with_our_capabilities(reply).wire);
}

Step Dialog::on_unasked(const Reply& reply) {
  if (reply.code == 421) return end(Outcome::backend_closed, reply.wire);
  return on_backend_fault(Outcome::backend_babbled);
}

void Dialog::note_answer(const Reply& reply) {
  now_.refused_last = !reply.positive();
  if (!reply.positive()) {
    ++now_.errors;
    return note_refused();
  }
  ++now_.counts.of(now_.verb).accepted;
  note_accepted(reply);
}

void Dialog::note_accepted(const Reply& reply) {
  const bool greeting = is_greeting(now_.verb);
  if (greeting) {
    const bool lists_keywords = now_.verb != Verb::helo;
    now_.must_greet = false;
    now_.takes_chunks = lists_keywords && lists(reply, "CHUNKING");
    now_.backend_pipelines = lists_keywords && lists(reply, "PIPELINING");
  }
  if (greeting || now_.verb == Verb::mail) now_.previous.reset();
  if (greeting || now_.verb == Verb::rset) end_message(false);
  if (now_.verb == Verb::mail) now_.chunks_begun = false;
  if (now_.verb == Verb::rcpt) ++now_.envelope.recipients;
  if (now_.verb == Verb::auth) {
    now_.envelope.authenticated = true;
    now_.envelope.auth_mechanism = now_.auth_mechanism;
  }
}

// HELO and MAIL were noted when they were said, for the policy's sake.
void Dialog::note_refused() {
  if (!is_greeting(now_.verb) && now_.verb != Verb::mail) return;
  const unsigned number = now_.envelope.number;
  if (now_.previous) now_.envelope = *now_.previous;
  now_.previous.reset();
  now_.envelope.number = number;
  if (!now_.envelope.begun()) now_.headers.message.clear();
}

Reply Dialog::with_our_capabilities(const Reply& reply) const {
  const bool lists_keywords = now_.verb == Verb::ehlo || now_.verb == Verb::lhlo;
  if (!lists_keywords || reply.code != 250) return reply;
  CapabilityEdit edit{withheld_keywords(), {}};
  edit.remove.emplace_back("STARTTLS");
  const bool clear = !now_.secured;
  if (clear && (settings_.require_tls || !settings_.auth_before_tls)) edit.remove.emplace_back("AUTH");
  if (!settings_.chunking) edit.remove.insert(edit.remove.end(), {"CHUNKING", "BINARYMIME"});
  if (clear && settings_.tls_available) edit.add.emplace_back("STARTTLS");
  return edited(reply, edit);
}

}  // namespace smtp
