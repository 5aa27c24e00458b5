// Replies parsed in any chunking, rendered, and edited as EHLO replies.

#include "smtp/reply.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "smtp/capabilities.hpp"

namespace smtp {
namespace {

using testing::ElementsAre;

ReplyParser::State state_after(std::string_view wire, std::size_t limit = 1000) {
  ReplyParser parser(limit);
  static_cast<void>(parser.feed(wire));
  return parser.state();
}

Reply parsed(std::string_view wire) {
  ReplyParser parser(1000);
  EXPECT_EQ(parser.feed(wire), wire.size());
  EXPECT_EQ(parser.state(), ReplyParser::State::complete);
  return parser.take();
}

TEST(reply_parser, takes_one_reply_and_leaves_the_next) {
  ReplyParser parser(1000);
  EXPECT_EQ(parser.feed("250-a\r\n250 b\r\n220 next\r\n"), 14U);
  ASSERT_EQ(parser.state(), ReplyParser::State::complete);
  EXPECT_EQ(parser.feed("more"), 0U);
  const Reply reply = parser.take();
  EXPECT_EQ(reply.code, 250);
  EXPECT_EQ(reply.wire, "250-a\r\n250 b\r\n");
  EXPECT_THAT(reply.lines(), ElementsAre("a", "b"));
  EXPECT_TRUE(parser.empty());
  EXPECT_EQ(parser.feed("220 next\r\n"), 10U);
  EXPECT_EQ(parser.take().code, 220);
}

TEST(reply_parser, gives_the_same_in_any_chunking) {
  const std::string wire = "250-first\r\n250-\r\n250\r\n";
  for (std::size_t piece = 1; piece < wire.size(); ++piece) {
    ReplyParser parser(1000);
    for (std::size_t at = 0; at < wire.size(); at += piece) {
      const std::string_view part = std::string_view(wire).substr(at, piece);
      EXPECT_EQ(parser.feed(part), part.size());
    }
    ASSERT_EQ(parser.state(), ReplyParser::State::complete);
    EXPECT_EQ(parser.take().wire, wire);
  }
}

TEST(reply_parser, takes_a_code_alone) {
  EXPECT_THAT(parsed("250\r\n").lines(), ElementsAre(""));
  EXPECT_THAT(parsed("354 \r\n").lines(), ElementsAre(""));
}

TEST(reply_parser, waits_for_the_rest) {
  for (const std::string_view wire : {"", "2", "250", "250 ok", "250 ok\r", "250-ok\r\n", "250-ok\r\n250"}) {
    EXPECT_EQ(state_after(wire), ReplyParser::State::more) << wire;
  }
}

TEST(reply_parser, finds_what_is_no_reply) {
  for (const std::string_view wire :
       {"\r\n", "ok\r\n", "25 ok\r\n", "150 ok\r\n", "600 ok\r\n", "250ok\r\n", "250_ok\r\n", "-50 ok\r\n", "250 ok\n",
        "250-a\r\n251 b\r\n", "250 a\rb\r\n", "250 a\n250 b\r\n", "250-a\r\n\r\n", "+25 x\r\n", " 25 x\r\n"}) {
    EXPECT_EQ(state_after(wire), ReplyParser::State::malformed) << wire;
  }
  EXPECT_EQ(state_after(std::string_view("250 a\0b\r\n", 9)), ReplyParser::State::malformed);
}

TEST(reply_parser, ends_at_its_limit) {
  EXPECT_EQ(state_after("250 ok\r\n", 8), ReplyParser::State::complete);
  EXPECT_EQ(state_after("250 okk\r\n", 8), ReplyParser::State::malformed);
  EXPECT_EQ(state_after("250-ok\r\n250-", 11), ReplyParser::State::malformed);
}

TEST(reply, is_rendered_as_it_is_parsed) {
  const Reply reply = make_reply(250, {"one", "", "three"});
  EXPECT_EQ(reply.wire, "250-one\r\n250-\r\n250 three\r\n");
  EXPECT_EQ(parsed(reply.wire).lines(), reply.lines());
}

TEST(reply, is_made_of_a_text) {
  EXPECT_EQ(make_reply("450 4.7.1 Greylisted").code, 450);
  EXPECT_EQ(make_reply("450 4.7.1 Greylisted").wire, "450 4.7.1 Greylisted\r\n");
  EXPECT_EQ(make_reply("sorry").wire, "451 4.3.0 sorry\r\n");
}

TEST(capabilities, lose_and_gain_keywords_and_end_rightly) {
  const Reply ehlo = parsed("250-host STARTTLS\r\n250-SIZE 10\r\n250-AUTH PLAIN\r\n250-auth=PLAIN\r\n250 starttls\r\n");
  EXPECT_EQ(edited(ehlo, {{"AUTH", "StartTLS"}, {}}).wire, "250-host STARTTLS\r\n250 SIZE 10\r\n");
  EXPECT_EQ(edited(ehlo, {{"AUTH"}, {"STARTTLS"}}).wire, "250-host STARTTLS\r\n250-SIZE 10\r\n250 STARTTLS\r\n");
  EXPECT_EQ(edited(ehlo, {{"SIZE", "AUTH", "STARTTLS"}, {}}).wire, "250 host STARTTLS\r\n");
}

TEST(capabilities, of_a_lone_greeting_gain_a_second_line) {
  EXPECT_EQ(edited(parsed("250 host\r\n"), {{}, {"STARTTLS"}}).wire, "250-host\r\n250 STARTTLS\r\n");
  EXPECT_EQ(edited(parsed("250\r\n"), {{}, {"STARTTLS"}}).wire, "250-\r\n250 STARTTLS\r\n");
}

TEST(capabilities, stay_word_for_word_where_there_is_nothing_to_change) {
  const std::string wire = "250-host\r\n250-\tODD  spacing \r\n250\r\n";
  EXPECT_EQ(edited(parsed(wire), {{"STARTTLS"}, {}}).wire, wire);
}

TEST(capabilities, are_compared_as_whole_keywords) {
  const std::string wire = "250-host\r\n250-STARTTLSX\r\n250-XAUTH\r\n250 AUTHX=1\r\n";
  EXPECT_EQ(edited(parsed(wire), {{"STARTTLS", "AUTH"}, {}}).wire, wire);
  EXPECT_EQ(keyword_of(" SIZE 10"), "SIZE");
  EXPECT_EQ(keyword_of("AUTH=PLAIN"), "AUTH");
  EXPECT_EQ(keyword_of(""), "");
}

}  // namespace
}  // namespace smtp
