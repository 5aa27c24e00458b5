// Children of this program, their ends, signals and names.
#include "os/process.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <thread>

#include "base/text.hpp"
#include "os/child.hpp"
#include "os/files.hpp"

namespace os {
namespace {

// False when the parent was gone before the kernel was asked to tell.
bool tie_to(pid_t parent) {
  return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

struct Span {
  char* first = nullptr;
  std::size_t size = 0;
};

// Where the kernel finds the command line: fields 48 and 49 of /proc/PID/stat (proc(5)), counted behind the name,
// which may contain anything.
Span command_line() {
  constexpr std::size_t arg_start = 48 - 3;
  const auto stat = read_file("/proc/self/stat", 4096);
  if (!stat || stat->rfind(") ") == std::string::npos) return {};
  const auto fields = base::split(std::string_view(*stat).substr(stat->rfind(") ") + 2), ' ');
  if (fields.size() < arg_start + 2) return {};
  const auto first = base::number<std::uintptr_t>(fields[arg_start]).value_or(0);
  const auto last = base::number<std::uintptr_t>(fields[arg_start + 1]).value_or(0);
  if (first == 0 || last <= first) return {};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): /proc tells the address as a number
  return {reinterpret_cast<char*>(first), last - first};
}

}  // namespace

void no_signals_for_writes() {
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);
}

base::Result<pid_t> fork_role(const std::function<int()>& role, bool die_with_parent) {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return base::fail_errno("fork", errno);
  if (pid > 0) return pid;
  reset_signals();
  no_signals_for_writes();
  if (die_with_parent && !tie_to(parent)) _exit(1);
  // Not exit(): the parent's buffers and atexit functions are the parent's.
  _exit(role());
}

std::vector<Ended> reap() {
  std::vector<Ended> ended;
  for (;;) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return ended;
    ended.push_back({pid, status});
  }
}

std::string text_of_status(int status) {
  if (WIFEXITED(status)) return fmt::format("exit status {}", WEXITSTATUS(status));
  if (!WIFSIGNALED(status)) return fmt::format("status {:#x}", status);
  const char* name = sigdescr_np(WTERMSIG(status));
  return fmt::format("killed by signal {} ({})", WTERMSIG(status), name == nullptr ? "unknown" : name);
}

base::Result<UniqueFd> signals_as_descriptor(const std::vector<int>& signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  if (sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return base::fail_errno("block signals", errno);
  UniqueFd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return base::fail_errno("signalfd", errno);
  return fd;
}

unsigned usable_cores() {
  cpu_set_t mask;
  // More processors than the set has bits: all of them, then.
  const bool known = sched_getaffinity(0, sizeof mask, &mask) == 0;
  return known ? static_cast<unsigned>(CPU_COUNT(&mask)) : std::max(1U, std::thread::hardware_concurrency());
}

void yield_when_woken() {
  const sched_param nothing{};
  sched_setscheduler(0, SCHED_BATCH, &nothing);
}

void name_process(std::string_view name) {
  const std::string text(name);
  prctl(PR_SET_NAME, text.substr(0, 15).c_str());
  const Span room = command_line();
  if (room.size == 0) return;
  // The last octet stays NUL: the kernel would go on into the environment otherwise.
  const std::size_t length = std::min(text.size(), room.size - 1);
  std::fill_n(std::copy_n(text.begin(), length, room.first), room.size - length, '\0');
}

}  // namespace os
