// The slow lane: RSA signatures, each as long as a hundred of the other kinds, are made by a second process with the
// same keys, which yields to everybody else. So those of the other kinds never wait behind one (threat 26: RSA-4096
// clients that hammer starve nobody).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "keys/wire.hpp"
#include "os/fd.hpp"

namespace keys {

// Our ends of the channels to that process: the first as a supervisor's, the second as an asker's.
struct SlowEnds {
  os::UniqueFd life;
  os::UniqueFd requests;
};

// The requests that wait for it, each asker's in a queue of its own, served in turn: one is under way at a time. Askers
// are known by numbers from 0.
class SlowLane {
 public:
  // More of one asker's wait in its socket.
  static constexpr std::size_t most_waiting = 4096;

  // Begins: the other process parses its keys from now on. Fails if it has gone.
  [[nodiscard]] static base::Result<SlowLane> begin(SlowEnds ends, std::size_t askers);

  [[nodiscard]] bool has_room(std::size_t asker) const { return waiting_[asker].size() < most_waiting; }
  // A request that is waiting or under way already is the same one asked again.
  void put(std::size_t asker, SignRequest request);
  void forget(std::size_t asker) { waiting_[asker].clear(); }

  // Readable when read() has something to find.
  [[nodiscard]] int life() const { return ends_.life.get(); }
  [[nodiscard]] int answers() const { return ends_.requests.get(); }

  struct Answer {
    std::size_t asker = 0;
    SignAnswer answer;
  };
  // What came, if anything did. An error: the other process has gone, or babbles.
  [[nodiscard]] base::Result<std::optional<Answer>> read();

 private:
  SlowLane(SlowEnds ends, std::size_t askers) : ends_(std::move(ends)), waiting_(askers) {}

  void send_next();
  [[nodiscard]] base::Result<void> listen_to_its_report();

  struct UnderWay {
    std::size_t asker = 0;
    std::uint64_t id = 0;
  };

  SlowEnds ends_;
  std::vector<std::deque<SignRequest>> waiting_;
  std::size_t next_ = 0;  // asker to be looked at first
  std::optional<UnderWay> under_way_;
};

}  // namespace keys
