// The admin socket: one command in a line, its answer, the end. Who may speak is decided by the rights of the socket's
// file: root, and the group that was configured. A peer that is slow or babbles is dropped.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/buffer.hpp"
#include "base/result.hpp"
#include "os/address.hpp"
#include "os/fd.hpp"

namespace app {

class AdminSocket {
 public:
  using Answer = std::function<std::string(const std::string& command)>;

  // Listens there, or goes on when it does already. An empty group: root alone.
  [[nodiscard]] base::Result<void> open(const std::string& path, const std::string& group);
  void close();

  void add_to(std::vector<pollfd>& watched) const;

  // Takes and answers what is there, without waiting.
  void serve(const Answer& answer);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t longest_command = 256;
  struct Peer {
    os::UniqueFd fd;
    Clock::time_point until;
    base::Buffer heard{longest_command};
    std::string unsent{};
    bool answered = false;
  };
  void accept_peers();
  // False: this peer is done.
  [[nodiscard]] static bool attend(Peer& peer, const Answer& answer);
  [[nodiscard]] static bool hear(Peer& peer, const Answer& answer);

  std::string path_;
  std::string group_;
  os::UniqueFd listener_;
  std::vector<Peer> peers_;
};

}  // namespace app
