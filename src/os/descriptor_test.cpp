// Descriptors, datagrams with descriptors, and files.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "os/files.hpp"
#include "os/packet.hpp"
#include "os/test_support.hpp"

namespace os {
namespace {

using testing::HasSubstr;

bool is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}
bool closes_on_exec(int fd) {
  return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

FdPair packet_pair() {
  return make_socket_pair(SOCK_SEQPACKET).value();
}

TEST(UniqueFd, closes_what_it_owns_once) {
  auto pipe = make_pipe().value();
  const int number = pipe.first.get();
  UniqueFd moved = std::move(pipe.first);
  EXPECT_TRUE(is_open(number));
  moved = UniqueFd();
  EXPECT_FALSE(is_open(number));
  EXPECT_FALSE(moved);
}

TEST(UniqueFd, threat_39_everything_made_here_closes_on_exec) {
  const auto pipe = make_pipe().value();
  const auto pair = make_socket_pair(SOCK_STREAM).value();
  const auto copy = duplicate(pipe.first.get()).value();
  for (const UniqueFd* fd : {&pipe.first, &pipe.second, &pair.first, &pair.second, &copy}) {
    EXPECT_TRUE(closes_on_exec(fd->get()));
  }
  EXPECT_FALSE(duplicate(-1).has_value());
}

TEST(make_non_blocking, lets_a_read_come_back) {
  const auto pipe = make_pipe().value();
  ASSERT_TRUE(make_non_blocking(pipe.first.get()).has_value());
  char byte = 0;
  EXPECT_EQ(read(pipe.first.get(), &byte, 1), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_FALSE(make_non_blocking(-1).has_value());
}

TEST(close_all_but, leaves_the_listed_ones_alone) {
  const auto end = end_of([] {
    const auto a = make_pipe().value();
    const auto b = make_pipe().value();
    const int keep[] = {b.second.get(), a.first.get(), a.first.get(), -1};
    close_all_but(keep, 4);
    const bool right = is_open(a.first.get()) && is_open(b.second.get()) && !is_open(a.second.get()) &&
                       !is_open(b.first.get()) && !is_open(0) && !is_open(1) && !is_open(2);
    return right ? 0 : 1;
  });
  EXPECT_EQ(end, "exit status 0");
}

TEST(packet, keeps_the_boundaries_of_datagrams) {
  const auto pair = packet_pair();
  ASSERT_TRUE(send_packet(pair.first.get(), "one").value());
  ASSERT_TRUE(send_packet(pair.first.get(), std::string("t\0wo", 4)).value());
  EXPECT_EQ(receive_packet(pair.second.get()).value()->bytes, "one");
  EXPECT_EQ(receive_packet(pair.second.get()).value()->bytes, std::string("t\0wo", 4));
}

TEST(packet, carries_descriptors_that_close_on_exec) {
  const auto pair = packet_pair();
  auto pipe = make_pipe().value();
  ASSERT_TRUE(send_packet(pair.first.get(), "take", {pipe.first.get(), pipe.second.get()}).value());
  pipe = {};
  auto packet = receive_packet(pair.second.get()).value();
  ASSERT_EQ(packet->fds.size(), 2U);
  EXPECT_TRUE(closes_on_exec(packet->fds[0].get()));
  ASSERT_EQ(write(packet->fds[1].get(), "x", 1), 1);
  packet->fds[1].reset();
  EXPECT_EQ(read_to_end(packet->fds[0].get()), "x");
}

TEST(packet, is_empty_at_the_end_and_nothing_when_there_is_none) {
  auto pair = packet_pair();
  ASSERT_TRUE(make_non_blocking(pair.second.get()).has_value());
  EXPECT_FALSE(receive_packet(pair.second.get()).value().has_value());
  pair.first.reset();
  EXPECT_EQ(receive_packet(pair.second.get()).value()->bytes, "");
}

TEST(packet, carries_its_largest_size_and_refuses_more) {
  const auto pair = packet_pair();
  const std::string largest(max_packet, 'x');
  ASSERT_TRUE(send_packet(pair.first.get(), largest).value());
  EXPECT_EQ(receive_packet(pair.second.get()).value()->bytes, largest);
  EXPECT_FALSE(send_packet(pair.first.get(), largest + "x").has_value());
  EXPECT_FALSE(send_packet(pair.first.get(), "").has_value());
  EXPECT_FALSE(send_packet(pair.first.get(), "x", std::vector<int>(max_packet_fds + 1, pair.first.get())).has_value());
}

TEST(packet, over_the_limit_from_the_other_end_is_an_error) {
  const auto pair = packet_pair();
  const std::string large(max_packet + 1, 'x');
  ASSERT_EQ(send(pair.first.get(), large.data(), large.size(), 0), static_cast<ssize_t>(large.size()));
  EXPECT_FALSE(receive_packet(pair.second.get()).has_value());
}

// The lowest free number is the same before and after: nothing stayed open.
TEST(packet, with_too_many_descriptors_is_an_error_that_leaks_none) {
  const auto pair = packet_pair();
  constexpr std::size_t count = max_packet_fds + 4;
  alignas(cmsghdr) char room[CMSG_SPACE(count * sizeof(int))] = {};
  iovec part{const_cast<char*>("x"), 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(count * sizeof(int));
  std::fill_n(reinterpret_cast<int*>(CMSG_DATA(header)), count, pair.first.get());
  ASSERT_EQ(sendmsg(pair.first.get(), &message, 0), 1);
  const int free_before = duplicate(0).value().get();
  EXPECT_FALSE(receive_packet(pair.second.get()).has_value());
  EXPECT_EQ(duplicate(0).value().get(), free_before);
}

TEST(packet, tells_when_a_non_blocking_socket_is_full_or_its_peer_is_gone) {
  const auto pair = packet_pair();
  ASSERT_TRUE(make_non_blocking(pair.first.get()).has_value());
  bool sent = true;
  for (int i = 0; sent && i < 10000; ++i) sent = send_packet(pair.first.get(), std::string(1000, 'x')).value();
  EXPECT_FALSE(sent);
  auto other = packet_pair();
  other.second.reset();
  EXPECT_THAT(send_packet(other.first.get(), "x").error().text, HasSubstr("Broken pipe"));
}

TEST(read_file, gives_the_whole_file_within_its_limit) {
  const TemporaryDirectory directory;
  write_file(directory.file("a"), std::string("one\0two", 7));
  EXPECT_EQ(read_file(directory.file("a"), 7).value(), std::string("one\0two", 7));
  EXPECT_THAT(read_file(directory.file("a"), 6).error().text, HasSubstr("at most 6"));
  write_file(directory.file("empty"), "");
  EXPECT_EQ(read_file(directory.file("empty"), 10).value(), "");
  EXPECT_THAT(read_file("/proc/self/status", 100000).value(), HasSubstr("Uid:"));
  EXPECT_THAT(read_file("/proc/self/status", 10).error().text, HasSubstr("more than 10"));
}

TEST(read_file, refuses_what_is_not_a_regular_file) {
  const TemporaryDirectory directory;
  ASSERT_EQ(mkfifo(directory.file("fifo").c_str(), 0600), 0);
  EXPECT_THAT(read_file(directory.file("fifo"), 10).error().text, HasSubstr("not a regular file"));
  EXPECT_THAT(read_file(directory.path(), 10).error().text, HasSubstr("not a regular file"));
  EXPECT_THAT(read_file("/dev/zero", 10).error().text, HasSubstr("not a regular file"));
  EXPECT_THAT(read_file(directory.file("none"), 10).error().text, HasSubstr("No such file"));
}

TEST(read_secret_file, threat_42_refuses_a_key_that_others_may_read_or_change) {
  const TemporaryDirectory directory;
  const auto path = directory.file("key");
  for (const unsigned mode : {0600U, 0640U, 0400U, 0440U}) {
    write_file(path, "secret", mode);
    EXPECT_EQ(read_secret_file(path, 100).value().reveal(), "secret") << mode;
  }
  for (const unsigned mode : {0644U, 0604U, 0602U, 0620U, 0660U}) {
    write_file(path, "secret", mode);
    EXPECT_THAT(read_secret_file(path, 100).error().text, HasSubstr("chmod 0640")) << mode;
  }
}

TEST(read_secret_file, threat_42_judges_the_file_behind_a_symbolic_link) {
  const TemporaryDirectory directory;
  write_file(directory.file("key"), "secret", 0644);
  std::filesystem::create_symlink(directory.file("key"), directory.file("link"));
  EXPECT_FALSE(read_secret_file(directory.file("link"), 100).has_value());
}

}  // namespace
}  // namespace os
