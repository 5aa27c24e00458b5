// The messages of tlsmgr(8), as Postfix 3.7 was seen to write them.
#include <string>

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "postfix/tlsmgr.hpp"

namespace postfix {
namespace {

using std::string_literals::operator""s;

Attributes list_of(std::string_view bytes) {
  ListReader reader;
  EXPECT_EQ(reader.feed(bytes), bytes.size());
  EXPECT_EQ(reader.state(), ListReader::State::done);
  return reader.take();
}

TEST(Tlsmgr, greets_since_3_6) {
  EXPECT_TRUE(tlsmgr_greets(*Version::parse("3.7.11")));
  EXPECT_FALSE(tlsmgr_greets(*Version::parse("3.5.27")));
  EXPECT_TRUE(is_tlsmgr_greeting(list_of("protocol\0tlsmgr_protocol\0\0"s)));
  EXPECT_FALSE(is_tlsmgr_greeting(list_of("protocol\0tlsproxy_protocol\0\0"s)));
}

TEST(Tlsmgr, asks_for_the_policy) {
  EXPECT_EQ(ask_policy("smtpd"), "request\0policy\0cache_type\0smtpd\0\0"s);
  const auto policy = policy_in(list_of("status\0"s + "0\0cachable\0"s + "1\0timeout\0"s + "3600\0\0"s));
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->cachable);
  EXPECT_EQ(policy->timeout, std::chrono::hours(1));
  EXPECT_FALSE(policy_in(list_of("status\0"s + "4294967294\0cachable\0"s + "0\0timeout\0"s + "0\0\0"s)));
}

TEST(Tlsmgr, looks_sessions_up_and_stores_them) {
  const std::string id = session_cache_id("\x0a\xff", "smtpd", 805306608);
  EXPECT_EQ(id, "0AFF&s=smtpd&l=805306608");
  EXPECT_EQ(ask_session("smtpd", id), "request\0lookup\0cache_type\0smtpd\0cache_id\0"s + id + "\0\0"s);
  EXPECT_EQ(store_session("smtpd", id, "abc"),
            "request\0update\0cache_type\0smtpd\0cache_id\0"s + id + "\0session\0YWJj\0\0"s);
  EXPECT_EQ(session_in(list_of("status\0"s + "0\0session\0YWJj\0\0"s)), "abc");
  EXPECT_FALSE(session_in(list_of("status\0"s + "4294967295\0session\0\0\0"s)));
}

TEST(Tlsmgr, gives_ticket_keys) {
  EXPECT_EQ(ask_ticket_key(""), "request\0tktkey\0keyname\0\0\0"s);
  EXPECT_EQ(ask_ticket_key(std::string(16, '\0')), "request\0tktkey\0keyname\0AAAAAAAAAAAAAAAAAAAAAA==\0\0"s);
  const std::string key = std::string(16, 'n') + std::string(32, 'c') + std::string(32, 'm');
  const std::string expiry("\x10\x27\0\0\0\0\0\0", 8);
  const auto read = ticket_key_in({{"status", "0"}, {"keybuf", base::base64(key + expiry)}});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->material.reveal(), key);
  EXPECT_EQ(read->expiry, 10000);
}

TEST(Tlsmgr, ticket_keys_of_another_form_are_none) {
  EXPECT_FALSE(ticket_key_in({{"status", "0"}, {"keybuf", base::base64(std::string(56, 'k'))}}));
  EXPECT_FALSE(ticket_key_in({{"status", "4294967295"}, {"keybuf", ""}}));
  EXPECT_FALSE(ticket_key_in({{"status", "0"}, {"keybuf", "not base64"}}));
}

}  // namespace
}  // namespace postfix
