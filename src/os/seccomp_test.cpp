// The system-call filter, tried from inside: what it allows works, what it does not allow kills.
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <string>

#include <gtest/gtest.h>

#include "os/jail_test_support.hpp"
#include "os/socket.hpp"

namespace os {
namespace {

class Filter : public testing::Test {
 protected:
  void SetUp() override {
    if (is_sanitized()) GTEST_SKIP() << "the filter is left out with the address sanitizer";
  }
};

// Acts that no role's work needs.
struct Act {
  const char* name;
  int (*perform)();
};

int make_executable() {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

int map_executable() {
  return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 1 : 0;
}

int execute() {
  char name[] = "/bin/true";
  char* arguments[] = {name, nullptr};
  return execve(name, arguments, arguments + 1);
}

int start_thread_like_child() {
  return static_cast<int>(syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0));
}

constexpr Act forbidden_acts[] = {
    {"open", [] { return open("/etc/passwd", O_RDONLY | O_CLOEXEC); }},
    {"execve", execute},
    {"fork", start_thread_like_child},
    {"unix socket", [] { return socket(AF_UNIX, SOCK_STREAM, 0); }},
    {"netlink socket", [] { return socket(AF_NETLINK, SOCK_RAW, 0); }},
    {"datagram socket", [] { return socket(AF_INET, SOCK_DGRAM, 0); }},
    {"bind", [] { return bind(0, nullptr, 0); }},
    {"listen", [] { return listen(0, 1); }},
    {"ptrace", [] { return static_cast<int>(ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr)); }},
    {"kill of the parent", [] { return kill(getppid(), 0); }},
    {"tgkill of the parent", [] { return tgkill(getppid(), getppid(), 0); }},
    {"mprotect with PROT_EXEC", make_executable},
    {"mmap with PROT_EXEC", map_executable},
    {"typing into the terminal", [] { return ioctl(0, TIOCSTI, "x"); }},
    {"prctl", [] { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }},
    {"setuid", [] { return setuid(0); }},
    {"chroot", [] { return chroot("/"); }},
};

constexpr Role filtered_roles[] = {Role::worker,       Role::key_process, Role::exporter, Role::helper_network,
                                   Role::helper_relay, Role::helper_key,  Role::relay};

TEST_F(Filter, kills_in_every_role_for_what_no_role_needs) {
  for (const Role role : filtered_roles) {
    for (const Act& act : forbidden_acts) {
      EXPECT_EQ(end_as(role, act.perform), killed) << act.name << " in role " << static_cast<int>(role);
    }
  }
}

TEST_F(Filter, lets_every_role_compute_wait_and_end) {
  const auto work = [] {
    auto memory = std::string(std::size_t{64} << 20U, 'x');
    memory.resize(100);
    memory.shrink_to_fit();
    timespec now{};
    const bool right = clock_gettime(CLOCK_MONOTONIC, &now) == 0 && poll(nullptr, 0, 0) == 0 && getpid() > 0;
    return right && write(-1, "", 0) == -1 && fcntl(0, F_GETFD) >= -1 ? 0 : 1;
  };
  for (const Role role : filtered_roles) {
    EXPECT_EQ(end_as(role, work), "exit status 0") << static_cast<int>(role);
    EXPECT_EQ(end_as(role,
                     [] {
                       std::abort();
                       return 0;
                     }),
              "killed by signal 6 (Aborted)")
        << static_cast<int>(role);
  }
}

int connect_to(const SocketAddress& address) {
  const auto fd = start_connect(address);
  if (!fd) return 1;
  pollfd entry{fd->get(), POLLOUT, 0};
  return poll(&entry, 1, 10000) == 1 && pending_error(fd->get()) == 0 ? 0 : 2;
}

TEST_F(Filter, lets_only_the_network_roles_connect) {
  const auto listener = listen_on(SocketAddress::ip("127.0.0.1", 0).value(), {}).value();
  const auto address = local_of(listener.get());
  const auto act = [&] { return connect_to(address); };
  for (const Role role : {Role::worker, Role::helper_network}) EXPECT_EQ(end_as(role, act), "exit status 0");
  for (const Role role : {Role::key_process, Role::helper_key, Role::helper_relay, Role::exporter, Role::relay}) {
    EXPECT_EQ(end_as(role, act), killed) << static_cast<int>(role);
  }
}

TEST_F(Filter, lets_a_worker_and_an_exporter_accept) {
  const auto listener = listen_on(SocketAddress::ip("127.0.0.1", 0).value(), {}).value();
  const auto client = start_connect(local_of(listener.get())).value();
  const auto act = [&] {
    const UniqueFd fd(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    return fd ? 0 : 1;
  };
  EXPECT_EQ(end_as(Role::worker, act), "exit status 0");
  EXPECT_EQ(end_as(Role::key_process, act), killed);
}

TEST_F(Filter, allows_unix_sockets_when_the_spec_says_so) {
  const TemporaryDirectory root;
  auto spec = spec_of(Role::worker, root);
  spec.unix_sockets = true;
  const auto stream = [] { return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 0 : 1; };
  EXPECT_EQ(end_in_jail(spec, stream), "exit status 0");
  spec.role = Role::key_process;
  EXPECT_EQ(end_in_jail(spec, stream), killed);
}

TEST_F(Filter, a_key_process_answers_packets) {
  const auto pair = make_socket_pair(SOCK_SEQPACKET).value();
  EXPECT_EQ(end_as(Role::key_process, [&] { return send(pair.first.get(), "x", 1, 0) == 1 ? 0 : 1; }), "exit status 0");
  EXPECT_EQ(end_as(Role::relay, [&] { return send(pair.first.get(), "x", 1, 0) == 1 ? 0 : 1; }), killed);
}

}  // namespace
}  // namespace os
