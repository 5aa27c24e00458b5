// BackendOpener: how a connection to the backend comes to be: TCP, or the launcher's descriptor of a program or UNIX
// socket; and what is said on it before SMTP (PROXY header, XCLIENT).
#pragma once

#include "base/result.hpp"
#include "session/backend_side.hpp"
#include "session/client_identity.hpp"

namespace session {

class BackendOpener {
 public:
  BackendOpener() = default;
  BackendOpener(const BackendOpener&) = delete;
  BackendOpener& operator=(const BackendOpener&) = delete;
  virtual ~BackendOpener() = default;

  // A connection whose next words are the backend's greeting. May be called again in a session (OnStarttls::reconnect);
  // the former connection is closed by then.
  [[nodiscard]] virtual net::Task<base::Result<net::Stream>> open(const ClientIdentity& client) = 0;
};

}  // namespace session
