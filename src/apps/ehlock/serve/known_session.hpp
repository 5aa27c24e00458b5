// Known: a session the operator can see and cut (`ehlock sessions`, `ehlock kill`), as long as it lives.
#pragma once

#include <string>
#include <string_view>

#include "apps/ehlock/serve/service.hpp"
#include "session/client_identity.hpp"

namespace app {

class Known {
 public:
  // `service` and `stream`, which is the client's, outlive it.
  Known(Service& service, const session::ClientIdentity& identity, std::string_view listener, net::Stream& stream)
      : service_(service), id_(identity.session_id), entry_(*service.spec.roster, id_, identity.text(), listener) {
    service_.clients[id_] = &stream;
  }
  ~Known() { service_.clients.erase(id_); }
  Known(const Known&) = delete;
  Known& operator=(const Known&) = delete;

 private:
  Service& service_;
  std::string id_;
  session::Roster::Entry entry_;
};

// Whether the operator wants to read this client's dialog (`ehlock trace`).
[[nodiscard]] inline bool is_traced(const Service& service, const session::ClientIdentity& identity) {
  return net::Clock::now() < service.traced_until && os::any_contains(service.traced, identity.client);
}

}  // namespace app
