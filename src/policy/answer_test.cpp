// Answers: good ones, torn ones, and services that lie.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/answer.hpp"

namespace policy {
namespace {

using Kind = Answer::Kind;
using State = AnswerParser::State;

Answer fed(std::string_view bytes) {
  AnswerParser parser;
  EXPECT_EQ(parser.feed(bytes), bytes.size());
  EXPECT_EQ(parser.state(), State::done);
  return parser.answer();
}

bool printable(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

TEST(PolicyAnswer, knows_the_actions_in_any_case) {
  const std::pair<std::string_view, Kind> known[] = {
      {"DUNNO", Kind::dunno},   {"dunno", Kind::dunno},
      {"OK", Kind::ok},         {"permit", Kind::ok},
      {"REJECT", Kind::reject}, {"Reject", Kind::reject},
      {"DEFER", Kind::defer},   {"defer_if_permit", Kind::defer_if_permit},
      {"12345", Kind::ok},      {"  DUNNO  ", Kind::dunno},
  };
  for (const auto& [action, kind] : known) EXPECT_EQ(answer_of(action).kind, kind) << action;
}

TEST(PolicyAnswer, keeps_the_services_text) {
  const Answer greylisted = fed("action=DEFER_IF_PERMIT Greylisted, see http://postgrey.example/help/example.html\n\n");
  EXPECT_EQ(greylisted.kind, Kind::defer_if_permit);
  EXPECT_EQ(greylisted.text, "Greylisted, see http://postgrey.example/help/example.html");
  EXPECT_EQ(fed("action=reject\n\n").text, "");
  EXPECT_EQ(fed("action=REJECT \t two  spaces\n\n").text, "two  spaces");
}

TEST(PolicyAnswer, takes_a_reply_code_with_its_text) {
  const Answer answer = answer_of("550 5.7.23 SPF fail");
  EXPECT_EQ(answer.kind, Kind::code);
  EXPECT_EQ(answer.code, 550);
  EXPECT_EQ(answer.text, "5.7.23 SPF fail");
  EXPECT_EQ(answer_of("450").kind, Kind::code);
  EXPECT_EQ(answer_of("421 4.7.0 go away").code, 421);
}

TEST(PolicyAnswer, an_impossible_code_is_no_answer) {
  for (const std::string_view action :
       {"250 ok", "354 go", "200 x", "4500 x", "45 x", "46a x", "460 x", "599 x", "-50 x"}) {
    EXPECT_EQ(answer_of(action).kind, Kind::unknown) << action;
  }
}

TEST(PolicyAnswer, prepends_a_header_line) {
  const Answer answer = answer_of("PREPEND X-Greylist: delayed 300 seconds by postgrey-1.37");
  EXPECT_EQ(answer.kind, Kind::prepend);
  EXPECT_EQ(answer.text, "X-Greylist: delayed 300 seconds by postgrey-1.37");
  EXPECT_EQ(answer_of("prepend A:b").text, "A:b");
}

TEST(PolicyAnswer, threat_51_what_is_no_header_is_not_prepended) {
  const std::string bad[] = {
      "PREPEND",
      "PREPEND ",
      "PREPEND no header here",
      "PREPEND : value",
      "PREPEND Bad Name: value",
      "PREPEND X-Empty:",
      "PREPEND X-Empty:  ",
      "PREPEND X-\xc3\xa9: value",
      "PREPEND X-A: b\rBcc: c",
      "PREPEND X-A: \x1b[2J",
      "PREPEND X-A:\tb",
      std::string("PREPEND X-A: b\0c", 16),
      "PREPEND X: " + std::string(998, 'x'),
  };
  for (const std::string& action : bad) {
    const Answer answer = answer_of(action);
    EXPECT_EQ(answer.kind, Kind::dunno) << action;
    EXPECT_EQ(answer.text, "");
    EXPECT_FALSE(answer.note.empty());
    EXPECT_TRUE(printable(answer.note));
  }
  EXPECT_EQ(answer_of("PREPEND X: " + std::string(995, 'x')).kind, Kind::prepend);
}

TEST(PolicyAnswer, what_only_a_queue_can_do_passes_with_a_note) {
  for (const std::string action :
       {"WARN careful", "info x", "HOLD", "DISCARD silently", "FILTER smtp:[127.0.0.1]:10025", "REDIRECT spam@example",
        "BCC archive@example", "DEFER_IF_REJECT later"}) {
    const Answer answer = answer_of(action);
    EXPECT_EQ(answer.kind, Kind::dunno) << action;
    EXPECT_FALSE(answer.note.empty());
  }
}

TEST(PolicyAnswer, threat_51_garbage_is_no_answer) {
  const std::string bad[] = {
      "\n",           // blank line alone
      "DUNNO\n\n",    // no name
      "=DUNNO\n\n",   // empty name
      "action=\n\n",  // no action
      "action=DUNNOX\n\n",
      "action=permit_mynetworks\n\n",  // a restriction, not an action
      "Action=DUNNO\n\n",              // another attribute
      "status=ok\n\n",
      "action=DUNNO\naction=REJECT\n\n",  // two opinions
      "action=DUNNO\ngarbage\n\n",
      "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",
      std::string("action=DUNNO\0\n\n", 15),
      "220 mail.example ESMTP\r\n\r\n",
  };
  for (const std::string& bytes : bad) {
    const Answer answer = fed(bytes);
    EXPECT_EQ(answer.kind, Kind::unknown) << bytes;
    EXPECT_FALSE(answer.note.empty());
    EXPECT_TRUE(printable(answer.note));
  }
}

TEST(PolicyAnswer, other_attributes_are_skipped) {
  EXPECT_EQ(fed("version=1\naction=REJECT no=yes\nother=action=DUNNO\n\n").text, "no=yes");
}

TEST(PolicyAnswer, lines_may_end_with_crlf) {
  const Answer answer = fed("action=REJECT no\r\n\r\n");
  EXPECT_EQ(answer.kind, Kind::reject);
  EXPECT_EQ(answer.text, "no");
}

TEST(PolicyAnswer, reply_injection_control_bytes_never_stay_in_a_text) {
  for (int c = 0; c < 256; ++c) {
    const std::string action = std::string("REJECT a") + static_cast<char>(c) + "250 ok";
    EXPECT_TRUE(printable(answer_of(action).text)) << c;
    EXPECT_TRUE(printable(answer_of(action).note)) << c;
  }
  EXPECT_EQ(fed("action=REJECT a\r250 ok\n\n").text, "a?250 ok");
}

TEST(PolicyAnswer, a_text_is_bounded) {
  EXPECT_EQ(answer_of("REJECT " + std::string(4000, 'x')).text.size(), text_limit - 1);  // and the space before it
  EXPECT_LE(answer_of(std::string(4000, 'x')).note.size(), 200U);
}

TEST(PolicyAnswerParser, torn_at_every_byte_gives_the_same_answer) {
  const std::string bytes = "other=x\r\naction=DEFER_IF_PERMIT Greylisted\n\naction=DUNNO\n\n";
  const std::size_t first = bytes.find("\n\n") + 2;
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    AnswerParser parser;
    std::size_t taken = parser.feed(std::string_view(bytes).substr(0, cut));
    EXPECT_EQ(taken, std::min(cut, first));
    EXPECT_EQ(parser.state(), cut < first ? State::need_more : State::done);
    taken += parser.feed(std::string_view(bytes).substr(taken, cut < first ? bytes.size() : 0));
    EXPECT_EQ(taken, first);
    ASSERT_EQ(parser.state(), State::done);
    EXPECT_EQ(parser.answer().text, "Greylisted");
  }
}

TEST(PolicyAnswerParser, byte_by_byte_gives_each_answer_in_turn) {
  AnswerParser parser;
  std::vector<Kind> kinds;
  for (const char c : std::string("action=DUNNO\n\naction=REJECT x\n\nrubbish\n\naction=OK\n\n")) {
    ASSERT_EQ(parser.feed({&c, 1}), 1U);
    if (parser.state() != State::done) continue;
    kinds.push_back(parser.answer().kind);
    parser.reset();
  }
  EXPECT_THAT(kinds, testing::ElementsAre(Kind::dunno, Kind::reject, Kind::unknown, Kind::ok));
}

TEST(PolicyAnswerParser, takes_nothing_of_the_next_answer) {
  AnswerParser parser;
  EXPECT_FALSE(parser.begun());
  EXPECT_EQ(parser.feed("action=OK\n\naction=REJECT\n\n"), 11U);
  EXPECT_TRUE(parser.begun());
  EXPECT_EQ(parser.feed("action=REJECT\n\n"), 0U);
  EXPECT_EQ(parser.answer().kind, Kind::ok);
  parser.reset();
  EXPECT_FALSE(parser.begun());
  EXPECT_EQ(parser.state(), State::need_more);
}

TEST(PolicyAnswerParser, threat_51_an_endless_answer_is_a_fault_in_any_chunking) {
  for (const std::size_t chunk : {1U, 7U, 4095U, 4096U, 100000U}) {
    for (const std::string& endless : {std::string(9000, 'x'), std::string(9000, '\n').replace(0, 9000, 9000, 'y')}) {
      AnswerParser parser;
      std::size_t taken = 0;
      for (std::size_t at = 0; at < endless.size(); at += chunk)
        taken += parser.feed(std::string_view(endless).substr(at, chunk));
      EXPECT_EQ(taken, answer_limit);
      EXPECT_EQ(parser.state(), State::fault);
    }
  }
}

TEST(PolicyAnswerParser, threat_51_many_short_lines_count_together) {
  AnswerParser parser;
  std::string lines;
  while (lines.size() < answer_limit) lines += "a=b\n";
  EXPECT_EQ(parser.feed(lines), answer_limit);
  EXPECT_EQ(parser.state(), State::fault);
}

TEST(PolicyAnswerParser, an_answer_may_have_4096_octets) {
  const std::string bytes = "x=" + std::string(answer_limit - 17, 'y') + "\naction=DUNNO\n\n";
  ASSERT_EQ(bytes.size(), answer_limit);
  EXPECT_EQ(fed(bytes).kind, Kind::dunno);
}

}  // namespace
}  // namespace policy
