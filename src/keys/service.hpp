// The key process's loop: takes requests from the network processes in turn, signs, answers. Knows its sockets and the
// keys, and nothing else.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>

#include "keys/slow_lane.hpp"
#include "keys/store.hpp"
#include "os/fd.hpp"

namespace keys {

class Service {
 public:
  // All sockets are SOCK_SEQPACKET and non-blocking: sibling processes may take a datagram between poll and receive.
  // With a slow lane, requests for slow keys go to it.
  Service(Store store, os::UniqueFd report, std::vector<os::UniqueFd> askers, std::optional<SlowLane> slow = {});

  // Waits until something happens, then serves each asker at most one request, so that none starves another. The exit
  // status once it is time to end: 0 when the supervisor closed `report`, 1 after a malformed message or the end of the
  // slow lane (a line on standard error says so).
  [[nodiscard]] std::optional<int> one_turn();

  // Askers that have not gone.
  [[nodiscard]] std::size_t askers() const { return askers_.size(); }

 private:
  enum class Served { go_on, gone, malformed };
  struct Asker {
    os::UniqueFd fd;
    std::size_t number = 0;
    std::deque<std::string> unsent = {};  // the asker had no room for them; no request of it is taken before they went
  };

  [[nodiscard]] std::vector<pollfd> wait() const;  // report, the slow lane's two, each asker; none: waiting failed
  [[nodiscard]] short wanted_of(const Asker& asker) const;
  [[nodiscard]] std::optional<int> supervisor_spoke() const;
  [[nodiscard]] bool take_slow_answer();
  [[nodiscard]] Served serve(Asker& asker);
  [[nodiscard]] Served take_request(Asker& asker);
  [[nodiscard]] Served obey(Asker& asker, SignRequest request);
  [[nodiscard]] static Served deliver(Asker& asker);

  Store store_;
  os::UniqueFd report_;
  std::vector<Asker> askers_;
  std::optional<SlowLane> slow_;
};

// One line on standard error, with write(2) alone: it must work in the jail.
void complain(std::string_view text);

}  // namespace keys
