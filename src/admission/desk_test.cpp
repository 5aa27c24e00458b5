// Counting over several workers, refusing, giving back. The clock is the test's.

#include "admission/desk.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace admission {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time start{seconds(1000)};

// Two workers of one service.
struct Service {
  explicit Service(const Settings& wanted) : settings(wanted) { ledger->key = {1, 2}; }

  std::unique_ptr<Ledger> ledger = std::make_unique<Ledger>();
  Settings settings;
  std::optional<OpenAccount> first_account = OpenAccount::open(*ledger);
  std::optional<OpenAccount> second_account = OpenAccount::open(*ledger);
  Desk first{*ledger, first_account->number(), settings};
  Desk second{*ledger, second_account->number(), settings};
};

Settings settings_of(std::size_t connections, std::size_t client_connections) {
  Settings settings;
  settings.connections = connections;
  settings.client_connections = client_connections;
  return settings;
}

Settings rated(std::size_t count, seconds period) {
  Settings settings = settings_of(0, 0);
  settings.client_rate = {count, period};
  return settings;
}

TEST(KeyedHash, is_SipHash) {
  const HashKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::string bytes;
  EXPECT_EQ(keyed_hash(key, bytes), 0x726fdb47dd0e0e31U);
  for (char c = 0; c < 15; ++c) bytes += c;
  EXPECT_EQ(keyed_hash(key, bytes), 0xa129ca6149be45e5U);
}

TEST(KeyedHash, differs_with_its_key) {
  EXPECT_NE(keyed_hash({1, 2}, "192.0.2.1/32"), keyed_hash({1, 3}, "192.0.2.1/32"));
}

TEST(Ledger, has_the_size_the_documents_name) {
  EXPECT_EQ(sizeof(Account), 128U * 1024 + 12);
  EXPECT_LT(sizeof(Ledger), 65U * 1024 * 1024);
}

TEST(Ledger, opens_each_account_once) {
  const auto ledger = std::make_unique<Ledger>();
  std::vector<std::optional<OpenAccount>> accounts;
  for (std::size_t i = 0; i < most_accounts; ++i) {
    accounts.push_back(OpenAccount::open(*ledger));
    ASSERT_TRUE(accounts.back());
    ASSERT_EQ(accounts.back()->number(), i);
  }
  EXPECT_FALSE(OpenAccount::open(*ledger));
  accounts[7].reset();
  EXPECT_EQ(OpenAccount::open(*ledger)->number(), 7U);
}

TEST(Ledger, looks_no_further_than_the_last_open_account) {
  const auto ledger = std::make_unique<Ledger>();
  const auto first = OpenAccount::open(*ledger);
  auto second = OpenAccount::open(*ledger);
  auto third = OpenAccount::open(*ledger);
  second.reset();
  EXPECT_EQ(ledger->accounts_in_use, 3U);
  third.reset();
  EXPECT_EQ(ledger->accounts_in_use, 1U);
}

TEST(Ledger, an_account_that_was_moved_is_closed_once) {
  const auto ledger = std::make_unique<Ledger>();
  auto first = OpenAccount::open(*ledger);
  auto second = OpenAccount::open(*ledger);
  *first = std::move(*second);
  second.reset();
  EXPECT_EQ(ledger->accounts[0].open, 0U);
  EXPECT_EQ(ledger->accounts[1].open, 1U);
}

TEST(Desk, threat_25_connections_of_all_workers_count_together) {
  Service service(settings_of(2, 0));
  Visit one(service.first);
  Visit two(service.second);
  EXPECT_FALSE(one.enter(start));
  EXPECT_FALSE(two.enter(start));
  Visit three(service.first);
  const auto refused = three.enter(start);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->limit, Limit::connections);
  EXPECT_EQ(refused->count, 3U);
}

TEST(Desk, threat_25_connections_of_a_network_count_over_all_workers) {
  Service service(settings_of(0, 2));
  Visit one(service.first);
  Visit two(service.second);
  Visit three(service.second);
  EXPECT_FALSE(one.identify("192.0.2.1/32", start));
  EXPECT_FALSE(two.identify("192.0.2.1/32", start));
  const auto refused = three.identify("192.0.2.1/32", start);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->limit, Limit::client_connections);
  EXPECT_EQ(refused->count, 3U);
  Visit other(service.first);
  EXPECT_FALSE(other.identify("192.0.2.2/32", start));
}

TEST(Desk, what_goes_is_given_back) {
  Service service(settings_of(1, 1));
  for (int i = 0; i < 5; ++i) {
    Visit visit(service.first);
    EXPECT_FALSE(visit.enter(start));
    EXPECT_FALSE(visit.identify("192.0.2.1/32", start));
  }
}

TEST(Desk, what_was_refused_is_given_back_too) {
  Service service(settings_of(0, 1));
  Visit held(service.first);
  EXPECT_FALSE(held.identify("192.0.2.1/32", start));
  for (int i = 0; i < 5; ++i) {
    Visit refused(service.first);
    EXPECT_EQ(refused.identify("192.0.2.1/32", start)->count, 2U);
  }
}

TEST(Desk, a_dead_worker_gives_back_what_it_held) {
  Service service(settings_of(1, 1));
  Visit lost(service.first);  // that it ends after its account was closed matters to nobody here
  EXPECT_FALSE(lost.enter(start));
  EXPECT_FALSE(lost.identify("192.0.2.1/32", start));
  EXPECT_FALSE(lost.begin_handshake(start));
  service.first_account.reset();
  Visit next(service.second);
  EXPECT_FALSE(next.enter(start));
  EXPECT_FALSE(next.identify("192.0.2.1/32", start));
}

TEST(Desk, zero_is_no_limit) {
  Settings settings = settings_of(0, 0);
  settings.handshakes = 0;
  Service service(settings);
  std::vector<std::unique_ptr<Visit>> visits;
  for (int i = 0; i < 100; ++i) {
    visits.push_back(std::make_unique<Visit>(service.first));
    EXPECT_FALSE(visits.back()->enter(start));
    EXPECT_FALSE(visits.back()->identify("192.0.2.1/32", start));
    EXPECT_FALSE(visits.back()->begin_handshake(start));
  }
}

TEST(Desk, threat_26_handshakes_of_all_workers_count_together) {
  Settings settings = settings_of(0, 0);
  settings.handshakes = 1;
  Service service(settings);
  Visit one(service.first);
  Visit two(service.second);
  EXPECT_FALSE(one.begin_handshake(start));
  EXPECT_FALSE(one.begin_handshake(start)) << "of one connection there is one";
  EXPECT_EQ(two.begin_handshake(start)->limit, Limit::handshakes);
  one.end_handshake();
  EXPECT_FALSE(two.begin_handshake(start));
}

TEST(Rate, so_many_at_once_and_one_more_each_step) {
  Service service(rated(3, seconds(60)));
  const auto opens = [&](Time now) { return !Visit(service.first).identify("192.0.2.1/32", now); };
  EXPECT_TRUE(opens(start));
  EXPECT_TRUE(opens(start));
  EXPECT_TRUE(opens(start));
  EXPECT_FALSE(opens(start));
  EXPECT_FALSE(opens(start + seconds(19)));
  EXPECT_TRUE(opens(start + seconds(20)));
  EXPECT_FALSE(opens(start + seconds(21)));
  EXPECT_TRUE(opens(start + seconds(600)));
}

TEST(Rate, is_of_all_workers_and_survives_them) {
  Service service(rated(2, seconds(60)));
  EXPECT_FALSE(Visit(service.first).identify("192.0.2.1/32", start));
  EXPECT_FALSE(Visit(service.second).identify("192.0.2.1/32", start));
  service.first_account.reset();
  const auto refused = Visit(service.second).identify("192.0.2.1/32", start);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->limit, Limit::client_rate);
  EXPECT_EQ(refused->count, 3U);
}

TEST(Rate, what_was_refused_does_not_lengthen_the_wait) {
  Service service(rated(1, seconds(60)));
  EXPECT_FALSE(Visit(service.first).identify("192.0.2.1/32", start));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(Visit(service.first).identify("192.0.2.1/32", start + milliseconds(i)));
  }
  EXPECT_FALSE(Visit(service.first).identify("192.0.2.1/32", start + seconds(60)));
}

TEST(Rate, of_many_networks_is_kept_apart) {
  Service service(rated(2, seconds(60)));
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string network = std::to_string(i);
    for (int j = 0; j < 2; ++j) refused += Visit(service.first).identify(network, start) ? 1 : 0;
  }
  EXPECT_LT(refused, 400) << "4000 networks at their limit in 8192 columns of four rows";
}

TEST(Rate, threat_38_lines_about_one_network_come_once_a_second) {
  Service service(rated(1, seconds(3600)));
  (void)Visit(service.first).identify("192.0.2.1/32", start);
  EXPECT_TRUE(Visit(service.first).identify("192.0.2.1/32", start)->worth_line);
  EXPECT_FALSE(Visit(service.first).identify("192.0.2.1/32", start + milliseconds(999))->worth_line);
  EXPECT_TRUE(Visit(service.first).identify("192.0.2.1/32", start + milliseconds(1000))->worth_line);
}

TEST(Collisions, threat_25_a_flood_from_everywhere_does_not_shut_a_quiet_network_out) {
  // As many connections as may be, from 400 networks at their limit.
  Service service(settings_of(0, 50));
  std::vector<std::unique_ptr<Visit>> flood;
  for (int i = 0; i < 20000; ++i) {
    flood.push_back(std::make_unique<Visit>(service.first));
    (void)flood.back()->identify(std::to_string(i % 400), start);
  }
  int refused = 0;
  for (int i = 0; i < 10000; ++i)
    refused += Visit(service.second).identify("quiet " + std::to_string(i), start) ? 1 : 0;
  EXPECT_LE(refused, 3);
}

TEST(Limit, is_named_as_its_setting) {
  Settings settings;
  settings.client_rate = {30, seconds(60)};
  EXPECT_EQ(text_of(Limit::connections, settings), "max.connections = 20000");
  EXPECT_EQ(text_of(Limit::client_connections, settings), "max.client_connections = 50");
  EXPECT_EQ(text_of(Limit::client_rate, settings), "max.client_rate = 30/60s");
  EXPECT_EQ(text_of(Limit::handshakes, settings), "max.handshakes = 1000");
}

}  // namespace
}  // namespace admission
