// What a child tells master(8) on descriptor 5: whether it takes more connections. Any process of a service may tell,
// in the name of master's direct child.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace app {

class StatusChannel {
 public:
  // `generation`: the variable GENERATION, octal. The descriptor is the caller's.
  StatusChannel(int fd, pid_t child, std::string_view generation);

  // 12 octets in one write; what cannot be told is not: master is gone then, or has turned to a successor.
  void taken() const;
  void available() const;

 private:
  void tell(int availability) const;

  int fd_;
  pid_t child_;
  unsigned generation_;
};

// The message: pid, generation and availability (0: taken, 1: available) as C's ints, in the machine's order.
[[nodiscard]] std::string status_message(pid_t child, unsigned generation, int availability);

// Octal, as master writes it; 0 for anything else.
[[nodiscard]] unsigned generation_number(std::string_view text);

}  // namespace app
