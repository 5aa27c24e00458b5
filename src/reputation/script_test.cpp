// What is said to a server, and what is made of what it says.
#include "reputation/script.hpp"

#include <gmock/gmock.h>

namespace reputation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Reply text(std::string word) {
  return {false, {std::move(word)}};
}

Reply error(std::string word) {
  return {true, {std::move(word)}};
}

TEST(Commands, count_words_and_octets) {
  EXPECT_EQ(command({"SET", "a\r\nb", ""}), "*3\r\n$3\r\nSET\r\n$4\r\na\r\nb\r\n$0\r\n\r\n");
}

TEST(Commands, ask_by_name_or_in_full) {
  const Question question{Rule::report, {"k1", "k2"}, {1, 2, 3}};
  EXPECT_EQ(by_name(question, "abc"),
            "*8\r\n$7\r\nEVALSHA\r\n$3\r\nabc\r\n$1\r\n2\r\n$2\r\nk1\r\n$2\r\nk2\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n");
  EXPECT_THAT(in_full(question), StartsWith("*8\r\n$4\r\nEVAL\r\n"));
  EXPECT_THAT(in_full(question), HasSubstr(script_of(Rule::report)));
}

TEST(Openings, begin_with_the_password_where_there_is_one) {
  EXPECT_THAT(opening({"", ""}), StartsWith("*1\r\n$4\r\nROLE\r\n"));
  EXPECT_THAT(opening({"", "pw"}), StartsWith("*2\r\n$4\r\nAUTH\r\n$2\r\npw\r\n*1\r\n$4\r\nROLE\r\n"));
  EXPECT_THAT(opening({"me", "pw"}), StartsWith("*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$2\r\npw\r\n"));
  EXPECT_EQ(opening_replies({"", ""}), 4U);
  EXPECT_EQ(opening_replies({"me", "pw"}), 5U);
}

TEST(Openings, end_with_the_names_of_the_scripts) {
  const Reply role{false, {"master", "0"}};
  const auto names = opened({text("OK"), role, text("a"), text("b"), text("c")});
  ASSERT_TRUE(names);
  EXPECT_THAT(*names, ElementsAre("a", "b", "c"));
}

TEST(Openings, of_a_server_that_is_of_no_use_say_why) {
  const Reply replica{false, {"slave", "127.0.0.1", "6379", "connected", "0"}};
  EXPECT_THAT(opened({replica, text("a"), text("b"), text("c")}).error().text,
              HasSubstr("no master, but says \"slave\""));
  EXPECT_THAT(opened({error("WRONGPASS invalid"), replica}).error().text, HasSubstr("WRONGPASS"));
  EXPECT_FALSE(opened({}));
  EXPECT_FALSE(opened({text("OK"), text("OK"), text("OK")}));
}

TEST(Answers, of_a_server_are_numbers_or_errors) {
  EXPECT_THAT(*numbers_of({false, {"1", "-2"}}), ElementsAre(1, -2));
  EXPECT_EQ(numbers_of(error("OOM command not allowed")).error().text, "OOM command not allowed");
  EXPECT_FALSE(numbers_of(text("OK")));
  EXPECT_TRUE(lacks_script(error("NOSCRIPT No matching script.")));
  EXPECT_FALSE(lacks_script(text("NOSCRIPT")));
}

}  // namespace
}  // namespace reputation
