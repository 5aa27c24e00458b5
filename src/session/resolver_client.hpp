// ResolverClient: a worker's side of the resolver: asks for the names of clients.
#pragma once

#include "os/reverse_name.hpp"
#include "session/correspondent.hpp"

namespace session {

class ResolverClient {
 public:
  ResolverClient(net::Loop& loop, os::UniqueFd channel, std::uint64_t first_number);

  // "unknown" for what is not known by the deadline, and for names that are none.
  [[nodiscard]] net::Task<os::ReverseName> look_up(os::SocketAddress client, net::Deadline deadline);

  [[nodiscard]] Correspondent& correspondent() { return correspondent_; }

 private:
  Correspondent correspondent_;
};

}  // namespace session
