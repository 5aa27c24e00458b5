// Arrival: a client between accept and its session: counted, named by its balancer, let in or refused, before the
// backend hears of it.
#pragma once

#include "admission/desk.hpp"
#include "apps/ehlock/serve/service.hpp"
#include "log/journal.hpp"
#include "net/listener.hpp"
#include "session/client_side.hpp"

namespace app {

struct Arrival {
  Arrival(Service& service, const net::Accepted& accepted, const WorkerListener& at);

  const WorkerListener& entrance;
  session::ClientIdentity identity;
  std::size_t tls_policy = 0;  // number in WorkerSpec::tls_policies, once the client is let in
  admission::Visit visit;      // what this connection counts for
  bool is_patient = false;     // it waited for its greeting, now or before
  std::size_t greylisted = 0;  // recipients that must wait
  bool from_itself = false;    // a balancer's own connection (health check): not counted as a client, and not logged
};

// "STARTTLS", "implicit TLS", "hand-over".
[[nodiscard]] std::string_view text_of(config::Door door);

// Writes nothing but warnings of a balancer's own connections. The service outlives it.
[[nodiscard]] log::Journal journal_of(Service& service, const Arrival& arrival);

// Reads the PROXY header of a listed balancer, and looks at the limits. False: refused, told why, and logged.
[[nodiscard]] net::Task<bool> let_in(Service& service, net::Stream& stream, Arrival& arrival);

// Whether anything about this client is remembered.
[[nodiscard]] bool is_remembered(const Service& service, const Arrival& arrival);

// Makes known what the session was like, where it is to be remembered.
[[nodiscard]] net::Task<void> remember(Service& service, const Arrival& arrival, std::size_t errors,
                                       log::Journal& journal);

// Lets a client in clear wait for its greeting, where that is asked for. False: it did not wait, and is done with.
[[nodiscard]] net::Task<bool> is_patient(Service& service, session::ClientSide& client, Arrival& arrival,
                                         log::Journal& journal);

}  // namespace app
