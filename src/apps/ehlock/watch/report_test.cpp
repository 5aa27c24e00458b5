// What the admin socket says and what is made of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <algorithm>

#include "apps/ehlock/watch/report.hpp"
#include "session/roster.hpp"

namespace app {
namespace {

using testing::HasSubstr;

constexpr std::int64_t now = 1'700'000'000;
constexpr std::int64_t day = 86'400;

Report sample() {
  Report report;
  report.facts = {{"version", "1.0"}, {"state", "serving"}, {"unready", ""}, {"backend", "127.0.0.1:25"}};
  report.numbers = {{"pid", 7}, {"started", now - 3700}, {"active", 3}};
  report.listeners = {":25"};
  report.certificates = {{"mx.example", "0a", now + 20 * day, "/etc/x.pem"}};
  report.tallies = {{"handshakes", {{"listener", ":25"}, {"version", "TLSv1.2"}}, 5},
                    {"handshakes", {{"listener", ":25"}, {"version", "TLSv1.3"}}, 7},
                    {"handshakes", {{"listener", ":465"}, {"version", "TLSv1.3"}}, 1}};
  return report;
}

TEST(Report, comes_back_as_it_was) {
  const Report back = report_of(decode_rows(encode(rows_of(sample()))));
  EXPECT_EQ(json_of(back, now), json_of(sample(), now));
  EXPECT_EQ(back.numbers.at("started"), now - 3700);
}

TEST(Report, rows_that_are_not_understood_are_left_out) {
  const Report report = report_of(decode_rows("later\tx\nfact\tstate\n\ntally\nnumber\ta\tb\ncertificate\t1\n"));
  EXPECT_TRUE(report.facts.empty() && report.tallies.empty() && report.certificates.empty());
  EXPECT_EQ(report.numbers.at("a"), 0);
}

TEST(Report, threat_38_a_word_cannot_make_a_row_or_a_column) {
  EXPECT_EQ(encode({{"fact", "a\tb", "c\nd"}}), "fact\ta\\x09b\tc\\x0ad\n");
}

TEST(Report, as_json_has_counts_by_their_labels) {
  EXPECT_THAT(json_of(sample(), now),
              HasSubstr(R"("counts":{"handshakes":[{"listener":":25","version":"TLSv1.2","count":5},)"));
  EXPECT_THAT(json_of(sample(), now), HasSubstr(R"("not_after":1701728000,"days_left":20,)"));
}

TEST(Report, as_text_sums_up_and_sorts) {
  const std::string text = text_of(sample(), now);
  EXPECT_THAT(text, HasSubstr("13: TLSv1.3 8, TLSv1.2 5\n"));
  EXPECT_THAT(text, HasSubstr("ready, up 1h 1m (process 7)"));
  EXPECT_THAT(text, HasSubstr("mx.example  20 days left  (serial 0a, /etc/x.pem)"));
}

TEST(Report, rates_are_what_came_since_the_one_before) {
  Report later = sample();
  later.tallies.front().count += 10;
  EXPECT_THAT(rates_text(later, sample(), 2.0), HasSubstr(" 5.0 handshakes, 0.0 failed"));
}

TEST(Report, numbers_beyond_all_time_are_bounded) {
  const Report report = report_of({{"certificate", "mail.example", "0A", "-9223372036854775808", "f"},
                                   {"number", "started", "9223372036854775807"}});
  EXPECT_EQ(status_of(report, 1'800'000'000), 2);
  EXPECT_THAT(text_of(report, 1'800'000'000), HasSubstr("HAS EXPIRED"));
}

TEST(Report, its_status_is_the_worst_of_readiness_and_certificates) {
  Report report = sample();
  EXPECT_EQ(status_of(report, now), 0);
  EXPECT_EQ(status_of(report, now + 7 * day), 1);
  EXPECT_EQ(status_of(report, now + 20 * day), 2);
  report.facts["unready"] = "draining";
  EXPECT_EQ(status_of(report, now), 2);
}

TEST(Roster, lists_sessions_while_they_last_and_forgets_what_does_not_fit) {
  const auto roster = std::make_unique<session::Roster>();
  {
    const session::Roster::Entry one(*roster, "3f9a0c11", "unknown[192.0.2.1]:7", ":25");
    const session::Roster::Entry two(*roster, "3f9a0c12", std::string(100, 'x'), "a\nb");
    const auto all = roster->sessions();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].session, "3f9a0c11");
    EXPECT_EQ(all[1].client.size(), 59U);
    EXPECT_EQ(all[1].listener, "a\\x0ab");
  }
  EXPECT_TRUE(roster->sessions().empty());
  std::vector<std::unique_ptr<session::Roster::Entry>> many;
  for (int i = 0; i < 1030; ++i) many.push_back(std::make_unique<session::Roster::Entry>(*roster, "i", "c", "l"));
  EXPECT_EQ(roster->sessions().size(), 1024U);
  many.resize(1000);
  EXPECT_EQ(roster->sessions().size(), 1000U);
  for (int i = 0; i < 30; ++i) many.push_back(std::make_unique<session::Roster::Entry>(*roster, "later", "c", "l"));
  const auto full = roster->sessions();
  EXPECT_EQ(full.size(), 1024U);
  EXPECT_EQ(std::count_if(full.begin(), full.end(), [](const auto& each) { return each.session == "later"; }), 24);
}

}  // namespace
}  // namespace app
