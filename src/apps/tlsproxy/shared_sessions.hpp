// SharedSessions: what all processes of this Postfix remember of TLS sessions, through tlsmgr(8): the keys of tickets
// and the sessions of clients without tickets.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/tlsproxy/tlsmgr_client.hpp"
#include "tls/recall.hpp"
#include "tls/tickets.hpp"

namespace app {

struct SharedSessionsPlan {
  std::string cache_type;
  std::chrono::seconds timeout{0};  // of a session; a key opens tickets that long after it sealed its last
  bool tickets = false;
};

class SharedSessions {
 public:
  // `client` outlives it.
  SharedSessions(net::Loop& loop, TlsmgrClient& client, SharedSessionsPlan plan);

  // For a context.
  [[nodiscard]] std::shared_ptr<const tls::TicketRing> ring() const { return ring_; }

  void add(postfix::SharedTicketKey key);

  // Asks for a new key when the one in use has had its time. Runs for the life of the process; spawned once.
  [[nodiscard]] net::Task<void> keep_keys();

  // What a handshake wants to know (session::Recall). `service`: as in the request, "smtpd".
  [[nodiscard]] net::Task<std::string> recall(tls::RecallRequest request, std::string service);

  void remember(const std::vector<tls::NewSession>& sessions, std::string_view service);

 private:
  [[nodiscard]] bool can_seal() const;
  void fill_ring();

  net::Loop& loop_;
  TlsmgrClient& client_;
  SharedSessionsPlan plan_;
  std::vector<postfix::SharedTicketKey> keys_;  // at most two that seal or still open, newest first
  std::shared_ptr<tls::TicketRing> ring_;
};

}  // namespace app
