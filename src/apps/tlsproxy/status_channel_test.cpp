#include <gtest/gtest.h>

#include "apps/tlsproxy/status_channel.hpp"
#include "base/text.hpp"

namespace app {
namespace {

TEST(StatusChannel, says_what_the_original_was_seen_to_say) {
  EXPECT_EQ(base::hex(status_message(24432, generation_number("322"), 0)), "705f0000d200000000000000");
  EXPECT_EQ(base::hex(status_message(24432, generation_number("322"), 1)), "705f0000d200000001000000");
}

TEST(StatusChannel, reads_the_generation_as_octal) {
  EXPECT_EQ(generation_number("322"), 210U);
  EXPECT_EQ(generation_number("9"), 0U);
  EXPECT_EQ(generation_number(""), 0U);
}

}  // namespace
}  // namespace app
