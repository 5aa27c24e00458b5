// Children: forked roles of this program, and programs started with exec. Their ends are collected by the caller.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "os/fd.hpp"

namespace os {

// Forks; the child runs `role` and exits with what it returns, with default signal handlers (but
// no_signals_for_writes), an empty signal mask, and a parent-death signal of SIGKILL when `die_with_parent`. Returns
// the child's pid in the parent.
[[nodiscard]] base::Result<pid_t> fork_role(const std::function<int()>& role, bool die_with_parent);

// From now on a write that cannot be done is a value, not a signal: a reader that went away (SIGPIPE, threat 56), a
// file that may not grow (SIGXFSZ). fork_role's children have this already, started programs do not.
void no_signals_for_writes();

struct ProgramSpec {
  std::vector<std::string> arguments;    // [0] is looked up in PATH when it has no slash
  std::vector<std::string> environment;  // "NAME=value", the whole environment
  // Child descriptor number -> ours. Everything else is closed in the child (threat 39).
  std::vector<std::pair<int, int>> descriptors;
  uid_t uid = 0;  // 0 and gid 0: unchanged
  gid_t gid = 0;
  std::vector<gid_t> groups;
  bool inherits = false;  // keeps the session and the umask of the process that starts it
};

// Starts the program in a session of its own, signals default, mask empty, umask 022. An exec that fails is an error
// here (told through a close-on-exec pipe), not a child that exits at once.
[[nodiscard]] base::Result<pid_t> start_program(const ProgramSpec& spec);

// The same in this process, without fork: returns only when it failed, and then descriptors and user may have changed
// already.
[[nodiscard]] base::Error become_program(const ProgramSpec& spec);

// The same without exec, for a program that is a function of ours: this process has the program's descriptors (no
// others), environment and signals then. Not for a change of user.
[[nodiscard]] base::Result<void> become_program_in_place(const ProgramSpec& spec);

struct Ended {
  pid_t pid;
  int status;  // as waitpid gives it
};
// Collects every child that has ended, without waiting.
[[nodiscard]] std::vector<Ended> reap();

// "exit status 1", "killed by signal 9 (Killed)".
[[nodiscard]] std::string text_of_status(int status);

// A descriptor that becomes readable with signalfd_siginfo for the listed signals, which are blocked from now on
// (threat 45: no code runs in a signal handler).
[[nodiscard]] base::Result<UniqueFd> signals_as_descriptor(const std::vector<int>& signals);

// How many processors this process may run on, 1 at least: fewer than the machine has under taskset(1), in a cpuset and
// with systemd's CPUAffinity=.
[[nodiscard]] unsigned usable_cores();

// From now on this process, when it is woken up, lets the one that runs go on until that waits itself (SCHED_BATCH,
// sched(7)): it finds more to do at once, and costs fewer switches.
void yield_when_woken();

// The name shown by ps and /proc/PID/comm: "ehlock: worker 0" (15 bytes in comm).
void name_process(std::string_view name);

}  // namespace os
