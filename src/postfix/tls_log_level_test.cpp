// Levels as sets of topics.
#include <gmock/gmock.h>

#include "postfix/tls_log_level.hpp"

namespace postfix {
namespace {

// A letter for each topic.
std::string topics(std::string_view value) {
  const auto found = tls_topics("tlsproxy_tls_loglevel", value);
  if (!found) return found.error().text;
  std::string text;
  if (found->summary) text += 's';
  if (found->untrusted) text += 'u';
  if (found->peer_certificate) text += 'p';
  if (found->verbose) text += 'v';
  if (found->cache) text += 'c';
  if (found->handshake_dump) text += 'h';
  if (found->session_dump) text += 'a';
  return text;
}

TEST(TlsLogLevel, numbers_and_their_names) {
  EXPECT_EQ(topics("0"), "");
  EXPECT_EQ(topics("none"), "");
  EXPECT_EQ(topics(""), "");
  EXPECT_EQ(topics("1"), "s");
  EXPECT_EQ(topics("Routine"), "s");
  EXPECT_EQ(topics("2"), "supvc");
  EXPECT_EQ(topics("debug"), "supvc");
  EXPECT_EQ(topics("3"), "supvch");
  EXPECT_EQ(topics("4"), "supvcha");
  EXPECT_EQ(topics("9"), "supvcha");
}

TEST(TlsLogLevel, single_topics_add_up) {
  EXPECT_EQ(topics("summary, untrusted"), "su");
  EXPECT_EQ(topics("routine cache"), "sc");
  EXPECT_EQ(topics("summary,ssl-handshake-packet-dump"), "sh");
}

TEST(TlsLogLevel, a_word_that_is_none_is_told) {
  EXPECT_EQ(topics("foo"), "unknown tlsproxy_tls_loglevel value \"foo\" in \"foo\"");
  EXPECT_EQ(topics("12"), "unknown tlsproxy_tls_loglevel value \"12\" in \"12\"");
  EXPECT_EQ(topics("summary, 1x"), "unknown tlsproxy_tls_loglevel value \"1x\" in \"summary, 1x\"");
}

}  // namespace
}  // namespace postfix
