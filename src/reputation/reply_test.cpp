// Replies of a server, in any pieces, and what is none.
#include "reputation/reply.hpp"

#include <gmock/gmock.h>

namespace reputation {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using State = ReplyParser::State;

Reply parsed(std::string_view bytes) {
  ReplyParser parser;
  EXPECT_EQ(parser.feed(bytes), bytes.size()) << bytes;
  EXPECT_EQ(parser.state(), State::done) << bytes;
  return parser.take();
}

State state_after(std::string_view bytes) {
  ReplyParser parser;
  (void)parser.feed(bytes);
  return parser.state();
}

TEST(Replies, of_each_kind_are_read) {
  EXPECT_THAT(parsed("+OK\r\n").words, ElementsAre("OK"));
  EXPECT_THAT(parsed(":-12\r\n").words, ElementsAre("-12"));
  EXPECT_THAT(parsed("$5\r\na\r\nbc\r\n").words, ElementsAre("a\r\nbc"));
  EXPECT_THAT(parsed("$0\r\n\r\n").words, ElementsAre(""));
  EXPECT_THAT(parsed("$-1\r\n").words, ElementsAre(""));
  EXPECT_THAT(parsed("*-1\r\n").words, IsEmpty());
  EXPECT_THAT(parsed("*0\r\n").words, IsEmpty());
  EXPECT_THAT(parsed("*2\r\n:1\r\n:2\r\n").words, ElementsAre("1", "2"));
  EXPECT_TRUE(parsed("-ERR no\r\n").is_error);
  EXPECT_EQ(parsed("-ERR no\r\n").text(), "ERR no");
}

TEST(Replies, of_lists_in_lists_are_one_list) {
  EXPECT_THAT(parsed("*3\r\n+master\r\n:7\r\n*2\r\n*2\r\n+a\r\n+b\r\n*0\r\n").words,
              ElementsAre("master", "7", "a", "b"));
}

TEST(Replies, end_where_they_end) {
  ReplyParser parser;
  const std::string_view two = ":1\r\n+next\r\n";
  EXPECT_EQ(parser.feed(two), 4U);
  EXPECT_EQ(parser.take().text(), "1");
  EXPECT_EQ(parser.feed(two.substr(4)), two.size() - 4);
  EXPECT_EQ(parser.take().text(), "next");
  EXPECT_EQ(parser.state(), State::need_more);
}

TEST(Replies, may_come_octet_by_octet) {
  ReplyParser parser;
  const std::string_view text = "*2\r\n$3\r\nabc\r\n:5\r\n";
  for (const char& octet : text) {
    EXPECT_EQ(parser.state(), State::need_more);
    EXPECT_EQ(parser.feed({&octet, 1}), 1U);
  }
  EXPECT_THAT(parser.take().words, ElementsAre("abc", "5"));
}

TEST(Replies, that_are_none_end_the_connection) {
  for (const std::string_view wrong :
       {"HTTP/1.1 200 OK\r\n", "\r\n", ":\r\n", ":x\r\n", "$x\r\n", "*1x\r\n", "+OK\n", "$-2\r\n", "*-2\r\n",
        "$3\r\nabcde", "$65537\r\n", "*1025\r\n", "*1000\r\n*1000\r\n", "%1\r\n", ":99999999999999999999\r\n"}) {
    EXPECT_EQ(state_after(wrong), State::fault) << wrong;
  }
}

TEST(Replies, without_end_are_given_up) {
  EXPECT_EQ(state_after("+" + std::string(reply_limit, 'x')), State::fault);
  EXPECT_EQ(state_after("*1024\r\n$60000\r\n" + std::string(60'000, 'x') + "\r\n$60000\r\n" + std::string(9000, 'x')),
            State::fault);
}

}  // namespace
}  // namespace reputation
