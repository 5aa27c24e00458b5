// Verdicts: Postfix's words, one line, whatever the client and the service say.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "policy/verdict.hpp"

namespace policy {
namespace {

using Action = Verdict::Action;

Request asked(Stage stage) {
  Request request;
  request.stage = stage;
  request.client_address = "192.0.2.1";
  request.client_name = "client.example";
  request.helo_name = "helo.example";
  request.sender = "a@example.org";
  request.recipient = "b@example.net";
  request.etrn_domain = "example.net";
  return request;
}

Verdict judged(std::string_view action, Stage stage = Stage::rcpt) {
  return verdict_of(answer_of(action), asked(stage));
}

TEST(PolicyVerdict, dunno_and_ok_pass) {
  EXPECT_EQ(judged("DUNNO").action, Action::pass);
  EXPECT_EQ(judged("OK").action, Action::pass);
  EXPECT_EQ(judged("OK").text, "");
}

TEST(PolicyVerdict, prepend_carries_the_header) {
  EXPECT_EQ(judged("PREPEND X-Greylist: delayed").action, Action::prepend);
  EXPECT_EQ(judged("PREPEND X-Greylist: delayed").text, "X-Greylist: delayed");
}

TEST(PolicyVerdict, words_a_refusal_like_postfix) {
  const Verdict greylisted = judged("DEFER_IF_PERMIT Greylisted");
  EXPECT_EQ(greylisted.action, Action::defer);
  EXPECT_EQ(greylisted.text, "450 4.7.1 <b@example.net>: Recipient address rejected: Greylisted");
  const Verdict rejected = judged("REJECT");
  EXPECT_EQ(rejected.action, Action::reject);
  EXPECT_EQ(rejected.text, "554 5.7.1 <b@example.net>: Recipient address rejected: Access denied");
  EXPECT_EQ(judged("DEFER").text,
            "450 4.7.1 <b@example.net>: Recipient address rejected: Service unavailable - try again later");
}

TEST(PolicyVerdict, names_what_was_judged_at_each_stage) {
  EXPECT_EQ(judged("REJECT x", Stage::connect).text, "554 5.7.1 <client.example[192.0.2.1]>: Client host rejected: x");
  EXPECT_EQ(judged("REJECT x", Stage::ehlo).text, "554 5.7.1 <helo.example>: Helo command rejected: x");
  EXPECT_EQ(judged("REJECT x", Stage::helo).text, "554 5.7.1 <helo.example>: Helo command rejected: x");
  EXPECT_EQ(judged("REJECT x", Stage::mail).text, "554 5.7.1 <a@example.org>: Sender address rejected: x");
  EXPECT_EQ(judged("REJECT x", Stage::data).text, "554 5.7.1 <DATA>: Data command rejected: x");
  EXPECT_EQ(judged("REJECT x", Stage::end_of_message).text, "554 5.7.1 <END-OF-MESSAGE>: End-of-data rejected: x");
  EXPECT_EQ(judged("REJECT x", Stage::vrfy).text, "554 5.7.1 <b@example.net>: Recipient address rejected: x");
  EXPECT_EQ(judged("REJECT x", Stage::etrn).text, "554 5.7.1 <example.net>: Etrn command rejected: x");
}

TEST(PolicyVerdict, keeps_the_services_code_and_status) {
  EXPECT_EQ(judged("550 5.7.23 SPF fail").text, "550 5.7.23 <b@example.net>: Recipient address rejected: SPF fail");
  EXPECT_EQ(judged("DEFER_IF_PERMIT 4.2.0 Greylisted").text,
            "450 4.2.0 <b@example.net>: Recipient address rejected: Greylisted");
  EXPECT_EQ(judged("421 4.7.0 bye").action, Action::defer);
  EXPECT_EQ(judged("421 4.7.0 bye").text.substr(0, 9), "421 4.7.0");
  EXPECT_EQ(judged("550").text, "550 5.7.1 <b@example.net>: Recipient address rejected: Access denied");
  EXPECT_EQ(judged("450 4.7.1").text,
            "450 4.7.1 <b@example.net>: Recipient address rejected: Service unavailable - try again later");
}

TEST(PolicyVerdict, code_and_status_never_contradict_each_other) {
  EXPECT_EQ(judged("550 4.7.1 x").text.substr(0, 9), "550 5.7.1");
  EXPECT_EQ(judged("DEFER 5.7.1 x").text.substr(0, 9), "450 4.7.1");
  EXPECT_EQ(judged("REJECT 4.7.1 x").text.substr(0, 9), "554 5.7.1");
}

TEST(PolicyVerdict, what_looks_like_a_status_but_is_none_stays_text) {
  for (const std::string text :
       {"4.7 x", "4..1 x", "4.7. x", "4.7.1.2 x", "2.0.0 x", "4.a.1 x", "4.77777.1111 x", "4"}) {
    EXPECT_EQ(judged("DEFER " + text).text, "450 4.7.1 <b@example.net>: Recipient address rejected: " + text);
  }
}

TEST(PolicyVerdict, threat_51_no_answer_is_unavailable_for_the_operator_to_choose) {
  const Verdict verdict = judged("banana");
  EXPECT_EQ(verdict.action, Action::unavailable);
  EXPECT_EQ(verdict.text, "");
  EXPECT_EQ(verdict.note, "not an action: banana");
  EXPECT_EQ(verdict_of(Answer{}, asked(Stage::rcpt)).action, Action::unavailable);
}

TEST(PolicyVerdict, an_impossible_action_passes_with_a_note) {
  EXPECT_EQ(judged("HOLD").action, Action::pass);
  EXPECT_EQ(judged("HOLD").note, "HOLD ignored: no front can do it");
}

TEST(PolicyVerdict, reply_injection_no_text_makes_a_second_line) {
  for (int c = 0; c < 256; ++c) {
    Request request = asked(Stage::rcpt);
    request.recipient = std::string("b") + static_cast<char>(c) + "250 ok@example";
    Answer answer = answer_of("REJECT");
    answer.text = std::string("no") + static_cast<char>(c) + "250 ok";  // even one that was not made by answer_of()
    for (const char octet : verdict_of(answer, request).text) ASSERT_TRUE(octet >= 0x20 && octet <= 0x7e) << c;
  }
}

TEST(PolicyVerdict, a_reply_fits_one_smtp_line_and_still_says_why) {
  Request request = asked(Stage::rcpt);
  request.recipient = std::string(2000, 'r');
  const Verdict verdict = verdict_of(answer_of("REJECT " + std::string(3000, 'x')), request);
  EXPECT_EQ(verdict.text.size(), reply_limit);
  EXPECT_NE(verdict.text.find("Recipient address rejected: xxx"), std::string::npos);
}

TEST(PolicyVerdict, brackets_are_not_doubled) {
  Request request = asked(Stage::rcpt);
  request.recipient = "<b@example.net>";
  EXPECT_EQ(verdict_of(answer_of("REJECT x"), request).text,
            "554 5.7.1 <b@example.net>: Recipient address rejected: x");
  request.stage = Stage::mail;
  request.sender = "";
  EXPECT_EQ(verdict_of(answer_of("REJECT x"), request).text, "554 5.7.1 <>: Sender address rejected: x");
}

}  // namespace
}  // namespace policy
