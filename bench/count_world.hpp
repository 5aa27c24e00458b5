// All that a worker of ehlock has around it, in the worker's own process and thread: one client after the other, the
// backend, the key process. They act when the worker would wait, as far as they can without it, so that each run takes
// the same course, whatever else the machine does.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keys/service.hpp"
#include "load_options.hpp"
#include "load_script.hpp"
#include "load_session.hpp"
#include "load_tls.hpp"
#include "os/fd.hpp"

namespace count {

// Says 250 to everything, and what is due to DATA and QUIT; takes and forgets messages.
class Backend {
 public:
  // Takes connections from the socket, which listens and does not block.
  explicit Backend(os::UniqueFd socket) : listener_(std::move(socket)) {}
  void turn();

 private:
  struct Connection {
    os::UniqueFd socket;
    std::string unread;
    bool text = false;  // between DATA and the dot
  };
  [[nodiscard]] static bool serve(Connection& connection);
  [[nodiscard]] static std::string reply(Connection& connection, std::string_view line);

  os::UniqueFd listener_;
  std::vector<Connection> connections_;
};

struct KeyProcess {
  keys::Service service;
  int asker = -1;  // the service's end of the worker's channel, to see whether there is a question
};

// Called when the warm-up of a work is over, and when all its sessions are.
void begin();
void finished();

class World {
 public:
  struct Parts {
    std::vector<load::Options> works;  // of each, `sessions` after `warm_up` ones
    std::size_t warm_up = 0;
    os::UniqueFd backend;
    KeyProcess keys;
    std::function<void(std::string_view)> over;  // with the fault, if there was one; does not return
  };
  explicit World(Parts parts) : parts_(std::move(parts)), backend_(std::move(parts_.backend)) {}

  // Everybody but the worker does what can be done now.
  void turn();

 private:
  void answer_questions();
  void drive_client();
  void begin_session();
  void next_work();
  [[nodiscard]] const load::Options& work() const { return parts_.works[work_]; }

  Parts parts_;
  Backend backend_;
  std::size_t work_ = 0;
  load::Script script_;  // of this work, like the rest
  std::unique_ptr<load::TlsClient> tls_;
  std::unique_ptr<load::Session> session_;
  std::size_t done_ = 0;
};

}  // namespace count
