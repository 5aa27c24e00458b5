// Programs started with exec. The child between fork and exec tells its failure through a pipe that exec closes.
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "os/child.hpp"
#include "os/process.hpp"

namespace os {
namespace {

enum class Step { descriptors, groups, group, user, exec };

struct Failure {
  Step step = Step::exec;
  int error_number = 0;
};

const char* text_of(Step step) {
  switch (step) {
    case Step::descriptors:
      return "map descriptors";
    case Step::groups:
      return "set groups";
    case Step::group:
      return "set group";
    case Step::user:
      return "set user";
    case Step::exec:
      return "execute";
  }
  return "";
}

Failure failed(Step step) {
  return {step, errno};
}

// Child numbers may be numbers of ours that are still to be mapped: all sources, and the error pipe, move above
// every target first.
std::optional<Failure> map_descriptors(const ProgramSpec& spec, int& errors) {
  int above = 3;
  for (const auto& [target, source] : spec.descriptors) above = std::max(above, target + 1);
  if (errors >= 0) {
    errors = fcntl(errors, F_DUPFD_CLOEXEC, above);
    if (errors < 0) return failed(Step::descriptors);
  }
  std::vector<int> keep{errors};
  std::vector<int> moved;
  for (const auto& [target, source] : spec.descriptors) {
    moved.push_back(fcntl(source, F_DUPFD_CLOEXEC, above));
    if (moved.back() < 0) return failed(Step::descriptors);
    keep.push_back(target);
  }
  for (std::size_t i = 0; i < moved.size(); ++i) {
    if (dup2(moved[i], spec.descriptors[i].first) < 0) return failed(Step::descriptors);
  }
  close_all_but(keep.data(), static_cast<int>(keep.size()));
  return std::nullopt;
}

// Groups, gid, uid: the other way round the right to do the next would be gone.
std::optional<Failure> change_user(const ProgramSpec& spec) {
  if (spec.uid == 0 && spec.gid == 0) return std::nullopt;
  if (setgroups(spec.groups.size(), spec.groups.data()) != 0) return failed(Step::groups);
  if (spec.gid != 0 && setresgid(spec.gid, spec.gid, spec.gid) != 0) return failed(Step::group);
  if (spec.uid != 0 && setresuid(spec.uid, spec.uid, spec.uid) != 0) return failed(Step::user);
  return std::nullopt;
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// What execve(2) is given. Made before vfork(2): what a child that becomes a program takes from our heap is never given
// back.
struct Image {
  explicit Image(const ProgramSpec& spec)
      : arguments(pointers_to(spec.arguments)), environment(pointers_to(spec.environment)) {}
  std::vector<char*> arguments;
  std::vector<char*> environment;
};

// `errors`: the pipe that exec closes, -1 for none.
Failure replace_process(const ProgramSpec& spec, const Image& image, int& errors) {
  if (!spec.inherits) {
    setsid();
    umask(022);
  }
  if (const auto failure = map_descriptors(spec, errors)) return *failure;
  if (const auto failure = change_user(spec)) return *failure;
  reset_signals();
  execvpe(image.arguments[0], image.arguments.data(), image.environment.data());
  return failed(Step::exec);
}

[[noreturn]] void run_child(const ProgramSpec& spec, const Image& image, int errors) {
  const Failure failure = replace_process(spec, image, errors);
  // Smaller than PIPE_BUF: written whole or, with the parent gone, not at all.
  [[maybe_unused]] const ssize_t written = write(errors, &failure, sizeof failure);
  _exit(127);
}

// Nothing when exec closed the pipe.
std::optional<Failure> failure_from(int pipe) {
  Failure failure;
  ssize_t got = -1;
  do got = read(pipe, &failure, sizeof failure);
  while (got < 0 && errno == EINTR);
  if (got != sizeof failure) return std::nullopt;
  return failure;
}

void collect(pid_t pid) {
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) (void)std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

base::Error become_program(const ProgramSpec& spec) {
  if (spec.arguments.empty() || spec.arguments[0].empty()) return base::Error{"no program given"};
  int no_pipe = -1;
  const Failure failure = replace_process(spec, Image(spec), no_pipe);
  return base::Error{base::fail_errno(spec.arguments[0] + ": " + text_of(failure.step), failure.error_number).value()};
}

base::Result<void> become_program_in_place(const ProgramSpec& spec) {
  int no_pipe = -1;
  if (map_descriptors(spec, no_pipe)) return base::fail_errno("map descriptors", errno);
  if (clearenv() != 0) return base::fail("the environment cannot be replaced");
  for (const auto& variable : spec.environment) {
    const std::size_t sign = variable.find('=');
    if (sign == std::string::npos) continue;
    if (setenv(variable.substr(0, sign).c_str(), variable.c_str() + sign + 1, 1) != 0) {
      return base::fail_errno("the environment", errno);
    }
  }
  reset_signals();
  return {};
}

base::Result<pid_t> start_program(const ProgramSpec& spec) {
  if (spec.arguments.empty() || spec.arguments[0].empty()) return base::fail("no program given");
  auto errors = make_pipe();
  if (!errors) return tl::unexpected(errors.error());
  const Image image(spec);
  // The child has our memory until exec, and we wait for it: a copy of the page tables of a large process would cost
  // more than all else here. It never returns, and what it changes in memory is its own.
  const pid_t pid = vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork): see above
  if (pid < 0) return base::fail_errno("fork", errno);
  // NOLINTNEXTLINE(clang-analyzer-unix.Vfork): it only execs or ends, see above
  if (pid == 0) run_child(spec, image, errors->second.get());
  errors->second.reset();
  const auto failure = failure_from(errors->first.get());
  if (!failure) return pid;
  collect(pid);
  return base::fail_errno(spec.arguments[0] + ": " + text_of(failure->step), failure->error_number);
}

}  // namespace os
