// Step: what the performer (session/converse) must do after an event: send these bytes, then wait for one next thing.
#pragma once

#include <string>

namespace smtp {

// The one thing to wait for, or to do, after the bytes of the step were sent.
enum class Next {
  client_line,     // a line from the client        -> Dialog::on_line, or on_fault
  backend_reply,   // a whole reply of the backend  -> Dialog::on_reply, or on_fault
  body,            // message octets, through Dialog::scanner(), from client to backend -> Dialog::on_body
  policy,          // a verdict about Dialog::policy_stage() and envelope()             -> Dialog::on_verdict
  start_tls,       // forget the client's unread bytes, then the handshake              -> Dialog::on_tls
  reopen_backend,  // close the backend, open a new connection to it (telling the TLS facts) -> Dialog::on_reopened
  close,           // the session is over: Dialog::outcome() says how
};

struct Step {
  std::string to_client;   // sent before waiting; may be empty
  std::string to_backend;  // sent before waiting; may be empty
  Next next = Next::close;
};

// What can go wrong while waiting, when somebody is still there to be told.
enum class Fault {
  client_silent,    // the limit for the next line or for message octets passed
  client_gone,      // end of file or reset on the client's side (inside TLS: without close_notify too)
  backend_refused,  // no connection could be made
  backend_silent,   // the limit for a reply or for taking our bytes passed
  backend_lost,     // end of file or reset in place of a reply
  backend_babbled,  // a malformed or overlong reply, or one that nobody asked for
  shutting_down,    // this process drains: tell the client 421 where it is idle
};

}  // namespace smtp
