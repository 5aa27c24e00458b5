// Counts in shared memory: they survive the processes that count, and what these write is not believed.
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "os/process.hpp"
#include "os/shared_memory.hpp"
#include "session/board.hpp"

namespace session {
namespace {

std::string text_of(const std::vector<Tally>& tallies) {
  std::string text;
  for (const auto& tally : tallies) {
    for (const auto& word : tally.words) text += word + " ";
    text += fmt::format("{}\n", tally.count);
  }
  return text;
}

TEST(Tallies, count_by_all_words_of_a_name) {
  auto& tallies = **os::make_shared<Tallies>();
  tallies.add({"handshakes", ":25", "TLSv1.3"});
  tallies.add({"handshakes", ":25", "TLSv1.2"});
  tallies.add({"handshakes", ":25", "TLSv1.3"});
  tallies.add({"other"});
  EXPECT_EQ(text_of(tallies.of("handshakes")), "handshakes :25 TLSv1.2 1\nhandshakes :25 TLSv1.3 2\n");
  EXPECT_EQ(text_of(tallies.of("hand")), "");
  EXPECT_EQ(tallies.sum("handshakes"), 3U);
  EXPECT_EQ(tallies.sum("handshakes", "TLSv1.3"), 2U);
}

TEST(Tallies, of_processes_that_ended_stay) {
  auto& tallies = **os::make_shared<Tallies>();
  for (int i = 0; i < 3; ++i) {
    const auto pid = os::fork_role([&] { return tallies.add({"x", "y"}), 0; }, true);
    ASSERT_TRUE(pid);
    ASSERT_EQ(::waitpid(*pid, nullptr, 0), *pid);
  }
  EXPECT_EQ(text_of(tallies.of("x")), "x y 3\n");
}

TEST(Tallies, have_an_end_and_say_what_was_lost) {
  auto& tallies = **os::make_shared<Tallies>();
  for (int i = 0; i < 1030; ++i) tallies.add({"n", std::to_string(i)});
  EXPECT_EQ(tallies.of("n").size(), 1024U);
  EXPECT_EQ(tallies.lost(), 6U);
}

TEST(Tallies, threat_38_names_from_another_process_are_cut_and_printable) {
  auto& tallies = **os::make_shared<Tallies>();
  tallies.add({"n", "a\nb" + std::string(300, 'x')});
  const auto read = tallies.of("n");
  ASSERT_EQ(read.size(), 1U);
  EXPECT_THAT(read[0].words[1], testing::StartsWith("a\\x0abxxx"));
  EXPECT_LT(read[0].words[1].size(), 130U);
}

TEST(Board, a_worker_that_is_gone_takes_its_sessions_with_it) {
  auto& board = **os::make_shared<Board>();
  const auto first = board.take_place();
  const auto second = board.take_place();
  EXPECT_NE(first, second);
  board.places.at(first).active += 3;
  board.places.at(second).active += 2;
  EXPECT_EQ(board.active(), 5U);
  EXPECT_EQ(board.workers(), 2U);
  board.give_back(first);
  EXPECT_EQ(board.active(), 2U);
  EXPECT_EQ(board.take_place(), first);
}

TEST(Durations, are_counted_up_to_each_bound) {
  auto& durations = **os::make_shared<Durations>();
  durations.add(std::chrono::microseconds(900));
  durations.add(std::chrono::milliseconds(7));
  durations.add(std::chrono::hours(1));
  EXPECT_EQ(durations.up_to(0), 1U);
  EXPECT_EQ(durations.up_to(2), 1U);
  EXPECT_EQ(durations.up_to(3), 2U);
  EXPECT_EQ(durations.up_to(Durations::bounds_ms.size()), 3U);
}

}  // namespace
}  // namespace session
