// CPU time of a process or thread, for the programs that measure themselves.
#pragma once

#include <ctime>

namespace load {

// Microseconds so far, by CLOCK_THREAD_CPUTIME_ID, CLOCK_PROCESS_CPUTIME_ID or another process's clock.
inline double cpu_us(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

}  // namespace load
