// One session of `ehlock send`: greeting, TLS, AUTH, the messages, QUIT.
#pragma once

#include <string>

#include "apps/ehlock/client/smtp_client.hpp"
#include "apps/ehlock/send/plan.hpp"
#include "net/loop.hpp"

namespace app {

struct SendOutcome {
  int status = 0;           // as send() returns it
  std::string session_der;  // to resume the TLS session with
};

// `session_der`: of an earlier session, to be resumed; may be empty.
[[nodiscard]] net::Task<ClientResult<SendOutcome>> send_session(net::Loop& loop, const SendPlan& plan,
                                                                std::string session_der);

}  // namespace app
