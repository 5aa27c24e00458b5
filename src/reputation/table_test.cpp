// The table of one machine: the rules over time, and what happens when it is full.
#include "reputation/table.hpp"

#include <memory>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace reputation {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

constexpr std::int64_t wait = 0;
constexpr std::int64_t came = 1;
constexpr std::int64_t known = 2;
constexpr std::int64_t trusted = 3;

class Tables : public testing::Test {
 protected:
  Tables() {
    settings.greylisting = {seconds(300), seconds(7200), seconds(100'000), 2};
    settings.client_rate = {3, seconds(60)};
    settings.client_errors = {10, seconds(600)};
    settings.patient_keep = seconds(1000);
  }

  Numbers deliver(std::uint32_t now, std::string_view sender = "a@x", std::string_view network = "192.0.2.0/24") {
    return answer(*table, greylisting(settings, {network, sender, "b@y"}), now);
  }
  Numbers arrive(std::uint32_t now) { return answer(*table, arrival(settings, "192.0.2.0/24"), now); }
  Numbers tell(std::uint32_t now, Conduct conduct) {
    return answer(*table, report(settings, "192.0.2.0/24", conduct), now);
  }

  Settings settings;
  std::unique_ptr<Table> table = std::make_unique<Table>();
};

TEST_F(Tables, make_a_new_triplet_wait_and_let_it_pass_when_it_comes_again) {
  EXPECT_THAT(deliver(1000), ElementsAre(wait, 300));
  EXPECT_THAT(deliver(1100), ElementsAre(wait, 200));
  EXPECT_THAT(deliver(1299), ElementsAre(wait, 1));
  EXPECT_THAT(deliver(1300), ElementsAre(came, 300));
  EXPECT_THAT(deliver(1301), ElementsAre(known, 0));
}

TEST_F(Tables, begin_anew_when_the_time_to_come_again_is_over) {
  EXPECT_THAT(deliver(1000), ElementsAre(wait, 300));
  EXPECT_THAT(deliver(8200), ElementsAre(wait, 300));
  EXPECT_THAT(deliver(8500), ElementsAre(came, 300));
}

TEST_F(Tables, forget_a_triplet_that_is_not_used_and_keep_one_that_is) {
  (void)deliver(1000);
  EXPECT_THAT(deliver(1300), ElementsAre(came, 300));
  EXPECT_THAT(deliver(101'299), ElementsAre(known, 0));
  EXPECT_THAT(deliver(201'298), ElementsAre(known, 0));
  EXPECT_THAT(deliver(301'298), ElementsAre(wait, 300));
}

TEST_F(Tables, trust_a_network_of_which_enough_came_again_and_no_other) {
  (void)deliver(1000, "a@x");
  (void)deliver(1000, "b@x");
  (void)deliver(1300, "a@x");
  EXPECT_THAT(deliver(1300, "c@x"), ElementsAre(wait, 300));
  EXPECT_THAT(deliver(1300, "b@x"), ElementsAre(came, 300));
  EXPECT_THAT(deliver(1300, "d@x"), ElementsAre(trusted, 0));
  EXPECT_THAT(deliver(1300, "d@x", "198.51.100.0/24"), ElementsAre(wait, 300));
  EXPECT_THAT(deliver(101'299, "e@x"), ElementsAre(trusted, 0));
  EXPECT_THAT(deliver(201'299, "f@x"), ElementsAre(wait, 300));
}

TEST_F(Tables, trust_no_network_where_that_is_switched_off) {
  settings.greylisting.pass_after = 0;
  for (const std::string sender : {"a@x", "b@x", "c@x"}) (void)deliver(1000, sender);
  for (const std::string sender : {"a@x", "b@x", "c@x"}) EXPECT_THAT(deliver(1300, sender), ElementsAre(came, 300));
  EXPECT_THAT(deliver(1301, "d@x"), ElementsAre(wait, 300));
}

TEST_F(Tables, count_arrivals_within_a_period_that_the_first_one_begins) {
  EXPECT_THAT(arrive(1000), ElementsAre(1, 0, 0));
  EXPECT_THAT(arrive(1059), ElementsAre(2, 0, 0));
  EXPECT_THAT(arrive(1060), ElementsAre(1, 0, 0));
}

TEST_F(Tables, count_errors_and_remember_patience) {
  EXPECT_THAT(tell(1000, {4, false}), ElementsAre(4));
  EXPECT_THAT(tell(1500, {5, true}), ElementsAre(9));
  EXPECT_THAT(arrive(1599), ElementsAre(1, 9, 1));
  EXPECT_THAT(arrive(1600), ElementsAre(2, 0, 1));
  EXPECT_THAT(arrive(2500), ElementsAre(1, 0, 0));
  EXPECT_THAT(tell(2500, {0, false}), ElementsAre(0));
}

TEST_F(Tables, that_are_flooded_with_new_triplets_keep_who_is_known) {
  (void)deliver(1000, "friend@x");
  EXPECT_THAT(deliver(1300, "friend@x"), ElementsAre(came, 300));
  for (auto& bucket : table->slots) {
    for (Table::Slot& slot : bucket) {
      if (slot.name == 0) slot = {2, 8500ULL << 32U};  // triplets that came once, at 1300
    }
  }
  constexpr int many = 65'536;
  for (int i = 0; i < many; ++i) {
    // Networks, not senders: their numbers count as one.
    (void)answer(*table, greylisting(settings, {fmt::to_string(i), "spam@x", "b@y"}), 1301);
  }
  EXPECT_THAT(deliver(1400, "friend@x"), ElementsAre(known, 0));
}

TEST_F(Tables, last_until_the_clock_of_32_bits_ends) {
  constexpr std::uint32_t late = 4'294'000'000;
  EXPECT_THAT(deliver(late), ElementsAre(wait, 300));
  EXPECT_THAT(deliver(late + 300), ElementsAre(came, 300));
}

}  // namespace
}  // namespace reputation
