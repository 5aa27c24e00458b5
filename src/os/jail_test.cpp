// The jail, from inside and from /proc. Each jail is entered by a child.
#include "os/jail.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <csignal>
#include <string>
#include <vector>

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "os/files.hpp"
#include "os/jail_test_support.hpp"

namespace os {
namespace {

using testing::HasSubstr;
using testing::Not;

// The error, or what was left out, of a child that first prepares itself.
std::string report_of(
    const JailSpec& spec, const std::function<void()>& prepare = [] {}) {
  auto pipe = make_pipe().value();
  const auto pid = fork_role(
      [&] {
        prepare();
        const auto report = enter_jail(spec);
        const std::string text = report ? fmt::format("{}", fmt::join(report->left_out, "; ")) : report.error().text;
        return write(pipe.second.get(), text.data(), text.size()) >= 0 ? 0 : 1;
      },
      true);
  pipe.second.reset();
  std::string text = read_to_end(pipe.first.get());
  status_of(pid.value());
  return text;
}

// A field of /proc/PID/status, without the tabs.
std::string field(const std::string& status, const std::string& name) {
  const auto begin = status.find("\n" + name + ":");
  if (begin == std::string::npos) return "?";
  const auto value = begin + name.size() + 2;
  std::string text = status.substr(value, status.find('\n', value) - value);
  for (char& c : text) c = c == '\t' ? ' ' : c;
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

class Jail : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to change users and root directory";
  }
};

// A child in the jail that waits until it is looked at.
class Prisoner {
 public:
  explicit Prisoner(const JailSpec& spec) : ends_(make_socket_pair(SOCK_STREAM).value()) {
    pid_ = fork_role([&] { return live(spec); }, true).value();
    char ready = 0;
    ends_.second.reset();
    entered_ = read(ends_.first.get(), &ready, 1) == 1 && ready == 'y';
  }
  Prisoner(const Prisoner&) = delete;
  Prisoner& operator=(const Prisoner&) = delete;
  ~Prisoner() {
    ends_.first.reset();
    status_of(pid_);
  }
  [[nodiscard]] bool entered() const { return entered_; }
  [[nodiscard]] std::string path(const std::string& name) const { return fmt::format("/proc/{}/{}", pid_, name); }
  [[nodiscard]] std::string file(const std::string& name) const { return read_file(path(name), 100000).value_or(""); }

 private:
  int live(const JailSpec& spec) {
    ends_.first.reset();
    const bool entered = enter_jail(spec).has_value();
    char byte = entered ? 'y' : 'n';
    if (write(ends_.second.get(), &byte, 1) != 1) return 1;
    return static_cast<int>(read(ends_.second.get(), &byte, 1));
  }

  FdPair ends_;
  pid_t pid_ = -1;
  bool entered_ = false;
};

TEST_F(Jail, threat_41_nothing_is_left_according_to_proc) {
  const TemporaryDirectory root;
  const Prisoner prisoner(spec_of(Role::worker, root));
  ASSERT_TRUE(prisoner.entered());
  const std::string status = prisoner.file("status");
  const std::string id = fmt::to_string(test_uid);
  const std::string ids = fmt::format("{} {} {} {}", id, id, id, id);
  EXPECT_EQ(field(status, "Uid"), ids);
  EXPECT_EQ(field(status, "Gid"), ids);
  EXPECT_EQ(field(status, "Groups"), "");
  EXPECT_EQ(field(status, "NoNewPrivs"), "1");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    EXPECT_EQ(field(status, set), "0000000000000000") << set;
  }
  EXPECT_EQ(std::filesystem::read_symlink(prisoner.path("root")).string(), root.path());
  EXPECT_EQ(std::filesystem::read_symlink(prisoner.path("cwd")).string(), root.path());
  EXPECT_EQ(field(status, "Seccomp"), !is_sanitized() ? "2" : "0");
}

TEST_F(Jail, threat_43_leaves_no_core_and_cannot_be_looked_into) {
  const TemporaryDirectory root;
  const Prisoner prisoner(spec_of(Role::key_process, root));
  ASSERT_TRUE(prisoner.entered());
  EXPECT_THAT(prisoner.file("limits"), testing::ContainsRegex("Max core file size +0 +0 "));
  struct stat status {};
  ASSERT_EQ(stat(prisoner.path("mem").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 0U) << "the files of a dumpable process belong to its user";
}

TEST_F(Jail, limits_data) {
  const TemporaryDirectory root;
  auto spec = spec_of(Role::helper_relay, root);
  spec.max_data = 128 << 20;
  const Prisoner prisoner(spec);
  ASSERT_TRUE(prisoner.entered());
  if (is_sanitized()) return;
  EXPECT_THAT(prisoner.file("limits"), testing::ContainsRegex("Max data size +134217728 +134217728 "));
}

TEST_F(Jail, limits_processes_and_descriptors) {
  const TemporaryDirectory root;
  auto spec = spec_of(Role::worker, root);
  spec.max_descriptors = 100;
  const Prisoner prisoner(spec);
  ASSERT_TRUE(prisoner.entered());
  EXPECT_THAT(prisoner.file("limits"), testing::ContainsRegex("Max processes +0 +0 "));
  if (is_sanitized()) return;
  EXPECT_THAT(prisoner.file("limits"), testing::ContainsRegex("Max open files +100 +100 "));
}

TEST_F(Jail, lets_a_process_fork_when_it_may) {
  const TemporaryDirectory root;
  auto spec = spec_of(Role::relay, root);
  spec.may_fork = true;
  const Prisoner prisoner(spec);
  EXPECT_THAT(prisoner.file("limits"), Not(testing::ContainsRegex("Max processes +0 +0 ")));
}

TEST_F(Jail, refuses_a_directory_that_is_not_empty_or_not_roots_alone) {
  const TemporaryDirectory root;
  const auto spec = spec_of(Role::worker, root);
  ASSERT_EQ(chmod(root.path().c_str(), 0777), 0);
  EXPECT_THAT(report_of(spec), HasSubstr("only root may be able to write it"));
  ASSERT_EQ(chmod(root.path().c_str(), 0755), 0);
  ASSERT_EQ(chown(root.path().c_str(), 1234, 0), 0);
  EXPECT_THAT(report_of(spec), HasSubstr("must belong to root"));
  ASSERT_EQ(chown(root.path().c_str(), 0, 0), 0);
  write_file(root.file("x"), "");
  EXPECT_THAT(report_of(spec), HasSubstr("must be empty"));
}

TEST_F(Jail, makes_an_absent_directory_only_where_services_keep_theirs) {
  const TemporaryDirectory root;
  auto spec = spec_of(Role::worker, root);
  spec.root = root.file("absent");
  EXPECT_THAT(report_of(spec), HasSubstr("No such file"));
  EXPECT_FALSE(std::filesystem::exists(spec.root));
  const std::string parent = fmt::format("/run/os_test.{}", getpid());
  spec.root = parent + "/empty";
  EXPECT_THAT(report_of(spec), Not(HasSubstr("jail:")));
  struct stat status {};
  EXPECT_EQ(stat(spec.root.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0555U);
  std::filesystem::remove_all(parent);
}

TEST_F(Jail, refuses_root_as_the_user_and_a_launcher_that_sees_no_programs) {
  const TemporaryDirectory root;
  auto spec = spec_of(Role::worker, root);
  spec.user = {};
  EXPECT_THAT(report_of(spec), HasSubstr("other than root"));
  EXPECT_THAT(report_of(spec_of(Role::launcher, root)), HasSubstr("must see the programs"));
}

TEST_F(Jail, applies_the_rest_and_says_what_is_left_out_without_root) {
  const TemporaryDirectory root;
  const auto spec = spec_of(Role::worker, root);
  const auto become_ordinary = [] { ASSERT_EQ(setresuid(1234, 1234, 1234), 0); };
  const std::string report = report_of(spec, become_ordinary);
  EXPECT_THAT(report, HasSubstr("chroot: not root"));
  EXPECT_THAT(report, HasSubstr("user: not root, stays uid 1234"));
  if (is_sanitized()) return;
  const auto end = end_of([&] {
    become_ordinary();
    return enter_jail(spec) ? open("/etc/passwd", O_RDONLY) : 99;
  });
  EXPECT_EQ(end, killed);
}

TEST_F(Jail, threat_41_notices_a_user_that_can_be_taken_back) {
  const TemporaryDirectory root;
  const auto keep_saved_root = [] { ASSERT_EQ(setresuid(1234, 1234, 0), 0); };
  EXPECT_THAT(report_of(spec_of(Role::worker, root), keep_saved_root),
              HasSubstr("jail: real, effective and saved ids"));
}

// The prisoner never ends by itself; the end of the stream proves that it was killed.
TEST_F(Jail, keeps_the_parent_death_signal) {
  const TemporaryDirectory root;
  auto pipe = make_pipe().value();
  const auto live = [&] {
    if (!enter_jail(spec_of(Role::worker, root))) return 99;
    if (write(pipe.second.get(), "in", 2) != 2) return 1;
    for (;;) poll(nullptr, 0, -1);
    return 0;
  };
  const auto child = fork_role([&] { return fork_role(live, true) ? pause() : 1; }, true).value();
  pipe.second.reset();
  char in[2] = {};
  ASSERT_EQ(read(pipe.first.get(), in, sizeof in), 2);
  kill(child, SIGKILL);
  EXPECT_EQ(read_to_end(pipe.first.get()), "");
  status_of(child);
}

TEST_F(Jail, a_launcher_starts_programs_under_their_user_but_cannot_read_what_root_can) {
  const TemporaryDirectory directory;
  write_file(directory.file("secret"), "x", 0600);
  ASSERT_EQ(chmod(directory.path().c_str(), 0755), 0);
  JailSpec spec;
  spec.role = Role::launcher;
  spec.user = test_user();
  const auto end = end_in_jail(spec, [&] {
    if (read_file(directory.file("secret"), 10)) return 1;
    ProgramSpec program;
    program.arguments = {"sh", "-c", "test $(id -u) = 1234 && test $(id -G) = 1235"};
    program.environment = {"PATH=/usr/bin:/bin"};
    program.descriptors = {{2, 2}};
    program.uid = 1234;
    program.gid = 1235;
    const auto pid = start_program(program);
    return pid ? WEXITSTATUS(status_of(*pid)) : 2;
  });
  EXPECT_EQ(end, "exit status 0");
}

}  // namespace
}  // namespace os
