// The init system's words and sockets, with this test in its place.
#include "os/init_system.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "os/socket.hpp"
#include "os/test_support.hpp"

namespace os {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

SocketAddress loopback() {
  return SocketAddress::ip("127.0.0.1", 0).value();
}

// The socket an init system listens on.
UniqueFd bound_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (path.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  return fd;
}

std::string heard_by(const UniqueFd& fd) {
  std::array<char, 4096> bytes{};
  const auto got = recv(fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  return got < 0 ? "nothing" : std::string(bytes.data(), static_cast<std::size_t>(got));
}

TEST(InitSystem, is_told_by_a_datagram_and_leaves_no_variable) {
  const TemporaryDirectory directory;
  const auto ears = bound_to(directory.file("notify"));
  setenv("NOTIFY_SOCKET", directory.file("notify").c_str(), 1);
  setenv("WATCHDOG_USEC", "3000000", 1);
  setenv("WATCHDOG_PID", fmt::to_string(getpid()).c_str(), 1);
  const auto init = InitSystem::of_environment();
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) EXPECT_EQ(getenv(name), nullptr) << name;
  init.tell("READY=1");
  EXPECT_EQ(heard_by(ears), "READY=1");
  init.tell_reloading();
  EXPECT_THAT(heard_by(ears), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_EQ(init.watchdog_interval(), std::chrono::milliseconds(1500));
}

TEST(InitSystem, may_have_a_socket_without_file) {
  const std::string name = fmt::format("@ehlock-test-{}", getpid());
  const auto ears = bound_to(name);
  setenv("NOTIFY_SOCKET", name.c_str(), 1);
  InitSystem::of_environment().tell("STATUS=here");
  EXPECT_EQ(heard_by(ears), "STATUS=here");
}

TEST(InitSystem, that_is_not_there_is_told_nothing) {
  for (const char* path : {"", "/", "@", "relative", "/nowhere/at/all"}) {
    setenv("NOTIFY_SOCKET", path, 1);
    InitSystem::of_environment().tell("READY=1");
  }
  setenv("NOTIFY_SOCKET", std::string(200, '/').c_str(), 1);
  InitSystem::of_environment().tell("READY=1");
}

TEST(InitSystem, journal_is_behind_standard_error_when_it_is_the_stream_that_was_named) {
  struct stat facts {};
  ASSERT_EQ(::fstat(STDERR_FILENO, &facts), 0);
  setenv("JOURNAL_STREAM", fmt::format("{}:{}", facts.st_dev, facts.st_ino).c_str(), 1);
  EXPECT_TRUE(stderr_is_journal());
  setenv("JOURNAL_STREAM", fmt::format("{}:{}", facts.st_dev, facts.st_ino + 1).c_str(), 1);
  EXPECT_FALSE(stderr_is_journal());
  unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(stderr_is_journal());
}

TEST(InitSystem, a_watchdog_for_another_process_is_not_ours) {
  setenv("WATCHDOG_USEC", "3000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(InitSystem::of_environment().watchdog_interval().count(), 0);
  setenv("WATCHDOG_USEC", "soon", 1);
  EXPECT_EQ(InitSystem::of_environment().watchdog_interval().count(), 0);
}

TEST(is_listening_stream, tells_a_listener_from_other_descriptors) {
  const auto listener = listen_on(loopback(), {}).value();
  EXPECT_TRUE(is_listening_stream(listener.get()));
  const auto pair = make_socket_pair(SOCK_STREAM).value();
  EXPECT_FALSE(is_listening_stream(pair.first.get()));
  const UniqueFd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(is_listening_stream(file.get()));
}

// In a child, whose descriptors 3 and 4 are free to be what a service manager passes.
int check_passed(const std::string& names, const std::function<bool(const std::vector<PassedSocket>&)>& is_right) {
  const auto end = end_of([&] {
    const auto listener = listen_on(loopback(), {}).value();
    const UniqueFd high(fcntl(listener.get(), F_DUPFD, 100));
    dup2(high.get(), 3);
    dup2(high.get(), 4);
    setenv("LISTEN_PID", fmt::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", "2", 1);
    setenv("LISTEN_FDNAMES", names.c_str(), 1);
    const bool right = is_right(take_passed_sockets());
    return right && getenv("LISTEN_FDS") == nullptr && getenv("LISTEN_PID") == nullptr ? 0 : 1;
  });
  return end == "exit status 0" ? 0 : 1;
}

TEST(take_passed_sockets, gives_numbers_and_names_and_clears_the_environment) {
  EXPECT_EQ(check_passed("smtp:submissions",
                         [](const std::vector<PassedSocket>& sockets) {
                           return sockets.size() == 2 && sockets[0].fd.get() == 3 && sockets[0].name == "smtp" &&
                                  sockets[1].name == "submissions" && (fcntl(4, F_GETFD) & FD_CLOEXEC) != 0 &&
                                  (fcntl(3, F_GETFL) & O_NONBLOCK) != 0;
                         }),
            0);
  EXPECT_EQ(check_passed("one",
                         [](const std::vector<PassedSocket>& sockets) {
                           return sockets.size() == 2 && sockets[0].name == "one" && sockets[1].name.empty();
                         }),
            0);
}

TEST(take_passed_sockets, ignores_what_is_meant_for_another_process) {
  EXPECT_EQ(check_passed("a:b",
                         [](const std::vector<PassedSocket>& first) {
                           setenv("LISTEN_PID", "1", 1);
                           setenv("LISTEN_FDS", "2", 1);
                           return first.size() == 2 && take_passed_sockets().empty();
                         }),
            0);
}

TEST(take_passed_sockets, ignores_nonsense) {
  const auto end = end_of([] {
    for (const char* count : {"", "x", "-1", "0", "999999999"}) {
      setenv("LISTEN_PID", fmt::to_string(getpid()).c_str(), 1);
      setenv("LISTEN_FDS", count, 1);
      if (!take_passed_sockets().empty()) return 1;
    }
    return 0;
  });
  EXPECT_EQ(end, "exit status 0");
}

}  // namespace
}  // namespace os
