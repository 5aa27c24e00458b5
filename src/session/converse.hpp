// converse: the central coroutine: walks one SMTP session from the backend's greeting to the end.
#pragma once

#include <functional>
#include <string>

#include "log/journal.hpp"
#include "session/backend_opener.hpp"
#include "session/client_side.hpp"
#include "session/drain.hpp"
#include "session/limits.hpp"
#include "session/policy_check.hpp"
#include "session/tls_starter.hpp"
#include "smtp/dialog.hpp"

namespace session {

// Everything one SMTP session needs, and nothing else. References outlive the session.
struct Parts {
  ClientSide& client;        // the mail client; in clear until STARTTLS, then inside TLS
  BackendOpener& backends;   // connections to the SMTP server we front for
  TlsStarter& tls;           // how the client is secured
  PolicyCheck& policy;       // greylist or access policy, possibly nobody
  ClientIdentity& identity;  // who the client is; gains its TLS facts at the handshake
  log::Journal& journal;     // the one place that writes log lines
  Drain& drain;              // whether the service is ending
  const Limits& limits;
  bool traced = false;  // the dialog is told to the journal, without secrets
};

// The dialog decides, this performs. What somebody can still be told about (silence, a lost backend, TLS refused) goes
// back to the dialog as an event; its last word is the outcome. Ends the client's connection for writing.
[[nodiscard]] net::Task<void> converse(Parts with, smtp::Dialog& dialog);

}  // namespace session
