// The loop itself: who runs when, what is left when it goes, and that news of a descriptor reaches its holder only.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "net/event.hpp"
#include "net/loop.hpp"
#include "net/spawn.hpp"
#include "net/waiter.hpp"
#include "os/fd.hpp"

namespace net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

void start(Loop& loop, Task<void> task) {
  spawn(loop, std::move(task), [](std::string_view fault) { ADD_FAILURE() << fault; });
}

os::FdPair ends() {
  return *os::make_socket_pair(SOCK_STREAM);
}

Task<void> note(std::string& steps, std::string step) {
  steps += step;
  co_return;
}

TEST(Task, begins_when_it_is_awaited_and_not_before) {
  std::string steps;
  { const Task<void> never = note(steps, "never"); }
  EXPECT_EQ(steps, "");
}

Task<int> doubled(int number) {
  co_return 2 * number;
}

Task<void> add_up(int count, int& sum) {
  for (int i = 0; i < count; ++i) sum += co_await doubled(1);
}

TEST(Task, a_hundred_thousand_calls_that_never_wait_need_no_deep_stack) {
  Loop loop;
  int sum = 0;
  start(loop, add_up(100'000, sum));
  loop.run();
  EXPECT_EQ(sum, 200'000);
}

Task<void> ring_a_thousand_times(Event& mine, Event& theirs, int& count) {
  while (count < 1000) {
    (void)co_await mine.wait(after(hours(1)));
    mine.reset();
    ++count;
    theirs.set();
  }
}

TEST(Task, two_that_wake_each_other_need_no_deep_stack) {
  Loop loop;
  Event here(loop);
  Event there(loop);
  int count = 0;
  start(loop, ring_a_thousand_times(here, there, count));
  start(loop, ring_a_thousand_times(there, here, count));
  here.set();
  loop.run();
  EXPECT_GE(count, 1000);
}

Task<void> spawn_between(Loop& loop, std::string& steps) {
  steps += "before ";
  start(loop, note(steps, "inner "));
  steps += "after";
  co_return;
}

TEST(Spawn, runs_at_once_inside_the_loop_and_waits_for_it_outside) {
  Loop loop;
  std::string steps;
  start(loop, spawn_between(loop, steps));
  EXPECT_EQ(steps, "");
  loop.run();
  EXPECT_EQ(steps, "before inner after");
}

Task<void> stop(Loop& loop) {
  loop.stop();
  co_return;
}

Task<void> hold(std::shared_ptr<int> /*held*/, Event& event) {
  (void)co_await event.wait(after(hours(1)));
  ADD_FAILURE() << "nobody set it";
}

TEST(Loop, that_goes_takes_what_its_tasks_hold_with_it) {
  const auto held = std::make_shared<int>(1);
  auto loop = std::make_unique<Loop>();
  auto event = std::make_unique<Event>(*loop);
  start(*loop, hold(held, *event));
  start(*loop, stop(*loop));
  loop->run();
  EXPECT_EQ(held.use_count(), 2);
  loop.reset();
  EXPECT_EQ(held.use_count(), 1);
}

Task<void> wait_on(Event& event, std::optional<bool>& set) {
  set = co_await event.wait(after(hours(1)));
}

Task<void> drop(std::unique_ptr<Event>& event) {
  event.reset();
  co_return;
}

TEST(Event, that_goes_while_somebody_waits_ends_the_wait) {
  Loop loop;
  auto event = std::make_unique<Event>(loop);
  std::optional<bool> set;
  start(loop, wait_on(*event, set));
  start(loop, drop(event));
  loop.run();
  EXPECT_EQ(set, false);
}

Task<void> sleep_for(Loop& loop, milliseconds time, std::string& order, std::string name) {
  co_await loop.sleep_until(after(time));
  order += name;
}

TEST(Loop, deadlines_pass_in_their_order) {
  Loop loop;
  std::string order;
  start(loop, sleep_for(loop, milliseconds(20), order, "c"));
  start(loop, sleep_for(loop, milliseconds(0), order, "a"));
  start(loop, sleep_for(loop, milliseconds(10), order, "b"));
  loop.run();
  EXPECT_EQ(order, "abc");
}

Task<void> wait_once(Waiter& waiter, Direction direction, Deadline deadline, std::optional<Ready>& ready) {
  ready = co_await waiter.wait(direction, deadline);
}

TEST(Waiter, what_was_not_read_is_still_news_to_the_next_wait) {
  Loop loop;
  const auto pair = ends();
  ASSERT_EQ(::write(pair.second.get(), "xy", 2), 2);
  Waiter waiter(loop, pair.first.get());
  for (int i = 0; i < 3; ++i) {
    std::optional<Ready> ready;
    start(loop, wait_once(waiter, Direction::read, after(hours(1)), ready));
    loop.run();
    EXPECT_EQ(ready, Ready::yes);
  }
}

TEST(Waiter, what_was_read_is_no_news_any_more) {
  Loop loop;
  const auto pair = ends();
  ASSERT_EQ(::write(pair.second.get(), "x", 1), 1);
  Waiter waiter(loop, pair.first.get());
  std::optional<Ready> ready;
  start(loop, wait_once(waiter, Direction::read, after(hours(1)), ready));
  loop.run();
  char byte = 0;
  ASSERT_EQ(::read(pair.first.get(), &byte, 1), 1);
  start(loop, wait_once(waiter, Direction::read, after(milliseconds(1)), ready));
  loop.run();
  EXPECT_EQ(ready, Ready::timed_out);
}

TEST(Waiter, a_socket_may_be_waited_for_in_both_directions) {
  Loop loop;
  const auto pair = ends();
  Waiter waiter(loop, pair.first.get());
  std::optional<Ready> readable;
  std::optional<Ready> writable;
  start(loop, wait_once(waiter, Direction::read, after(milliseconds(5)), readable));
  start(loop, wait_once(waiter, Direction::write, after(hours(1)), writable));
  loop.run();
  EXPECT_EQ(readable, Ready::timed_out);
  EXPECT_EQ(writable, Ready::yes);
}

TEST(Waiter, a_file_is_always_ready) {
  Loop loop;
  const os::UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  Waiter waiter(loop, file.get());
  std::optional<Ready> ready;
  start(loop, wait_once(waiter, Direction::read, after(hours(1)), ready));
  loop.run();
  EXPECT_EQ(ready, Ready::yes);
}

// The descriptor lives on in another process; its number is another connection's by now.
TEST(Waiter, news_of_a_connection_handed_away_reaches_nobody_else) {
  Loop loop;
  auto first = ends();
  const auto second = ends();
  const os::UniqueFd elsewhere(::dup(first.first.get()));
  const int number = first.first.get();
  std::optional<Ready> ready;
  {
    Waiter waiter(loop, number);
    start(loop, wait_once(waiter, Direction::read, after(milliseconds(1)), ready));
    loop.run();
  }
  first.first.reset();
  ASSERT_EQ(::dup2(second.first.get(), number), number);
  const os::UniqueFd again(number);
  Waiter waiter(loop, number);
  ASSERT_EQ(::write(first.second.get(), "for the other", 13), 13);
  start(loop, wait_once(waiter, Direction::read, after(milliseconds(5)), ready));
  loop.run();
  EXPECT_EQ(ready, Ready::timed_out);
}

}  // namespace
}  // namespace net
