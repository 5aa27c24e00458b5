// Protocol lists in both syntaxes.
#include <gmock/gmock.h>

#include "postfix/tls_protocols.hpp"

namespace postfix {
namespace {

// "0123" for TLS 1.0 to 1.3.
std::string left(std::string_view list) {
  const auto versions = tls_versions(list);
  if (!versions) return versions.error().text;
  std::string text;
  for (const TlsVersion each : *versions) text += static_cast<char>('0' + static_cast<int>(each));
  return text;
}

TEST(TlsProtocols, exclusions_leave_the_others) {
  EXPECT_EQ(left("!SSLv2, !SSLv3"), "0123");
  EXPECT_EQ(left("!SSLv2:!SSLv3:!TLSv1"), "123");
  EXPECT_EQ(left("!tlsv1 !TLSV1.1"), "23");
  EXPECT_EQ(left("!TLSv1.1"), "023");
  EXPECT_EQ(left("!TLSv1 !TLSv1.1 !TLSv1.2 !TLSv1.3"), "");
}

TEST(TlsProtocols, names_exclude_what_is_not_named) {
  EXPECT_EQ(left("TLSv1.2"), "2");
  EXPECT_EQ(left("TLSv1.2 TLSv1.3"), "23");
  EXPECT_EQ(left("SSLv3, TLSv1"), "0");
  EXPECT_EQ(left("TLSv1 TLSv1.2 !TLSv1"), "2");
}

TEST(TlsProtocols, limits_bound_the_range) {
  EXPECT_EQ(left(">=TLSv1"), "0123");
  EXPECT_EQ(left(">=TLSv1.2"), "23");
  EXPECT_EQ(left(">=TLSv1.1, <=TLSv1.2"), "12");
  EXPECT_EQ(left(">=0303"), "23");
  EXPECT_EQ(left(">=0x0303 <=0304"), "23");
  EXPECT_EQ(left(">=SSLv3"), "0123");
  EXPECT_EQ(left(">=TLSv1 !TLSv1.2"), "013");
  EXPECT_EQ(left(">=TLSv1.3 <=TLSv1.2"), "");
}

TEST(TlsProtocols, an_empty_list_leaves_all) {
  EXPECT_EQ(left(""), "0123");
  EXPECT_EQ(left(" , : "), "0123");
}

TEST(TlsProtocols, a_word_that_is_no_version_is_told_with_the_whole_list) {
  for (const char* bad : {"TLSv1.4", "!SSLv9", ">=TLSv1.9", ">=", "<=99999", "!!TLSv1", "tls", ">=-1", "!"}) {
    EXPECT_EQ(left(bad), std::string("Invalid TLS protocol list \"") + bad + "\"");
  }
}

}  // namespace
}  // namespace postfix
