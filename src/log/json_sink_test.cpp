#include <gtest/gtest.h>

#include "log/json_sink.hpp"

inline namespace ehlock {
namespace log {
namespace {

TEST(JsonSink, log_injection_CWE_117_nothing_ends_the_string_or_the_line) {
  EXPECT_EQ(json_escaped("a\"b\\c\n\x1b\xc3"), "a\\\"b\\\\c\\u000a\\u001b\\u00c3");
}

}  // namespace
}  // namespace log
}  // namespace ehlock
