#include "session/counters.hpp"

#include <fmt/format.h>

#include "os/shared_memory.hpp"

namespace session {

base::Result<Counters*> make_shared_counters() {
  return os::make_shared<Counters>();
}

std::string text_of(const Counters& counters) {
  return fmt::format(
      "connections={} active={} refused={} early_talkers={} starttls={} handshakes={} resumed={} failed_handshakes={} "
      "messages={} "
      "recipients={} received={} sent={} backend_failures={} policy_requests={} policy_failures={}",
      counters.connections.load(), counters.active.load(), counters.refused_connections.load(),
      counters.early_talkers.load(), counters.starttls.load(), counters.handshakes.load(),
      counters.resumed_handshakes.load(), counters.failed_handshakes.load(), counters.messages.load(),
      counters.recipients.load(), counters.received_octets.load(), counters.sent_octets.load(),
      counters.backend_failures.load(), counters.policy_requests.load(), counters.policy_failures.load());
}

}  // namespace session
