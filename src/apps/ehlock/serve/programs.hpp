// Programs: the children of the launcher: what they say on standard error, how they end, and ending those whose session
// is over.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/buffer.hpp"
#include "log/sink.hpp"
#include "os/fd.hpp"
#include "os/process.hpp"

namespace app {

// Which worker's which request a program was started for.
struct ProgramKey {
  std::size_t asker = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const ProgramKey&, const ProgramKey&) = default;
};

class Programs {
 public:
  explicit Programs(log::Sink& sink) : sink_(sink) {}

  void add(ProgramKey key, pid_t pid, std::string log_id, os::UniqueFd error_output);
  [[nodiscard]] bool knows(ProgramKey key) const { return programs_.contains(key); }
  [[nodiscard]] std::size_t running() const { return programs_.size(); }

  // Its session is over: the program sees the end of its input; one that ignores it gets SIGTERM after 5 s and SIGKILL
  // after 10 s (end_the_released).
  void release(ProgramKey key);
  void end_the_released();

  // Logs how it ended.
  void on_end(const os::Ended& ended);

  [[nodiscard]] std::vector<int> error_outputs() const;
  // Logs whole lines of what the programs wrote, escaped, at most 1000 octets each.
  void read_error_outputs();

 private:
  using Clock = std::chrono::steady_clock;
  struct Program {
    pid_t pid = 0;
    std::string log_id;
    os::UniqueFd error_output;
    base::Buffer unfinished_line{1000};
    Clock::time_point released = Clock::time_point::max();
    int told = 0;  // the signal it got
  };
  void log_lines(Program& program, bool at_end);
  void read_error_output(Program& program);
  static void signal(Program& program, int number);

  log::Sink& sink_;
  std::map<ProgramKey, Program> programs_;
};

// What a program finds in its environment: the worker's variables whose names are on our list (threat 40), and PATH.
[[nodiscard]] std::vector<std::string> environment_of_program(const std::vector<std::string>& asked);

// The value of LOG_ID among them, "-" without one.
[[nodiscard]] std::string log_id_in(const std::vector<std::string>& environment);

}  // namespace app
