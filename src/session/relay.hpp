// Relay: octets between a client and a program (or another stream), both ways at once, until one verdict. A direction
// reads on only after its last piece was taken (back-pressure), an end of one direction is passed on and the other goes
// on (half-close). Where pause() is used, the two directions of the other stream must have descriptors of their own.
#pragma once

#include <chrono>
#include <string_view>

#include "base/buffer.hpp"
#include "net/event.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"
#include "session/channel.hpp"

namespace session {

class Relay {
 public:
  enum class End {
    done,         // the other side said all it had to say, and the client was sent it
    client_lost,  // the client took no more
    idle,         // no octet either way for the limit
    stopped,      // by stop()
    paused,       // by pause()
  };

  // All outlive it. It closes neither stream, but ends their writing directions as their readers end.
  Relay(net::Loop& loop, Channel& client, net::Stream& other, std::chrono::seconds idle);

  // To the end; once.
  [[nodiscard]] net::Task<End> run();

  // Ends it as soon as may be; octets under way are lost.
  void stop();

  // Ends it between two pieces: what was read from the other side still reaches the client, nothing more is read, no
  // direction is ended. What was read from the client and not taken is dropped, but for held().
  void pause();

  // Before run(): what looks like the beginning of a TLS handshake is kept back for a moment, for a pause() that is on
  // its way; without one it is passed on.
  void hold_handshakes() { holds_ = true; }
  // After pause(): the octets kept back.
  [[nodiscard]] std::string_view held() const;

  // From now on the idle limit is this.
  void shorten(std::chrono::seconds idle);

 private:
  [[nodiscard]] net::Task<void> from_client();
  [[nodiscard]] net::Task<void> from_other();
  [[nodiscard]] net::Task<bool> pass_on();
  [[nodiscard]] bool was_its_last();
  [[nodiscard]] bool ending() const { return stopped_ || paused_; }
  [[nodiscard]] End verdict() const;
  void pass_on_the_rest();
  void one_is_over();
  void fail();
  void touch() { last_ = net::Clock::now(); }

  net::Loop& loop_;
  Channel& client_;
  net::Stream& other_;
  std::chrono::seconds idle_;
  net::Deadline last_;
  net::Event changed_;   // a direction is over, or the limit is another
  net::Event released_;  // held octets are decided on
  base::Buffer from_client_;
  base::Buffer from_other_;
  int running_ = 2;
  bool holds_ = false;
  bool stopped_ = false;
  bool paused_ = false;
  bool idled_ = false;
  bool client_lost_ = false;
  bool other_ended_ = false;
  bool unanswered_ = false;  // from_other() is over
  bool deaf_ = false;        // the other side takes nothing more
  net::Aside up_;            // the two directions; they go first
  net::Aside down_;
};

}  // namespace session
