// Tasks of their own that fail, are begun again, or end with their owner.
#include "net/spawn.hpp"

#include <memory>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "net/event.hpp"

namespace net {
namespace {

using std::chrono::hours;

void broken(std::string_view fault) {
  ADD_FAILURE() << fault;
}

Task<void> without_memory(int& begun, int failures) {
  if (++begun <= failures) throw std::bad_alloc();
  co_return;
}

TEST(Spawn, an_exception_is_told_and_ends_the_task_only) {
  Loop loop;
  int begun = 0;
  std::string told;
  spawn(loop, without_memory(begun, 1), [&told](std::string_view fault) { told = fault; });
  loop.run();
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(told, std::bad_alloc().what());
}

TEST(Keep, what_fails_is_begun_again_until_it_ends_by_itself) {
  Loop loop;
  int begun = 0;
  int told = 0;
  keep(
      loop, [&begun] { return without_memory(begun, 2); }, [&told](std::string_view) { ++told; });
  loop.run();
  EXPECT_EQ(begun, 3);
  EXPECT_EQ(told, 2);
}

Task<void> hold(std::shared_ptr<int> /*held*/, Event& event, int& finished) {
  (void)co_await event.wait(after(hours(1)));
  ++finished;
}

Task<void> own_for_a_turn(Loop& loop, std::shared_ptr<int> held, Event& event, int& finished) {
  Aside aside;
  aside.begin(loop, hold(std::move(held), event, finished), broken);
  co_await loop.sleep_until(Clock::now());
}

TEST(Aside, ends_with_its_owner_wherever_it_stands) {
  Loop loop;
  Event event(loop);
  int finished = 0;
  const auto held = std::make_shared<int>(1);
  spawn(loop, own_for_a_turn(loop, held, event, finished), broken);
  loop.run();
  EXPECT_EQ(finished, 0);
  EXPECT_EQ(held.use_count(), 1);
  event.set();
}

Task<void> wake_and_end(Loop& loop, std::shared_ptr<int> held, int& finished) {
  Event event(loop);
  Aside first;
  Aside second;
  first.begin(loop, hold(held, event, finished), broken);
  second.begin(loop, hold(std::move(held), event, finished), broken);
  event.set();  // both go on in the next round, which they do not live to see
  co_return;
}

TEST(Aside, whose_turn_has_come_does_not_go_on_after_its_owner) {
  Loop loop;
  int finished = 0;
  const auto held = std::make_shared<int>(1);
  spawn(loop, wake_and_end(loop, held, finished), broken);
  loop.run();
  EXPECT_EQ(finished, 0);
  EXPECT_EQ(held.use_count(), 1);
}

Task<void> fail_beside(Loop& loop, std::string& told) {
  Aside aside;
  int begun = 0;
  aside.begin(loop, without_memory(begun, 1), [&told](std::string_view fault) { told = fault; });
  aside.begin(loop, without_memory(begun, 1), broken);
  co_await loop.sleep_until(Clock::now());
}

TEST(Aside, that_fails_tells_its_owner_and_makes_room_for_another) {
  Loop loop;
  std::string told;
  spawn(loop, fail_beside(loop, told), broken);
  loop.run();
  EXPECT_EQ(told, std::bad_alloc().what());
}

Task<void> wait_with(Loop& loop, std::shared_ptr<int> held, Event& event, int& finished) {
  Aside aside;
  aside.begin(loop, hold(std::move(held), event, finished), broken);
  (void)co_await event.wait(after(hours(1)));
}

Task<void> stop(Loop& loop) {
  loop.stop();
  co_return;
}

TEST(Aside, goes_with_the_loop) {
  auto loop = std::make_unique<Loop>();
  auto event = std::make_unique<Event>(*loop);
  int finished = 0;
  const auto held = std::make_shared<int>(1);
  spawn(*loop, wait_with(*loop, held, *event, finished), broken);
  spawn(*loop, stop(*loop), broken);
  loop->run();
  EXPECT_EQ(held.use_count(), 2);
  loop.reset();
  EXPECT_EQ(finished, 0);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace net
