#include "session/counters.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <memory>

#include <fmt/format.h>

namespace session {

base::Result<Counters*> make_shared_counters() {
  void* memory = ::mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return base::fail_errno("memory for the counters", errno);
  return std::construct_at(static_cast<Counters*>(memory));
}

std::string text_of(const Counters& counters) {
  return fmt::format(
      "connections={} active={} refused={} starttls={} handshakes={} resumed={} failed_handshakes={} messages={} "
      "recipients={} received={} sent={} backend_failures={} policy_requests={} policy_failures={}",
      counters.connections.load(), counters.active.load(), counters.refused_connections.load(),
      counters.starttls.load(), counters.handshakes.load(), counters.resumed_handshakes.load(),
      counters.failed_handshakes.load(), counters.messages.load(), counters.recipients.load(),
      counters.received_octets.load(), counters.sent_octets.load(), counters.backend_failures.load(),
      counters.policy_requests.load(), counters.policy_failures.load());
}

}  // namespace session
