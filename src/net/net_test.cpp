// The loop, streams and waits on real descriptors. No test measures time: a deadline either lies in the past or far
// away.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <unistd.h>

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "net/connect.hpp"
#include "net/event.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"
#include "os/socket.hpp"

namespace net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

struct Ends {
  os::UniqueFd ours;
  os::UniqueFd theirs;
};

Ends socket_ends() {
  auto pair = os::make_socket_pair(SOCK_STREAM);
  return {std::move(pair->first), std::move(pair->second)};
}

// Runs one task to its end; a task that throws fails the test.
void run(Loop& loop, Task<void> task) {
  spawn(loop, std::move(task), [](std::string_view fault) { ADD_FAILURE() << fault; });
  loop.run();
}

Task<void> read_into(Stream& stream, base::Buffer& into, Deadline deadline, Io& outcome) {
  outcome = co_await stream.read(into, deadline);
}

TEST(Stream, reads_what_is_there_and_sees_the_end) {
  Loop loop;
  auto ends = socket_ends();
  Stream stream(loop, std::move(ends.ours));
  base::Buffer buffer(100);
  Io outcome = Io::lost;
  ASSERT_EQ(::write(ends.theirs.get(), "hello", 5), 5);
  run(loop, read_into(stream, buffer, after(hours(1)), outcome));
  EXPECT_EQ(outcome, Io::done);
  EXPECT_EQ(buffer.view(), "hello");
  EXPECT_EQ(stream.read_now(buffer), std::nullopt);
  ends.theirs.reset();
  EXPECT_EQ(stream.read_present(buffer), Io::end);
}

TEST(Stream, a_read_without_bytes_times_out) {
  Loop loop;
  auto ends = socket_ends();
  Stream stream(loop, std::move(ends.ours));
  base::Buffer buffer(100);
  Io outcome = Io::lost;
  run(loop, read_into(stream, buffer, after(milliseconds(1)), outcome));
  EXPECT_EQ(outcome, Io::timed_out);
}

Task<void> read_twice(Stream& stream, base::Buffer& into, Io& first, Io& second) {
  first = co_await stream.read(into, after(milliseconds(1)));
  second = co_await stream.read(into, after(hours(1)));
}

Task<void> write_later(Loop& loop, int fd) {
  co_await loop.sleep_until(after(milliseconds(20)));
  EXPECT_EQ(::write(fd, "x", 1), 1);
}

TEST(Stream, a_deadline_that_passed_ends_its_own_wait_and_never_the_next_one) {
  Loop loop;
  auto ends = socket_ends();
  Stream stream(loop, std::move(ends.ours));
  base::Buffer buffer(100);
  Io first = Io::lost;
  Io second = Io::lost;
  spawn(loop, read_twice(stream, buffer, first, second), [](std::string_view) {});
  run(loop, write_later(loop, ends.theirs.get()));
  EXPECT_EQ(first, Io::timed_out);
  EXPECT_EQ(second, Io::done);
}

Task<void> write_all(Stream& stream, const std::string& bytes, Io& outcome) {
  outcome = co_await stream.write(bytes, after(hours(1)));
}

Task<void> drain_slowly(Stream& stream, std::size_t expected, std::size_t& seen) {
  base::Buffer buffer(1000);
  while (seen < expected) {
    const Io outcome = co_await stream.read(buffer, after(hours(1)), 1000);
    if (outcome != Io::done) co_return;
    seen += buffer.clear();
  }
}

TEST(Stream, a_slow_reader_slows_the_writer_and_loses_nothing) {
  Loop loop;
  auto ends = socket_ends();
  Stream writer(loop, std::move(ends.ours));
  Stream reader(loop, std::move(ends.theirs));
  const std::string bytes(2'000'000, 'z');
  Io outcome = Io::lost;
  std::size_t seen = 0;
  spawn(loop, write_all(writer, bytes, outcome), [](std::string_view) {});
  run(loop, drain_slowly(reader, bytes.size(), seen));
  EXPECT_EQ(outcome, Io::done);
  EXPECT_EQ(seen, bytes.size());
}

TEST(Stream, SIGPIPE_a_peer_that_went_away_is_a_value_not_a_signal) {
  Loop loop;
  auto ends = socket_ends();
  Stream stream(loop, std::move(ends.ours));
  ends.theirs.reset();
  EXPECT_EQ(stream.write_now("hello"), std::nullopt);
}

TEST(Stream, a_pipe_pair_is_a_stream_and_can_end_its_writing_alone) {
  Loop loop;
  auto there = os::make_pipe();
  auto back = os::make_pipe();
  Stream stream(loop, std::move(back->first), std::move(there->second));
  EXPECT_EQ(stream.write_now("ab"), 2U);
  stream.end_writing();
  char bytes[8] = {};
  EXPECT_EQ(::read(there->first.get(), bytes, sizeof bytes), 2);
  EXPECT_EQ(::read(there->first.get(), bytes, sizeof bytes), 0);
  ASSERT_EQ(::write(back->second.get(), "c", 1), 1);
  base::Buffer buffer(10);
  EXPECT_EQ(stream.read_present(buffer), Io::done);
}

Task<void> read_to_the_end(Stream& stream, base::Buffer& into, Io& outcome) {
  do outcome = co_await stream.read(into, after(hours(1)), 2);
  while (outcome == Io::done);
}

TEST(Stream, reads_a_file_which_the_kernel_does_not_watch) {
  Loop loop;
  os::UniqueFd file(::memfd_create("file", MFD_CLOEXEC));
  ASSERT_EQ(::pwrite(file.get(), "hello", 5, 0), 5);
  Stream stream(loop, std::move(file));
  base::Buffer buffer(100);
  Io outcome = Io::lost;
  run(loop, read_to_the_end(stream, buffer, outcome));
  EXPECT_EQ(outcome, Io::end);
  EXPECT_EQ(buffer.view(), "hello");
}

Task<void> wait_for_either(Waiter& a, Waiter& b, Deadline deadline, int& first) {
  first = co_await wait_readable_either(a, b, deadline);
}

TEST(Waiter, tells_which_of_two_was_readable_first) {
  Loop loop;
  auto one = socket_ends();
  auto two = socket_ends();
  Waiter a(loop, one.ours.get());
  Waiter b(loop, two.ours.get());
  ASSERT_EQ(::write(two.theirs.get(), "x", 1), 1);
  int first = 9;
  run(loop, wait_for_either(a, b, after(hours(1)), first));
  EXPECT_EQ(first, 1);
}

TEST(Waiter, neither_of_two_is_readable_until_the_deadline) {
  Loop loop;
  auto one = socket_ends();
  auto two = socket_ends();
  Waiter a(loop, one.ours.get());
  Waiter b(loop, two.ours.get());
  int first = 9;
  run(loop, wait_for_either(a, b, after(milliseconds(1)), first));
  EXPECT_EQ(first, -1);
}

Task<void> interrupt_soon(Loop& loop, Stream& stream) {
  co_await loop.sleep_until(after(milliseconds(1)));
  stream.interrupt();
}

Task<void> cut_soon(Loop& loop, Stream& stream) {
  co_await loop.sleep_until(Clock::now());
  stream.cut();
}

TEST(Stream, of_two_pipes_can_be_cut_like_a_socket) {
  Loop loop;
  auto there = os::make_pipe();
  auto back = os::make_pipe();
  Stream stream(loop, std::move(back->first), std::move(there->second));
  base::Buffer buffer(10);
  Io outcome = Io::done;
  spawn(loop, cut_soon(loop, stream), [](std::string_view) {});
  run(loop, read_into(stream, buffer, after(hours(1)), outcome));
  EXPECT_EQ(outcome, Io::timed_out);
  ASSERT_EQ(::write(back->second.get(), "c", 1), 1);
  EXPECT_EQ(stream.read_present(buffer), Io::end);
  EXPECT_EQ(stream.write_now("unheard"), std::nullopt);
}

TEST(Stream, an_interrupted_wait_ends_as_timed_out) {
  Loop loop;
  auto ends = socket_ends();
  Stream stream(loop, std::move(ends.ours));
  base::Buffer buffer(100);
  Io outcome = Io::lost;
  spawn(loop, interrupt_soon(loop, stream), [](std::string_view) {});
  run(loop, read_into(stream, buffer, after(hours(1)), outcome));
  EXPECT_EQ(outcome, Io::timed_out);
}

Task<void> wait_for(Event& event, Deadline deadline, bool& set) {
  set = co_await event.wait(deadline);
}

TEST(Event, is_seen_whether_it_was_set_before_or_during_the_wait) {
  Loop loop;
  Event event(loop);
  bool set = false;
  event.set();
  run(loop, wait_for(event, after(hours(1)), set));
  EXPECT_TRUE(set);
}

TEST(Event, that_nobody_sets_times_out) {
  Loop loop;
  Event event(loop);
  bool set = true;
  run(loop, wait_for(event, after(milliseconds(1)), set));
  EXPECT_FALSE(set);
}

Task<void> connect_to(Loop& loop, std::vector<os::SocketAddress> addresses, bool& connected, std::string& fault) {
  const auto socket = co_await connect(loop, addresses, hours(1));
  connected = socket.has_value();
  if (!socket) fault = socket.error().text;
}

Task<void> accept_one(Listener& listener, std::optional<Accepted>& accepted) {
  accepted = co_await listener.accept();
}

bool sends_at_once(int fd) {
  int is_set = 0;
  socklen_t size = sizeof is_set;
  return ::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &is_set, &size) == 0 && is_set != 0;
}

TEST(Listener, takes_a_client_and_stops_when_told) {
  Loop loop;
  auto socket = os::listen_on(*os::SocketAddress::ip("127.0.0.1", 0), {});
  ASSERT_TRUE(socket);
  const auto address = os::local_of(socket->get());
  Listener listener(loop, std::move(*socket));
  std::optional<Accepted> accepted;
  bool connected = false;
  std::string fault;
  spawn(loop, accept_one(listener, accepted), [](std::string_view) {});
  run(loop, connect_to(loop, {address}, connected, fault));
  EXPECT_TRUE(connected) << fault;
  ASSERT_TRUE(accepted);
  EXPECT_TRUE(sends_at_once(accepted->socket.get()));
  listener.stop();
}

TEST(Connect, a_refused_connection_is_told_with_its_address) {
  Loop loop;
  auto socket = os::listen_on(*os::SocketAddress::ip("127.0.0.1", 0), {});
  const auto address = os::local_of(socket->get());
  socket->reset();
  bool connected = true;
  std::string fault;
  run(loop, connect_to(loop, {address}, connected, fault));
  EXPECT_FALSE(connected);
  EXPECT_EQ(fault, address.text() + ": Connection refused");
}

Task<void> disconnect() {
  throw Disconnected{};
  co_return;
}

TEST(Spawn, a_lost_client_ends_its_task_quietly) {
  Loop loop;
  bool told = false;
  spawn(loop, disconnect(), [&](std::string_view) { told = true; });
  loop.run();
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace net
