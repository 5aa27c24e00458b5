// Forked roles, started programs, users, signals and names. What changes the process happens in a child.
#include "os/process.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "os/files.hpp"
#include "os/limits.hpp"
#include "os/test_support.hpp"
#include "os/user.hpp"

namespace os {
namespace {

using testing::HasSubstr;

// What `spec` writes to its standard output, and "[end]" behind it.
std::string output_of(ProgramSpec spec) {
  auto pipe = make_pipe().value();
  spec.descriptors.emplace_back(1, pipe.second.get());
  const auto pid = start_program(spec);
  pipe.second.reset();
  if (!pid) return pid.error().text;
  std::string text = read_to_end(pipe.first.get());
  return text + "[" + text_of_status(status_of(*pid)) + "]";
}

std::string output_of_script(const std::string& script) {
  ProgramSpec spec;
  spec.arguments = {"sh", "-c", script};
  spec.environment = {"PATH=/usr/bin:/bin"};
  return output_of(spec);
}

TEST(fork_role, ends_with_what_the_role_returns) {
  EXPECT_EQ(end_of([] { return 7; }), "exit status 7");
  EXPECT_EQ(end_of([] { return raise(SIGTERM); }), "killed by signal 15 (Terminated)");
}

TEST(fork_role, threat_40_starts_with_clean_signals) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  std::signal(SIGUSR1, SIG_IGN);
  sigprocmask(SIG_BLOCK, &all, &before);
  const auto end = end_of([] {
    sigset_t now;
    sigprocmask(SIG_BLOCK, nullptr, &now);
    return sigisemptyset(&now) == 1 && std::signal(SIGUSR1, SIG_DFL) == SIG_DFL ? 0 : 1;
  });
  sigprocmask(SIG_SETMASK, &before, nullptr);
  std::signal(SIGUSR1, SIG_DFL);
  EXPECT_EQ(end, "exit status 0");
}

TEST(fork_role, threat_56_ignores_broken_pipes) {
  EXPECT_EQ(end_of([] { return std::signal(SIGPIPE, SIG_DFL) == SIG_IGN ? 0 : 1; }), "exit status 0");
}

TEST(fork_role, survives_a_file_that_may_not_grow) {
  EXPECT_EQ(end_of([] { return std::signal(SIGXFSZ, SIG_DFL) == SIG_IGN ? 0 : 1; }), "exit status 0");
}

TEST(leave_no_core, threat_43_by_limit_and_as_root_by_the_kernel_too) {
  EXPECT_EQ(end_of([] {
              leave_no_core();
              rlimit limit{1, 1};
              if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0) return 1;
              return getuid() != 0 || prctl(PR_GET_DUMPABLE) == 0 ? 0 : 2;
            }),
            "exit status 0");
}

// The grandchild holds the pipe and never ends by itself: the end of the stream proves that it was killed.
TEST(fork_role, dies_with_its_parent) {
  auto pipe = make_pipe().value();
  const auto end = end_of([] {
    const auto grandchild = fork_role(
        [] {
          for (;;) pause();
          return 0;
        },
        true);
    return grandchild ? 0 : 1;
  });
  pipe.second.reset();
  EXPECT_EQ(end, "exit status 0");
  EXPECT_EQ(read_to_end(pipe.first.get()), "");
}

TEST(become_program_in_place, threat_39_has_the_programs_descriptors_and_environment_only) {
  auto pipe = make_pipe().value();
  const auto role = [&] {
    ProgramSpec spec;
    spec.descriptors = {{1, pipe.second.get()}};
    spec.environment = {"ONE=1=1", "no variable"};
    if (!become_program_in_place(spec)) return 1;
    const bool only = write(1, "x", 1) == 1 && write(0, "x", 1) < 0 && write(2, "x", 1) < 0;
    return only && std::string(getenv("ONE")) == "1=1" && getenv("PATH") == nullptr ? 0 : 2;
  };
  EXPECT_EQ(end_of(role), "exit status 0");
  pipe.second.reset();
  EXPECT_EQ(read_to_end(pipe.first.get()), "x");
}

TEST(start_program, finds_the_program_in_path_and_passes_arguments_and_environment) {
  ProgramSpec spec;
  spec.arguments = {"sh", "-c", "echo \"$0,$1,$A,$HOME\"", "zero", "one two"};
  spec.environment = {"A=b"};
  EXPECT_EQ(output_of(spec), "zero,one two,b,\n[exit status 0]");
}

TEST(start_program, tells_why_the_program_could_not_be_executed) {
  ProgramSpec spec;
  spec.arguments = {"/no/such/program"};
  EXPECT_EQ(output_of(spec), "/no/such/program: execute: No such file or directory");
  spec.arguments = {"/etc/passwd"};
  EXPECT_THAT(output_of(spec), HasSubstr("Permission denied"));
  spec.arguments = {};
  EXPECT_THAT(output_of(spec), HasSubstr("no program"));
  EXPECT_TRUE(reap().empty());
}

TEST(start_program, threat_39_passes_mapped_descriptors_and_no_other) {
  const UniqueFd leak(fcntl(0, F_DUPFD, 20));  // without close-on-exec
  ProgramSpec spec;
  spec.arguments = {"ls", "/proc/self/fd"};
  EXPECT_EQ(output_of(spec), "0\n1\n[exit status 0]") << "0 is the directory that ls reads";
}

TEST(start_program, maps_descriptors_whose_numbers_overlap) {
  auto first = make_pipe().value();
  auto second = make_pipe().value();
  const int a = first.second.get();
  const int b = second.second.get();
  ProgramSpec spec;
  spec.arguments = {"sh", "-c", fmt::format("echo to-second >&{}; echo to-first >&{}", a, b)};
  spec.descriptors = {{a, b}, {b, a}};
  const auto pid = start_program(spec);
  ASSERT_TRUE(pid.has_value()) << pid.error().text;
  first.second.reset();
  second.second.reset();
  EXPECT_EQ(read_to_end(second.first.get()), "to-second\n");
  EXPECT_EQ(read_to_end(first.first.get()), "to-first\n");
  EXPECT_EQ(text_of_status(status_of(*pid)), "exit status 0");
}

TEST(start_program, names_a_descriptor_that_is_not_open) {
  ProgramSpec spec;
  spec.arguments = {"true"};
  spec.descriptors = {{0, 9999}};
  EXPECT_EQ(output_of(spec), "true: map descriptors: Bad file descriptor");
}

TEST(start_program, threat_40_gives_the_child_default_signals_a_session_and_umask_022) {
  std::signal(SIGPIPE, SIG_IGN);
  const mode_t before = umask(0);
  const std::string text = output_of_script(
      "exec 0</proc/self/stat; read -r pid name state parent group session rest; echo $((pid - session)); umask;"
      "grep -E 'Sig(Blk|Ign)' /proc/self/status");
  umask(before);
  std::signal(SIGPIPE, SIG_DFL);
  EXPECT_EQ(text, "0\n0022\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n[exit status 0]");
}

TEST(start_program, threat_41_becomes_the_user_with_exactly_its_groups) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to change users";
  ProgramSpec spec;
  spec.arguments = {"sh", "-c", "id -u; id -g; id -G"};
  spec.environment = {"PATH=/usr/bin:/bin"};
  spec.uid = 1234;
  spec.gid = 1235;
  spec.groups = {1236};
  EXPECT_EQ(output_of(spec), "1234\n1235\n1235 1236\n[exit status 0]");
}

TEST(reap, collects_every_child_that_has_ended) {
  const auto end = end_of([] {
    auto pipe = make_pipe().value();
    for (int i = 0; i < 3; ++i) {
      if (!fork_role([] { return 3; }, true)) return 2;
    }
    pipe.second.reset();
    read_to_end(pipe.first.get());  // all three have closed their copies
    std::size_t count = 0;
    while (count < 3) {
      for (const Ended& ended : reap()) count += text_of_status(ended.status) == "exit status 3" ? 1 : 100;
    }
    return count == 3 && reap().empty() ? 0 : 1;
  });
  EXPECT_EQ(end, "exit status 0");
}

TEST(signals_as_descriptor, threat_45_delivers_signals_without_a_handler) {
  const auto end = end_of([] {
    const auto fd = signals_as_descriptor({SIGTERM, SIGHUP}).value();
    raise(SIGHUP);
    signalfd_siginfo info{};
    const ssize_t got = read(fd.get(), &info, sizeof info);
    return got == sizeof info && info.ssi_signo == SIGHUP ? 0 : 1;
  });
  EXPECT_EQ(end, "exit status 0");
}

TEST(name_process, is_seen_in_comm_and_in_the_command_line) {
  const auto end = end_of([] {
    name_process("ehlock: worker 0");
    const std::string comm = read_file("/proc/self/comm", 100).value();
    const std::string line = read_file("/proc/self/cmdline", 100000).value();
    const std::string name = line.substr(0, line.find('\0'));
    return comm == "ehlock: worker \n" && name == "ehlock: worker 0" ? 0 : 1;
  });
  EXPECT_EQ(end, "exit status 0");
}

TEST(yield_when_woken, lets_the_one_that_runs_go_on) {
  const auto role = [] {
    yield_when_woken();
    return sched_getscheduler(0);
  };
  EXPECT_EQ(end_of(role), "exit status 3");
}

TEST(usable_cores, are_those_the_process_may_run_on) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_EQ(usable_cores(), static_cast<unsigned>(CPU_COUNT(&before)));
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cores(), 1U);
  EXPECT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
}

TEST(find_user, finds_by_name_and_by_number) {
  const auto root = find_user("root").value();
  EXPECT_EQ(root.uid, 0U);
  EXPECT_THAT(root.groups, testing::Contains(0U));
  EXPECT_EQ(find_user("0").value().name, "root");
  const auto nobody_knows = find_user("3999999999").value();
  EXPECT_EQ(nobody_knows.uid, 3999999999U);
  EXPECT_EQ(nobody_knows.gid, 3999999999U);
}

TEST(find_user, refuses_unknown_names_and_the_number_that_changes_nothing) {
  EXPECT_THAT(find_user("no-such-user").error().text, HasSubstr("no such user"));
  EXPECT_FALSE(find_user("4294967295").has_value());
  EXPECT_FALSE(find_user("").has_value());
}

TEST(unused_user, threat_44_is_far_from_real_users_and_each_time_another) {
  const auto first = unused_user();
  const auto second = unused_user();
  EXPECT_GE(first.uid, 40000U);
  EXPECT_EQ(first.uid, first.gid);
  EXPECT_NE(first.uid, second.uid);
  EXPECT_EQ(find_user(first.name).value().name, first.name);
}

}  // namespace
}  // namespace os
