// Outlet: a descriptor that log lines go to. Nobody ever waits for it: a reader that stalls, a full disk or a pipe
// without reader costs lines, never a session.
#pragma once

#include <cstdint>
#include <string_view>

#include "os/fd.hpp"

inline namespace ehlock {
namespace log {

class Outlet {
 public:
  // Descriptor 2. A pipe is opened a second time, so that not waiting for it is our affair alone.
  Outlet();
  explicit Outlet(os::UniqueFd file) : own_(std::move(file)) {}

  // A line with its newline, in one write.
  void write(std::string_view line);
  void turn_to(os::UniqueFd file) { own_ = std::move(file); }

  // Lines lost since this was last asked, 0 while nothing can be written anyway.
  [[nodiscard]] std::uint64_t take_lost();

 private:
  [[nodiscard]] int fd() const;

  os::UniqueFd own_;  // empty: descriptor 2
  bool standard_error_is_file_ = false;
  std::uint64_t lost_ = 0;
};

// One write that does not wait; false: the bytes are lost.
bool write_without_waiting(int fd, std::string_view bytes);

}  // namespace log
}  // namespace ehlock
