// What the sinks that send datagrams to a log daemon share: the socket, the clock's text, and how long they wait.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "os/fd.hpp"

inline namespace ehlock {
namespace log {

// A connected UNIX datagram socket. The queue of such a socket is short (unix(7): 10 datagrams by default), so a burst
// of lines waits for its reader a moment; a reader that stands still costs that moment once, not for each line.
class DatagramSocket {
 public:
  // Also reads the zone's file, which a jailed process no longer can.
  [[nodiscard]] static base::Result<DatagramSocket> open(const std::string& path);

  // write(2) and poll(2) alone, which every role's jail allows. False: not taken.
  [[nodiscard]] bool send(std::string_view datagram);

 private:
  os::UniqueFd fd_;
  bool patient_ = true;
};

// "Mmm dd hh:mm:ss" of now (RFC 3164 §4.1.2), local time, English whatever the locale.
[[nodiscard]] std::string short_timestamp();

// "PROGRAM[PID]: line" to descriptor 2, for lines nobody else took.
void write_to_stderr(std::string_view program, std::string_view line);

}  // namespace log
}  // namespace ehlock
