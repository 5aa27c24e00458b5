#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/tlsproxy/child_options.hpp"

namespace app {
namespace {

using testing::ElementsAre;

std::string fault_of(const std::vector<std::string>& words) {
  const auto read = read_child_options(words, "tlsproxy");
  return read ? "" : read.error().text;
}

TEST(ChildOptions, takes_what_master_sends) {
  const auto read = read_child_options({"-z", "-n", "tlsproxy2", "-t", "unix", "-u", "-c"}, "ehlock-tlsproxy");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->service, "tlsproxy2");
  EXPECT_FALSE(read->one_session);
}

TEST(ChildOptions, keeps_overrides_in_their_order) {
  const auto read = read_child_options({"-zvvt", "unix", "-o", "a = b", "-m", "5", "-i", "3s", "-r", "2h"}, "tlsproxy");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_THAT(read->overrides, ElementsAre("a = b", "max_use=5", "max_idle=3s"));
  EXPECT_EQ(read->retire, std::chrono::hours(2));
  EXPECT_EQ(read->verbosity, 2);
  EXPECT_EQ(read->service, "tlsproxy");
}

TEST(ChildOptions, refuses_in_postfix_words) {
  EXPECT_EQ(fault_of({"-t", "unix"}), "service tlsproxy requires a process limit of 0");
  EXPECT_EQ(fault_of({"-z"}), "no transport type specified");
  EXPECT_EQ(fault_of({"-Q", "-z", "-t", "unix"}), "invalid option: Q");
  EXPECT_EQ(fault_of({"-z", "-t", "foo"}), "unsupported transport type: foo");
  EXPECT_EQ(fault_of({"-z", "-t", "unix", "-s", "x"}), "invalid socket_count: x");
  EXPECT_EQ(fault_of({"-z", "-t", "unix", "-o", "foo"}),
            "invalid \"-o foo\" option value: missing '=' after attribute name");
  EXPECT_EQ(fault_of({"-z", "-t", "unix", "foo"}), "unexpected command-line argument: foo");
}

}  // namespace
}  // namespace app
