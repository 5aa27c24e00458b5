// Dialog: the brain of an SMTP session in front of a backend (RFC 5321, 3207, 2920, 3030, 4954). It decides; it owns no
// descriptor, clock or log. Every event returns the Step to perform next. Transcripts of whole sessions, which are its
// documentation and its tests, lie in smtp/dialogs/.
//
// Promises: nothing the client said before the handshake is interpreted after it or reaches the backend then; a message
// ends only where the client ended it; replies stay in order; the backend's words reach the client unchanged but for
// the EHLO keywords that settings name.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "smtp/body.hpp"
#include "smtp/command.hpp"
#include "smtp/counts.hpp"
#include "smtp/dialog_state.hpp"
#include "smtp/envelope.hpp"
#include "smtp/line.hpp"
#include "smtp/outcome.hpp"
#include "smtp/reply.hpp"
#include "smtp/settings.hpp"
#include "smtp/step.hpp"
#include "smtp/tls_facts.hpp"
#include "smtp/verdict.hpp"

namespace smtp {

class Dialog {
 public:
  explicit Dialog(DialogSettings settings, DialogStart start = {});
  // With settings that other sessions share.
  Dialog(std::shared_ptr<const DialogSettings> settings, DialogStart start);

  // The first step: wait for the backend's greeting (or ask the policy at CONNECT first).
  [[nodiscard]] Step start();

  // Cuts the client's unread bytes into lines; it knows which length the next one may have and which octets are no
  // line. Fresh after the handshake.
  [[nodiscard]] LineSplitter& lines() { return now_.lines; }

  // A line from lines(), complete or at fault. `unread`: how many octets of the client were already received behind it;
  // behind STARTTLS they are an injection (RFC 3207 §6, CVE-2011-0411).
  [[nodiscard]] Step on_line(const Line& line, std::size_t unread);

  // A whole reply of the backend. Also called when one arrives while a client line is awaited (nobody asked): a 421
  // reaches the client as it is, anything else ends the session.
  [[nodiscard]] Step on_reply(const Reply& reply);

  // The scanner found the end of the message (or of the BDAT chunk), or gave up: see BodyScanner::state().
  [[nodiscard]] Step on_body();

  [[nodiscard]] Step on_verdict(const Verdict& verdict);

  // `unavailable` and `too_many` only where the 220 of the step that asked for start_tls was held back by the
  // performer.
  [[nodiscard]] Step on_tls(TlsResult result, const TlsFacts& facts);

  // The backend connection was opened again; its greeting is awaited (and swallowed).
  [[nodiscard]] Step on_reopened();

  // shutting_down in the middle of something returns a step without bytes: go on with the same wait.
  [[nodiscard]] Step on_fault(Fault fault);

  // True when the client may be told 421 without cutting a transaction: waiting for a command, no message begun.
  [[nodiscard]] bool idle() const;

  // Valid while the last step's next was body: where the message ends.
  [[nodiscard]] BodyScanner& scanner() { return now_.scanner; }

  // Valid while the last step's next was policy.
  [[nodiscard]] PolicyStage policy_stage() const { return now_.stage; }
  [[nodiscard]] const Envelope& envelope() const { return now_.envelope; }

  [[nodiscard]] bool secured() const { return now_.secured; }
  [[nodiscard]] std::size_t max_reply() const { return settings_.max_reply; }
  [[nodiscard]] Outcome outcome() const { return now_.outcome; }

  // For Postfix's disconnect line: "ehlo=2 starttls=1 mail=1 rcpt=0/1 data=1 quit=1 commands=6/7" (accepted/all where
  // they differ).
  [[nodiscard]] std::string counts() const { return now_.counts.text(); }

  [[nodiscard]] const SessionCounts& totals() const { return now_.counts; }  // for metrics

 private:
  // dialog.cpp: steps that every idea uses.
  Step wait(Phase phase, Next next, std::string to_client = {}, std::string to_backend = {});
  Step await_command(std::string to_client);
  Step answer(std::string_view text);
  Step end(Outcome outcome, std::string to_client);
  Step forward(std::string_view line);
  [[nodiscard]] bool asks_policy(PolicyStage stage) const { return settings_.policy_stages.contains(stage); }
  [[nodiscard]] std::string closing(std::string_view code, std::string_view text) const;
  [[nodiscard]] bool before_greeting() const;
  Step on_shutdown();
  Step on_backend_fault(Outcome outcome);

  // dialog_commands.cpp
  Step on_command(std::string_view line, std::size_t unread);
  [[nodiscard]] std::string refusal_of(Verb verb) const;
  Step refuse(std::string_view text);
  Step on_greeting_command(std::string_view line, const Command& command);
  Step on_mail(std::string_view line, const Command& command);
  Step on_rcpt(std::string_view line, const Command& command);
  Step on_auth_line(std::string_view line);

  // dialog_replies.cpp
  Step on_greeting(const Reply& reply);
  Step on_command_reply(const Reply& reply);
  Step on_unasked(const Reply& reply);
  void note_answer(const Reply& reply);
  void note_accepted(const Reply& reply);
  void note_refused();
  [[nodiscard]] Reply with_our_capabilities(const Reply& reply) const;

  // dialog_message.cpp
  Step begin_data(const Reply& reply);
  Step on_data(std::string_view line);
  Step on_chunk();
  Step begin_chunk();
  Step send_chunk();
  Step on_message_reply(const Reply& reply);
  void end_message(bool accepted);
  [[nodiscard]] std::string message_head() const;
  [[nodiscard]] MessageEnd message_end() const;

  // dialog_policy.cpp
  Step ask_policy(PolicyStage stage);
  Step after_pass();
  Step on_refusing_verdict(const std::string& text);
  void remember_header(const std::string& header);

  // dialog_tls.cpp
  Step on_starttls(const Command& command, std::size_t unread);
  Step on_secured(const TlsFacts& facts);
  Step on_rset_reply(const Reply& reply);
  Step on_second_greeting(const Reply& reply);

  std::shared_ptr<const DialogSettings> shared_;
  const DialogSettings& settings_;  // the shared ones
  std::string trace_from_;          // of DialogStart
  std::string trace_id_;
  DialogState now_;
};

}  // namespace smtp
