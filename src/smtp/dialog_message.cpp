// The dialog around message text: DATA and BDAT, what is put before the text, and the replies to it.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "smtp/dialog.hpp"
#include "smtp/trace.hpp"

namespace smtp {

Step Dialog::on_data(std::string_view line) {
  // Without recipients the backend refuses; there is nothing to judge.
  if (!asks_policy(PolicyStage::data) || now_.envelope.recipients == 0) return forward(line);
  now_.held_line = line;
  return ask_policy(PolicyStage::data);
}

Step Dialog::begin_data(const Reply& reply) {
  const bool one_reply_each = now_.envelope.greeting == Greeting::lhlo;
  now_.replies_due = one_reply_each ? std::max<std::size_t>(now_.envelope.recipients, 1) : 1;
  now_.message_taken = false;
  now_.scanner = BodyScanner::for_data(settings_.bare_newline, message_end());
  return wait(Phase::body, Next::body, reply.wire, message_head());
}

Step Dialog::on_chunk() {
  const bool to_judge = !now_.chunks_begun && now_.envelope.recipients > 0;
  if (to_judge && asks_policy(PolicyStage::data)) return ask_policy(PolicyStage::data);
  return begin_chunk();
}

Step Dialog::begin_chunk() {
  // An empty last chunk has no octet to hold back: the command itself is held.
  const bool ends_message = now_.chunk.last && now_.chunk.size == 0;
  if (ends_message && asks_policy(PolicyStage::end_of_message)) return ask_policy(PolicyStage::end_of_message);
  return send_chunk();
}

Step Dialog::send_chunk() {
  const std::string head = now_.chunks_begun ? "" : message_head();
  const std::uint64_t size = now_.chunk.size + head.size();
  if (size > max_chunk) return refuse("552 5.3.4 Error: chunk too large");

  // Written anew, so that no two readings of the number are possible.
  std::string command = fmt::format("BDAT {}{}\r\n{}", size, now_.chunk.last ? " LAST" : "", head);
  const bool one_reply_each = now_.chunk.last && now_.envelope.greeting == Greeting::lhlo;
  now_.replies_due = one_reply_each ? std::max<std::size_t>(now_.envelope.recipients, 1) : 1;
  now_.message_taken = false;
  now_.backend_spoken = true;
  now_.scanner = BodyScanner::for_chunk(now_.chunk.size, now_.chunk.last ? message_end() : MessageEnd::forward);
  if (now_.chunk.size == 0) return wait(Phase::message_reply, Next::backend_reply, {}, std::move(command));
  return wait(Phase::body, Next::body, {}, std::move(command));
}

Step Dialog::on_body() {
  if (now_.phase != Phase::body) return end(now_.outcome, "");
  if (now_.scanner.state() == BodyScanner::State::bare_newline) {
    // The backend is left in the middle of the message, without an end to take it by.
    return end(Outcome::bare_newline, closing("521 5.5.2", "Error: bare newline or NUL in message refused"));
  }
  if (now_.scanner.holds_end()) {
    now_.envelope.octets += now_.verb == Verb::bdat ? now_.chunk.size : now_.scanner.unstuffed_octets();
    return ask_policy(PolicyStage::end_of_message);
  }
  now_.counts.octets += now_.scanner.octets();
  return wait(Phase::message_reply, Next::backend_reply);
}

Step Dialog::on_message_reply(const Reply& reply) {
  if (reply.code == 421) return end(Outcome::backend_closed, reply.wire);
  if (reply.intermediate()) return on_backend_fault(Outcome::backend_babbled);
  now_.refused_last = !reply.positive();
  if (!reply.positive()) ++now_.errors;
  now_.message_taken = now_.message_taken || reply.positive();
  --now_.replies_due;
  if (now_.replies_due > 0) return wait(Phase::message_reply, Next::backend_reply, reply.wire);

  if (now_.message_taken) ++now_.counts.of(now_.verb).accepted;
  const bool last = now_.verb == Verb::data || now_.chunk.last;
  if (last) {
    end_message(now_.message_taken);
  } else if (now_.message_taken) {
    now_.chunks_begun = true;
    now_.envelope.octets += now_.chunk.size;
  }
  return await_command(reply.wire);
}

void Dialog::end_message(bool accepted) {
  if (accepted) {
    ++now_.counts.messages;
    now_.counts.recipients += now_.envelope.recipients;
    now_.errors = 0;
  }
  now_.envelope = now_.envelope.without_message();
  now_.headers.message.clear();
  now_.chunks_begun = false;
}

// What the backend gets before the client's first octet of the message.
std::string Dialog::message_head() const {
  const PrependedHeaders& headers = now_.headers;
  std::string head;
  if (!trace_from_.empty()) {
    const std::string date = settings_.trace_date ? settings_.trace_date() : "";
    head = received_header({settings_.name, trace_from_, trace_id_, date}, now_.envelope, now_.tls);
  }
  return head + headers.connect + headers.helo + headers.message;
}

MessageEnd Dialog::message_end() const {
  return asks_policy(PolicyStage::end_of_message) ? MessageEnd::hold : MessageEnd::forward;
}

}  // namespace smtp
