// Attribute lists: octets in, values out, and lists that do not end.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postfix/attr.hpp"

namespace postfix {
namespace {

using State = ListReader::State;
using testing::ElementsAre;
using std::string_literals::operator""s;

Attributes read(std::string_view bytes) {
  ListReader reader;
  EXPECT_EQ(reader.feed(bytes), bytes.size());
  EXPECT_EQ(reader.state(), State::done);
  return reader.take();
}

TEST(Attributes, are_written_as_recorded) {
  EXPECT_EQ(encode(Attributes{{"protocol", "tlsproxy_protocol"}}), "protocol\0tlsproxy_protocol\0\0"s);
  EXPECT_EQ(encode(Attributes{{"request", "seed"}, {"size", "32"}}),
            "request\0seed\0size\0"
            "32\0\0"s);
  EXPECT_EQ(encode(Attributes{{"request", "tktkey"}, {"keyname", ""}}), "request\0tktkey\0keyname\0\0\0"s);
  EXPECT_EQ(encode(Attributes{}), "\0"s);
}

TEST(Attributes, are_read_as_recorded) {
  EXPECT_THAT(read("status\0"
                   "0\0cachable\0"
                   "1\0timeout\0"
                   "3600\0\0"s),
              ElementsAre(Attribute{"status", "0"}, Attribute{"cachable", "1"}, Attribute{"timeout", "3600"}));
  EXPECT_THAT(read("status\0"
                   "4294967295\0session\0\0\0"s),
              ElementsAre(Attribute{"status", "4294967295"}, Attribute{"session", ""}));
  EXPECT_TRUE(read("\0"s).empty());
}

TEST(Attributes, torn_at_every_byte_read_the_same) {
  const Attributes list = {{"a", "1"}, {"empty", ""}, {"b", "two words\n"}, {"a", "again"}};
  const std::string bytes = encode(list);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    ListReader reader;
    EXPECT_EQ(reader.feed(bytes.substr(0, cut)), cut);
    EXPECT_EQ(reader.state(), cut < bytes.size() ? State::need_more : State::done);
    reader.feed(bytes.substr(cut));
    ASSERT_EQ(reader.state(), State::done);
    EXPECT_EQ(reader.take(), list);
  }
}

TEST(Attributes, nothing_behind_the_end_is_taken_and_the_next_list_can_be_read) {
  ListReader reader;
  EXPECT_EQ(reader.feed("a\0b\0\0c\0d\0\0"s), 5U);
  EXPECT_EQ(reader.feed("c\0d\0\0"s), 0U);
  EXPECT_THAT(reader.take(), ElementsAre(Attribute{"a", "b"}));
  EXPECT_EQ(reader.state(), State::need_more);
  EXPECT_EQ(reader.feed("c\0d\0\0"s), 5U);
  EXPECT_THAT(reader.take(), ElementsAre(Attribute{"c", "d"}));
}

TEST(Attributes, the_first_of_a_name_is_found) {
  const Attributes list = {{"timeout", "1"}, {"timeout", "2"}};
  EXPECT_EQ(*find(list, "timeout"), "1");
  EXPECT_EQ(find(list, "time"), nullptr);
}

TEST(Attributes, threat_52_a_list_without_end_is_a_fault_at_the_limit_in_any_chunking) {
  for (const std::size_t chunk : {1U, 1000U, 65536U, 200000U}) {
    const std::string endless(list_limit + 10, 'x');
    ListReader reader;
    std::size_t taken = 0;
    for (std::size_t at = 0; at < endless.size(); at += chunk) taken += reader.feed(endless.substr(at, chunk));
    EXPECT_EQ(taken, list_limit);
    EXPECT_EQ(reader.state(), State::fault);
    EXPECT_EQ(reader.fault(), "attribute list over 65536 octets");
  }
}

TEST(Attributes, threat_52_too_many_attributes_are_a_fault) {
  Attributes list(attribute_limit, Attribute{"n", ""});
  EXPECT_EQ(read(encode(list)).size(), attribute_limit);
  list.push_back({"n", ""});
  ListReader reader;
  reader.feed(encode(list));
  EXPECT_EQ(reader.state(), State::fault);
}

TEST(Attributes, a_list_of_exactly_the_limit_is_read) {
  const Attributes list = {{"n", std::string(list_limit - 4, 'v')}};
  EXPECT_EQ(encode(list).size(), list_limit);
  EXPECT_EQ(read(encode(list)), list);
}

TEST(Attributes, a_nested_list_is_refused) {
  for (const std::string& bytes : {"{\0"s, "a\0b\0{\0c\0d\0\0}\0\0"s, "}\0"s}) {
    ListReader reader;
    reader.feed(bytes);
    EXPECT_EQ(reader.state(), State::fault);
    EXPECT_EQ(reader.fault(), "nested attribute list");
  }
}

TEST(Attributes, a_value_with_nul_is_sent_empty_so_that_it_adds_no_attribute) {
  EXPECT_EQ(encode(Attributes{{"serverid", "a\0flags\0"s}, {"b", "c"}}), "serverid\0\0b\0c\0\0"s);
}

TEST(AttributeNumbers, are_unsigned_patterns_of_32_bits) {
  EXPECT_EQ(int_of("0"), 0);
  EXPECT_EQ(int_of("300"), 300);
  EXPECT_EQ(int_of("2147483647"), 2147483647);
  EXPECT_EQ(int_of("4294967295"), -1);
  EXPECT_EQ(int_of("4294967294"), -2);
  EXPECT_EQ(int_text(-1), "4294967295");
  EXPECT_EQ(int_text(86400), "86400");
  for (const std::string_view bad :
       {"", "-1", "+1", " 1", "1 ", "0x1", "4294967296", "99999999999", "00000000001", "1a"}) {
    EXPECT_FALSE(int_of(bad)) << bad;
  }
}

}  // namespace
}  // namespace postfix
