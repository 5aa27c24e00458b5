// What a Dialog promises beyond its transcripts: properties over many sessions.

#include "smtp/dialog.hpp"

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/buffer.hpp"
#include "base/text.hpp"

namespace smtp {
namespace {

Reply reply(std::string_view text) {
  return make_reply(text);
}

Line line(std::string_view text) {
  return {Line::Kind::complete, text, text.size() + 2};
}

DialogStart traced() {
  return {false, {}, "unknown [192.0.2.1]", ""};
}

// A dialog whose backend has greeted.
Dialog greeted(DialogSettings settings = {}, DialogStart start = {}) {
  Dialog dialog(std::move(settings), std::move(start));
  static_cast<void>(dialog.start());
  static_cast<void>(dialog.on_reply(reply("220 backend")));
  return dialog;
}

// Says a command and gives the backend's answer, where one is awaited; returns the last step.
Step exchange(Dialog& dialog, std::string_view command, std::string_view answer) {
  const Step step = dialog.on_line(line(command), 0);
  return step.next == Next::backend_reply ? dialog.on_reply(reply(answer)) : step;
}

void offer_chunking(Dialog& dialog) {
  static_cast<void>(dialog.on_line(line("EHLO client"), 0));
  static_cast<void>(dialog.on_reply(make_reply(250, {"backend", "CHUNKING"})));
}

constexpr std::string_view clear_word = "cleartext";

// Clear commands that carry the word wherever a client can put one; some are accepted, some refused.
const std::vector<std::pair<std::string, std::string>>& clear_commands() {
  static const std::vector<std::pair<std::string, std::string>> commands = {
      {"EHLO cleartext", "250 backend"},
      {"HELO cleartext", "250 backend"},
      {"EHLO cleartext", "501 no"},
      {"MAIL FROM:<cleartext@example>", "250 ok"},
      {"MAIL FROM:<cleartext@example>", "550 no"},
      {"RCPT TO:<cleartext@example>", "250 ok"},
      {"RCPT TO:<cleartext@example>", "450 no"},
      {"BDAT 100 LAST", "503 no"},
      {"AUTH PLAIN cleartext", "535 no"},
      {"AUTH LOGIN", "334 go"},
      {"NOOP cleartext", "250 ok"},
      {"VRFY cleartext", "252 ok"},
      {"XCLIENT HELO=cleartext", "250 ok"},
      {"cleartext", "500 no"},
  };
  return commands;
}

// One random clear session up to the handshake; false where it ended before.
bool speak_in_clear(Dialog& dialog, std::mt19937& random) {
  for (unsigned i = random() % 8; i > 0; --i) {
    const auto& [command, answer] = clear_commands()[random() % clear_commands().size()];
    Step step = exchange(dialog, command, answer);
    if (step.next == Next::body) return false;
    if (answer == "334 go" && step.next == Next::client_line) step = exchange(dialog, "cleartext", "535 no");
    if (step.next == Next::close) return false;
  }
  return dialog.on_line(line("STARTTLS"), 0).next == Next::start_tls;
}

// What the backend hears of a message sent inside TLS.
std::string speak_in_tls(Dialog& dialog) {
  std::string heard;
  const auto say = [&](std::string_view command, std::string_view answer) {
    const Step step = dialog.on_line(line(command), 0);
    heard += step.to_backend;
    if (step.next == Next::backend_reply) heard += dialog.on_reply(reply(answer)).to_backend;
  };
  Step step = dialog.on_tls(TlsResult::secured, {"TLSv1.3", "TLS_AES_128_GCM_SHA256", 128, 128});
  heard += step.to_backend;
  EXPECT_EQ(dialog.envelope().helo, "");
  EXPECT_FALSE(dialog.envelope().begun());
  if (step.next == Next::reopen_backend) step = dialog.on_reopened();
  if (step.next == Next::backend_reply) heard += dialog.on_reply(reply("250 ok")).to_backend;
  say("MAIL FROM:<early@example>", "250 ok");
  say("EHLO tls", "250 backend");
  say("MAIL FROM:<a@example>", "250 ok");
  say("RCPT TO:<b@example>", "250 ok");
  say("DATA", "354 go");
  EXPECT_EQ(heard.find("early"), std::string::npos);
  EXPECT_NE(heard.find("Received: from tls ("), std::string::npos) << heard;
  return heard;
}

// RFC 3207 §4.2, CVE-2011-0411
TEST(state_across_starttls, nothing_said_in_clear_reaches_the_backend_afterwards) {
  std::mt19937 random(3);
  int secured = 0;
  for (int round = 0; round < 3000; ++round) {
    DialogSettings settings;
    settings.max_errors = 0;
    settings.auth_before_tls = random() % 2 == 0;
    settings.chunking = random() % 2 == 0;
    settings.on_starttls = random() % 2 == 0 ? OnStarttls::reset : OnStarttls::reconnect;
    Dialog dialog = greeted(settings, traced());
    if (!speak_in_clear(dialog, random)) continue;
    ++secured;
    EXPECT_EQ(speak_in_tls(dialog).find(clear_word), std::string::npos);
    EXPECT_EQ(dialog.envelope().helo, "tls");
    EXPECT_EQ(dialog.envelope().sender, "a@example");
  }
  EXPECT_GT(secured, 300);
}

// A policy service tells messages apart by their numbers: none may come twice in a session.
TEST(envelope, every_message_of_a_session_has_a_number_of_its_own) {
  Dialog dialog = greeted({});
  exchange(dialog, "EHLO client", "250 backend");
  EXPECT_EQ(dialog.envelope().number, 0U);
  exchange(dialog, "MAIL FROM:<a@example>", "250 ok");
  EXPECT_EQ(dialog.envelope().number, 1U);
  exchange(dialog, "RCPT TO:<b@example>", "250 ok");
  EXPECT_EQ(dialog.envelope().number, 1U);
  exchange(dialog, "RSET", "250 ok");
  exchange(dialog, "MAIL FROM:<refused@example>", "550 no");
  exchange(dialog, "MAIL FROM:<a@example>", "250 ok");
  EXPECT_EQ(dialog.envelope().number, 3U);
  exchange(dialog, "RSET", "250 ok");
  ASSERT_EQ(dialog.on_line(line("STARTTLS"), 0).next, Next::start_tls);
  ASSERT_EQ(dialog.on_tls(TlsResult::secured, {}).next, Next::backend_reply);
  (void)dialog.on_reply(reply("250 ok"));
  exchange(dialog, "EHLO client", "250 backend");
  exchange(dialog, "MAIL FROM:<a@example>", "250 ok");
  EXPECT_EQ(dialog.envelope().number, 4U);
}

// threats: glued partial command
TEST(state_across_starttls, half_a_line_and_octets_to_skip_are_forgotten) {
  DialogSettings settings;
  settings.injected = InjectedBytes::discard;
  settings.chunking = false;
  Dialog dialog = greeted(settings);
  base::Buffer client(16384);
  ASSERT_TRUE(client.append("RSET \nhalf"));
  while (const auto found = dialog.lines().next(client)) {
    EXPECT_EQ(dialog.on_line(*found, client.size() - found->size).next, Next::client_line);
    client.consume(found->size);
  }
  ASSERT_EQ(dialog.on_line(line("BDAT 1000"), 0).to_client, "502 5.5.1 Error: command not implemented\r\n");
  ASSERT_EQ(dialog.on_line(line("STARTTLS"), 5).next, Next::start_tls);
  static_cast<void>(client.clear());
  ASSERT_EQ(dialog.on_tls(TlsResult::secured, {}).next, Next::client_line);
  ASSERT_TRUE(client.append("NOOP\r\n"));
  const auto first = dialog.lines().next(client);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->text, "NOOP");
}

std::size_t occurrences(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

// threats: STARTTLS stripping or doubling in EHLO pass-through
TEST(starttls, is_offered_once_in_clear_and_never_inside_tls) {
  const std::vector<std::vector<std::string_view>> backends = {
      {"host"}, {"host", "STARTTLS"}, {"host", "starttls", "SIZE 1", "STARTTLS"}, {"host", "SIZE", "StartTls x"}};
  for (const auto& lines : backends) {
    for (const bool secured : {false, true}) {
      Dialog dialog = greeted({}, {secured, {}, "", ""});
      static_cast<void>(dialog.on_line(line("EHLO client"), 0));
      const Step step = dialog.on_reply(make_reply(250, lines));
      const std::string heard = base::uppered(step.to_client);
      EXPECT_EQ(occurrences(heard, "STARTTLS"), secured ? 0U : 1U) << heard;
      EXPECT_EQ(occurrences(heard, "\r\n250 ") + (heard.starts_with("250 ") ? 1 : 0), 1U) << heard;
    }
  }
}

// threats: AUTH continuation; credentials are never logged
TEST(auth, shows_no_secret_in_envelope_or_to_the_client) {
  Dialog dialog = greeted({}, {true, {}, "", ""});
  const Step step = exchange(dialog, "AUTH PLAIN c2VjcmV0", "235 ok");
  EXPECT_EQ(step.to_client.find("c2VjcmV0"), std::string::npos);
  EXPECT_TRUE(dialog.envelope().authenticated);
  EXPECT_EQ(dialog.envelope().auth_mechanism, "PLAIN");
  EXPECT_EQ(dialog.counts(), "auth=1 commands=1");
}

TEST(dialog, is_idle_between_messages_only) {
  Dialog fresh(DialogSettings{});
  static_cast<void>(fresh.start());
  EXPECT_FALSE(fresh.idle());
  Dialog dialog = greeted();
  EXPECT_TRUE(dialog.idle());
  static_cast<void>(dialog.on_line(line("MAIL FROM:<>"), 0));
  EXPECT_FALSE(dialog.idle());
  static_cast<void>(dialog.on_reply(reply("250 ok")));
  EXPECT_FALSE(dialog.idle());
  static_cast<void>(exchange(dialog, "RSET", "250 ok"));
  EXPECT_TRUE(dialog.idle());
}

TEST(dialog, counts_messages_recipients_and_octets) {
  Dialog dialog = greeted();
  static_cast<void>(exchange(dialog, "MAIL FROM:<a@example>", "250 ok"));
  static_cast<void>(exchange(dialog, "RCPT TO:<b@example>", "250 ok"));
  static_cast<void>(exchange(dialog, "RCPT TO:<c@example>", "550 no"));
  static_cast<void>(exchange(dialog, "DATA", "354 go"));
  EXPECT_EQ(dialog.scanner().take("text\r\n.\r\n"), 9U);
  static_cast<void>(dialog.on_body());
  static_cast<void>(dialog.on_reply(reply("250 taken")));
  static_cast<void>(exchange(dialog, "MAIL FROM:<a@example>", "250 ok"));
  static_cast<void>(exchange(dialog, "RCPT TO:<of-no-message@example>", "250 ok"));
  EXPECT_EQ(dialog.totals().messages, 1U);
  EXPECT_EQ(dialog.totals().recipients, 1U);
  EXPECT_EQ(dialog.totals().octets, 9U);
}

TEST(dialog, forgives_errors_with_each_accepted_message) {
  DialogSettings settings;
  settings.max_errors = 2;
  Dialog dialog = greeted(settings);
  offer_chunking(dialog);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(exchange(dialog, "VRFY x", "550 no").next, Next::client_line);
    EXPECT_EQ(exchange(dialog, "BDAT 0 LAST", "250 ok").next, Next::client_line);
  }
  static_cast<void>(exchange(dialog, "VRFY x", "550 no"));
  EXPECT_EQ(exchange(dialog, "VRFY x", "550 no").next, Next::close);
  EXPECT_EQ(dialog.outcome(), Outcome::limit_reached);
}

TEST(dialog, says_nothing_after_its_end) {
  Dialog dialog = greeted();
  ASSERT_EQ(dialog.on_fault(Fault::backend_lost).next, Next::close);
  for (const Step& step : {dialog.on_line(line("NOOP"), 0), dialog.on_reply(reply("250 ok")), dialog.on_body(),
                           dialog.on_verdict({}), dialog.on_tls(TlsResult::secured, {}), dialog.on_reopened()}) {
    EXPECT_EQ(step.next, Next::close);
    EXPECT_EQ(step.to_client + step.to_backend, "");
  }
}

// threats: BDAT; no sum of sizes may run over what a backend can count
TEST(dialog, refuses_a_chunk_that_its_header_makes_too_large) {
  Dialog dialog = greeted({}, traced());
  offer_chunking(dialog);
  const Step step = dialog.on_line(line("BDAT 2147483647 LAST"), 0);
  EXPECT_EQ(step.to_client, "552 5.3.4 Error: chunk too large\r\n");
  EXPECT_EQ(step.to_backend, "");
  EXPECT_EQ(step.next, Next::client_line);
}

}  // namespace
}  // namespace smtp
