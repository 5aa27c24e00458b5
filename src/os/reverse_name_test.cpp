// Names of addresses: what may be one, and that whatever goes wrong is "unknown".

#include "os/reverse_name.hpp"

#include <string>

#include <gtest/gtest.h>

namespace os {
namespace {

TEST(HostName, has_labels_of_letters_digits_and_hyphens) {
  for (const char* name : {"localhost", "mail.example.org", "a-b.example.", "xn--bcher-kva.example", "_dmarc.example",
                           "3com.com", "1.2.3.4.example"}) {
    EXPECT_TRUE(is_host_name(name)) << name;
  }
}

TEST(HostName, threat_38_refuses_what_would_puzzle_logs_and_commands) {
  const std::string long_label(64, 'a');
  std::string long_name;
  for (int i = 0; i < 130; ++i) long_name += "a.";
  for (const std::string& name :
       {std::string(), std::string("."), std::string("a..b"), std::string("a b"), std::string("a\nb"),
        std::string("a]b"), std::string("-a.example"), std::string("a-.example"), std::string("\xc3\xa4.example"),
        std::string("a\0b", 3), long_label, long_name + "example"}) {
    EXPECT_FALSE(is_host_name(name)) << name;
  }
}

TEST(HostName, no_address_is_one) {
  for (const char* name : {"192.0.2.1", "2001:db8::1", "a.1", "1"}) EXPECT_FALSE(is_host_name(name)) << name;
}

TEST(ReverseName, of_a_unix_socket_is_unknown) {
  const auto name = look_up_name(*SocketAddress::unix_path("/x"));
  EXPECT_EQ(name.verified, "unknown");
  EXPECT_EQ(name.claimed, "unknown");
}

}  // namespace
}  // namespace os
