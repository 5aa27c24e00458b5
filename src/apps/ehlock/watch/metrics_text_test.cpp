// The exporter's words, and when it says that the service is not ready.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/ehlock/watch/metrics_text.hpp"
#include "os/shared_memory.hpp"

namespace app {
namespace {

using std::chrono::hours;
using std::chrono::system_clock;
using testing::HasSubstr;

class MetricsTest : public testing::Test {
 protected:
  session::Board& board_ = **os::make_shared<session::Board>();
  Watched watched_{&board_, {{"mx.example", "0a1b", system_clock::now() + hours(1)}}};
};

TEST_F(MetricsTest, have_a_line_for_each_combination_of_labels) {
  board_.tallies.add({"handshakes", "[::]:25", "TLSv1.3", "false"});
  board_.tallies.add({"failures", "[::]:25", "no_shared_version"});
  const std::string text = metrics_text(watched_);
  EXPECT_THAT(text,
              HasSubstr("# TYPE ehlock_tls_handshakes_total counter\n"
                        R"(ehlock_tls_handshakes_total{listener="[::]:25",version="TLSv1.3",resumed="false"} 1)"));
  EXPECT_THAT(text,
              HasSubstr(R"(ehlock_tls_handshake_failures_total{listener="[::]:25",reason="no_shared_version"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(ehlock_certificate_not_after_seconds{name="mx.example",serial="0a1b"} )"));
  EXPECT_THAT(text, HasSubstr("ehlock_tls_handshake_duration_seconds_bucket{le=\"+Inf\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("ehlock_build_info{version=\""));
}

TEST_F(MetricsTest, a_label_ends_where_it_should) {
  EXPECT_EQ(label("a", "x\"y\\z\n"), R"(a="x\"y\\z ")");
}

TEST_F(MetricsTest, a_service_is_ready_with_a_worker_a_certificate_and_a_backend) {
  EXPECT_EQ(unready_because(watched_), "no worker runs");
  (void)board_.take_place();
  EXPECT_EQ(unready_because(watched_), "");
  board_.backend_missed = session::seconds_now();
  EXPECT_EQ(unready_because(watched_), "the backend could not be reached");
  board_.backend_missed = session::seconds_now() - 31;
  EXPECT_EQ(unready_because(watched_), "");
  watched_.certificates.front().not_after = system_clock::now() - hours(1);
  EXPECT_EQ(unready_because(watched_), "every certificate has expired");
  board_.draining = true;
  EXPECT_EQ(unready_because(watched_), "draining");
}

}  // namespace
}  // namespace app
