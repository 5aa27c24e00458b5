// The key process's loop: takes requests from the network processes in turn, signs, answers. Knows its sockets and the
// keys, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <poll.h>

#include "keys/store.hpp"
#include "os/fd.hpp"

namespace keys {

class Service {
 public:
  // All sockets are SOCK_SEQPACKET and non-blocking: sibling processes may take a datagram between poll and receive.
  Service(Store store, os::UniqueFd report, std::vector<os::UniqueFd> askers);

  // Waits until something happens, then serves each asker at most one request, so that none starves another. The exit
  // status once it is time to end: 0 when the supervisor closed `report`, 1 after a malformed message (a line on
  // standard error says so).
  [[nodiscard]] std::optional<int> one_turn();

  // Askers that have not gone.
  [[nodiscard]] std::size_t askers() const { return askers_.size(); }

 private:
  enum class Served { go_on, gone, malformed };
  struct Asker {
    os::UniqueFd fd;
    std::string unsent;  // an answer the asker had no room for; no request of it is taken before this went
  };

  [[nodiscard]] std::vector<pollfd> wait() const;  // the report first, then each asker; none: waiting failed
  [[nodiscard]] std::optional<int> supervisor_spoke() const;
  [[nodiscard]] Served serve(Asker& asker) const;
  [[nodiscard]] Served take_request(Asker& asker) const;
  [[nodiscard]] static Served deliver(Asker& asker);

  Store store_;
  os::UniqueFd report_;
  std::vector<Asker> askers_;
};

// One line on standard error, with write(2) alone: it must work in the jail.
void complain(std::string_view text);

}  // namespace keys
