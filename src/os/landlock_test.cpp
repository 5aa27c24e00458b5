// Landlock, tried from inside.
#include "os/landlock.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "os/socket.hpp"
#include "os/test_support.hpp"

namespace os {
namespace {

// What a child under landlock alone gets as errno.
std::string errno_under_landlock(const LandlockSpec& spec, const std::function<int()>& act) {
  return end_of([&] {
    const auto landlock = prepare_landlock(spec);
    if (!landlock || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !enter_landlock(*landlock)) return 99;
    return act() < 0 ? errno : 0;
  });
}

std::string exit_with(int code) {
  return fmt::format("exit status {}", code);
}

TEST(Landlock, lets_no_file_be_opened) {
  const auto landlock = prepare_landlock({}).value();
  if (!landlock.ruleset) GTEST_SKIP() << landlock.left_out.front();
  EXPECT_EQ(errno_under_landlock({}, [] { return open("/etc/passwd", O_RDONLY | O_CLOEXEC); }), exit_with(EACCES));
  EXPECT_EQ(errno_under_landlock({}, [] { return open("/dev/null", O_WRONLY | O_CLOEXEC); }), exit_with(EACCES));
}

TEST(Landlock, lets_tcp_go_to_the_listed_ports_only) {
  const auto landlock = prepare_landlock({}).value();
  if (!landlock.left_out.empty()) GTEST_SKIP() << landlock.left_out.front();
  const auto listener = listen_on(SocketAddress::ip("127.0.0.1", 0).value(), {}).value();
  const auto address = local_of(listener.get());
  const auto act = [&] {
    const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return connect(fd.get(), address.raw(), address.size());
  };
  EXPECT_EQ(errno_under_landlock({true, {address.port()}}, act), exit_with(0));
  EXPECT_EQ(errno_under_landlock({false, {}}, act), exit_with(0));
  EXPECT_EQ(errno_under_landlock({true, {1}}, act), exit_with(EACCES));
  EXPECT_EQ(errno_under_landlock({true, {}}, act), exit_with(EACCES));
  const auto any = SocketAddress::ip("127.0.0.1", 0).value();
  EXPECT_EQ(errno_under_landlock({false, {}}, [&] { return listen_on(any, {}) ? 0 : -1; }), exit_with(EACCES));
}

}  // namespace
}  // namespace os
