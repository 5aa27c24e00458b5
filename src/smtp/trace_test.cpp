// What is told on: trace header, verdict texts, envelope, counts, outcomes.

#include "smtp/trace.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "smtp/counts.hpp"
#include "smtp/outcome.hpp"
#include "smtp/verdict.hpp"

namespace smtp {
namespace {

TraceWords traced(std::string_view date = "") {
  return {"front.example", "client.example [192.0.2.1]", "", date};
}

TEST(trace_header, says_who_and_how) {
  const Envelope envelope = Envelope{}.greeted(Greeting::ehlo, "client.example");
  EXPECT_EQ(received_header(traced("now"), envelope, {"TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", 128, 256}),
            "Received: from client.example (client.example [192.0.2.1])\r\n"
            "\t(using TLSv1.2 with cipher ECDHE-RSA-AES128-GCM-SHA256 (128/256 bits))\r\n"
            "\tby front.example (ehlock) with ESMTPS;\r\n\tnow\r\n");
}

TEST(trace_header, has_no_room_for_the_clients_own_header) {
  const Envelope envelope = Envelope{}.greeted(Greeting::ehlo, "x)\r\nSubject: (y\n");
  const std::string header = received_header(traced(), envelope, {});
  EXPECT_TRUE(header.starts_with("Received: from x???Subject:??y? (client")) << header;
  const std::string long_name(5000, 'a');
  EXPECT_LT(received_header(traced(), Envelope{}.greeted(Greeting::ehlo, long_name), {}).size(), 998U);
}

TEST(trace_header, names_the_protocol_as_rfc_3848_does) {
  Envelope envelope;
  EXPECT_EQ(protocol_name(envelope, true), "SMTP");
  envelope = envelope.greeted(Greeting::helo, "x");
  EXPECT_EQ(protocol_name(envelope, false), "SMTP");
  envelope = envelope.greeted(Greeting::ehlo, "x");
  EXPECT_EQ(protocol_name(envelope, false), "ESMTP");
  envelope.authenticated = true;
  EXPECT_EQ(protocol_name(envelope, false), "ESMTPA");
  EXPECT_EQ(protocol_name(envelope, true), "ESMTPSA");
  envelope.smtputf8 = true;
  EXPECT_EQ(protocol_name(envelope, true), "UTF8SMTPSA");
  envelope.greeting = Greeting::lhlo;
  EXPECT_EQ(protocol_name(envelope, true), "UTF8LMTPSA");
}

Verdict verdict(Verdict::Action action, std::string text) {
  return {action, std::move(text)};
}

TEST(verdict, speaks_its_own_text) {
  EXPECT_EQ(reply_text(verdict(Verdict::Action::defer, "450 4.7.1 Greylisted")), "450 4.7.1 Greylisted");
  EXPECT_EQ(reply_text(verdict(Verdict::Action::reject, "554 no")), "554 no");
}

// threats: a policy server that lies
TEST(verdict, cannot_forge_replies) {
  const std::string ours = reply_text(verdict(Verdict::Action::defer, ""));
  EXPECT_TRUE(ours.starts_with("450 "));
  for (const char* text :
       {"250 welcome", "354 go", "450", "450-more", "450 a\r\n250 b", "450 \n", "nonsense", "45x y"}) {
    EXPECT_EQ(reply_text(verdict(Verdict::Action::defer, text)), ours) << text;
  }
  EXPECT_TRUE(reply_text(verdict(Verdict::Action::reject, "250 ok")).starts_with("550 "));
  EXPECT_EQ(reply_text(verdict(Verdict::Action::reject, "550 " + std::string(5000, 'x'))).size(), 510U);
}

TEST(verdict, prepends_nothing_that_is_no_header) {
  EXPECT_EQ(header_line(verdict(Verdict::Action::prepend, "X-A: b")), "X-A: b\r\n");
  EXPECT_EQ(header_line(verdict(Verdict::Action::prepend, "X-A:\tb")), "X-A:\tb\r\n");
  for (const char* text : {"", "X-A", ":x", "X A: b", "X-A: b\r\n\r\nbody", "X-A: b\n", "X-\xc3\xa4: b"}) {
    EXPECT_EQ(header_line(verdict(Verdict::Action::prepend, text)), "") << text;
  }
  EXPECT_EQ(header_line(verdict(Verdict::Action::prepend, "X: " + std::string(996, 'x'))), "");
}

TEST(envelope, knows_the_parameters_of_mail) {
  const Envelope plain = Envelope{}.greeted(Greeting::ehlo, "client");
  EXPECT_FALSE(plain.begun());
  const Envelope begun = plain.with_sender({"a@example", "SIZE=123 body=8bitmime SMTPUTF8"});
  EXPECT_EQ(begun.sender, "a@example");
  EXPECT_EQ(begun.helo, "client");
  EXPECT_EQ(begun.size, 123U);
  EXPECT_TRUE(begun.eight_bit && begun.smtputf8);
  EXPECT_EQ(plain.with_sender({"", "SIZE=-1"}).size, 0U);
  EXPECT_TRUE(plain.with_sender({"", ""}).begun());
  EXPECT_FALSE(begun.without_message().begun());
}

// A line feed in an address would be another attribute of a policy request.
TEST(envelope, holds_no_control_characters) {
  EXPECT_EQ(without_controls(std::string_view("a\nb\rc\0d\te\x7f", 10)), "a?b?c?d?e?");
  EXPECT_EQ(Envelope{}.with_sender({"a\nclient_address=127.0.0.1", ""}).sender, "a?client_address=127.0.0.1");
  EXPECT_EQ(without_controls("\xc3\xa4@example"), "\xc3\xa4@example");
}

TEST(counts, are_written_as_postfix_writes_them) {
  SessionCounts counts;
  EXPECT_EQ(counts.text(), "commands=0");
  counts.of(Verb::ehlo) = {2, 2};
  counts.of(Verb::rcpt) = {0, 1};
  counts.of(Verb::quit) = {1, 1};
  EXPECT_EQ(counts.text(), "ehlo=2 rcpt=0/1 quit=1 commands=3/4");
}

TEST(outcome, has_its_own_word_each) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Outcome::shutting_down); ++i) words.insert(text_of(static_cast<Outcome>(i)));
  EXPECT_EQ(words.size(), 14U);
}

}  // namespace
}  // namespace smtp
