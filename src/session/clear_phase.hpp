// ClearPhase: with -n, the relay in clear until the program says on its control pipe that TLS begins. Both ways of
// saying so are known (ControlWay text and byte) and told apart by the first octet.
#pragma once

#include <string>

#include "net/event.hpp"
#include "net/spawn.hpp"
#include "session/relay.hpp"

namespace session {

// Our ends of the program's descriptors 5 and 6.
struct ControlEnds {
  os::UniqueFd control;  // readable
  os::UniqueFd answer;   // writable
  os::UniqueFd input;    // the program's input once more, readable, non-blocking; or none
};

class ClearPhase {
 public:
  enum class End {
    begin_tls,  // the client was told to begin; held() are octets of its that came early
    over,       // the session is
  };

  // All outlive it.
  ClearPhase(net::Loop& loop, Channel& client, net::Stream& program, std::chrono::seconds idle, ControlEnds ends);

  [[nodiscard]] net::Task<End> run();

  // Of a handshake; everything else that was not yet taken by the program is dropped (CVE-2011-0411).
  [[nodiscard]] std::string_view held() const { return relay_.held(); }

  [[nodiscard]] Relay& relay() { return relay_; }

 private:
  enum class Wish { none, by_text, by_octet, broken };

  [[nodiscard]] net::Task<void> watch_control();
  [[nodiscard]] net::Task<Wish> read_wish();
  [[nodiscard]] net::Task<bool> switch_by_text();
  [[nodiscard]] net::Task<bool> switch_by_octet();

  void empty_input();

  net::Loop& loop_;
  Channel& client_;
  net::Stream& program_;
  net::Stream control_;
  net::Stream answer_;
  os::UniqueFd input_;
  base::Buffer said_;  // on the control pipe
  Wish wish_ = Wish::none;
  net::Event watched_;  // nobody reads the control pipe any more
  Relay relay_;
  net::Aside watch_;  // of the control pipe
};

}  // namespace session
