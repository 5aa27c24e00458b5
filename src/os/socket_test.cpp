// Sockets over loopback and in a directory of their own.
#include "os/socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/stat.h>

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "os/test_support.hpp"

namespace os {
namespace {

using testing::HasSubstr;

SocketAddress loopback(std::uint16_t port = 0) {
  return SocketAddress::ip("127.0.0.1", port).value();
}

int option(int fd, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  getsockopt(fd, level, name, &value, &size);
  return value;
}

void await(int fd, short events) {
  pollfd entry{fd, events, 0};
  ASSERT_EQ(poll(&entry, 1, 10000), 1);
}

unsigned mode_of(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

TEST(listen_on, takes_connections_that_know_both_ends) {
  const auto listener = listen_on(loopback(), {}).value();
  const auto address = local_of(listener.get());
  const auto client = start_connect(address).value();
  await(listener.get(), POLLIN);
  const UniqueFd accepted(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  await(client.get(), POLLOUT);
  EXPECT_EQ(pending_error(client.get()), 0);
  EXPECT_EQ(peer_of(client.get()), address);
  EXPECT_EQ(peer_of(accepted.get()), local_of(client.get()));
  EXPECT_NE(option(client.get(), IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_EQ(peer_of(listener.get()).text(), "unknown");
}

TEST(listen_on, makes_non_blocking_sockets_that_close_on_exec) {
  const auto listener = listen_on(loopback(), {}).value();
  EXPECT_NE(fcntl(listener.get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(listener.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(listen_on, shares_a_port_only_when_asked) {
  const auto first = listen_on(loopback(), {}).value();
  const auto address = local_of(first.get());
  EXPECT_TRUE(listen_on(address, {}).has_value());
  ListenOptions alone;
  alone.reuse_port = false;
  EXPECT_THAT(listen_on(address, alone).error().text, HasSubstr("listen on " + address.text()));
}

TEST(check_unused, finds_a_listener_that_would_share_its_port) {
  auto listener = listen_on(loopback(), {}).value();
  const auto address = local_of(listener.get());
  EXPECT_THAT(check_unused(address).error().text, HasSubstr("listen on " + address.text()));
  listener.reset();
  EXPECT_TRUE(check_unused(address).has_value());
}

TEST(same_socket, knows_a_duplicate_from_another_one) {
  const auto socket = listen_on(loopback(), {}).value();
  const auto other = listen_on(loopback(), {}).value();
  EXPECT_TRUE(same_socket(socket.get(), duplicate(socket.get()).value().get()));
  EXPECT_FALSE(same_socket(socket.get(), other.get()));
  EXPECT_FALSE(same_socket(STDIN_FILENO, -1));
}

TEST(listen_on, keeps_ipv6_and_ipv4_apart) {
  const auto v4 = listen_on(SocketAddress::ip("0.0.0.0", 0).value(), {});
  ASSERT_TRUE(v4.has_value());
  const auto v6 = listen_on(SocketAddress::ip("::", local_of(v4->get()).port()).value(), {});
  if (!v6) GTEST_SKIP() << "no IPv6 here: " << v6.error().text;
  EXPECT_NE(option(v6->get(), IPPROTO_IPV6, IPV6_V6ONLY), 0);
}

TEST(listen_on, replaces_a_unix_socket_that_nobody_accepts_on) {
  const TemporaryDirectory directory;
  const auto address = SocketAddress::unix_path(directory.file("s")).value();
  { const auto dead = listen_on(address, {}).value(); }
  ListenOptions options;
  options.unix_mode = 0640;
  const auto listener = listen_on(address, options);
  ASSERT_TRUE(listener.has_value()) << listener.error().text;
  EXPECT_EQ(mode_of(directory.file("s")), 0640U);
  EXPECT_TRUE(start_connect(address).has_value());
}

TEST(listen_on, leaves_a_living_unix_socket_and_other_files_alone) {
  const TemporaryDirectory directory;
  const auto address = SocketAddress::unix_path(directory.file("s")).value();
  const auto living = listen_on(address, {}).value();
  EXPECT_THAT(listen_on(address, {}).error().text, HasSubstr("in use"));
  EXPECT_TRUE(start_connect(address).has_value());
  write_file(directory.file("f"), "data");
  EXPECT_FALSE(listen_on(SocketAddress::unix_path(directory.file("f")).value(), {}).has_value());
  EXPECT_TRUE(std::filesystem::exists(directory.file("f")));
}

TEST(start_connect, names_the_address_when_it_fails_at_once) {
  EXPECT_THAT(start_connect(SocketAddress::unix_path("/nowhere/s").value()).error().text,
              HasSubstr("connect to unix:/nowhere/s: No such file"));
}

TEST(pending_error, tells_a_refused_connection) {
  std::uint16_t port = 0;
  {
    const auto closed = listen_on(loopback(), {}).value();
    port = local_of(closed.get()).port();
  }
  const auto client = start_connect(loopback(port));
  if (!client) return;  // refused at once
  await(client->get(), POLLOUT);
  EXPECT_EQ(pending_error(client->get()), ECONNREFUSED);
}

}  // namespace
}  // namespace os
