#include "apps/ehlock/sink/session.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/envelope.hpp"
#include "smtp/reply.hpp"

namespace app {
namespace {

constexpr std::size_t max_command = 4096;
constexpr std::size_t max_recipients = 1000;
constexpr std::size_t max_errors = 100;
constexpr std::string_view data_end = ".\r\n";

std::string reply(std::string_view text) {
  return fmt::format("{}\r\n", text);
}

std::vector<std::string_view> words_of(std::string_view line) {
  auto words = base::split(line, ' ');
  std::erase(words, std::string_view());
  return words;
}

}  // namespace

struct SinkSession::Answer {
  smtp::Verb verb;
  std::string (SinkSession::*by)(const smtp::Command&);
};

SinkSession::SinkSession(SinkStore& store, const SinkReport& told, std::string name)
    : store_(store), told_(told), name_(std::move(name)), lines_(smtp::BareNewline::reject, max_command, max_line) {}

std::string SinkSession::greeting() const {
  return fmt::format("220 {} ESMTP ehlock sink\r\n", name_);
}

void SinkSession::take(base::Buffer& unread, std::string& replies) {
  bool going = true;
  while (going && !over_) going = in_text_ ? take_text(unread, replies) : take_line(unread, replies);
}

bool SinkSession::take_line(base::Buffer& unread, std::string& replies) {
  const auto line = lines_.next(unread);
  if (!line) return false;
  const std::string answer = answer_to(*line);
  unread.consume(line->size);
  replies += answer;
  const bool refused = answer.starts_with('4') || answer.starts_with('5');
  if (refused && ++errors_ >= max_errors && !over_) {
    replies += fmt::format("421 4.7.0 {} too many errors\r\n", name_);
    over_ = true;
  }
  return true;
}

std::string SinkSession::answer_to(const smtp::Line& line) {
  static constexpr std::array answers{
      Answer{smtp::Verb::helo, &SinkSession::on_helo}, Answer{smtp::Verb::ehlo, &SinkSession::on_ehlo},
      Answer{smtp::Verb::mail, &SinkSession::on_mail}, Answer{smtp::Verb::rcpt, &SinkSession::on_rcpt},
      Answer{smtp::Verb::data, &SinkSession::on_data}, Answer{smtp::Verb::bdat, &SinkSession::on_bdat},
      Answer{smtp::Verb::rset, &SinkSession::on_rset}, Answer{smtp::Verb::noop, &SinkSession::on_noop},
      Answer{smtp::Verb::vrfy, &SinkSession::on_vrfy}, Answer{smtp::Verb::quit, &SinkSession::on_quit}};
  if (line.kind == smtp::Line::Kind::too_long) return reply("500 5.5.2 Line too long");
  if (line.kind == smtp::Line::Kind::bare_newline) return reply("500 5.5.2 Lines end with CRLF");
  if (login_ != Login::none) return on_login_line(line.text);
  const auto command = smtp::parse_command(line.text);
  if (command.verb == smtp::Verb::auth) return on_auth(line.text);
  const auto* const found =
      std::find_if(answers.begin(), answers.end(), [&](const Answer& answer) { return answer.verb == command.verb; });
  return found != answers.end() ? (this->*found->by)(command) : reply("500 5.5.2 Unknown command");
}

std::string SinkSession::on_helo(const smtp::Command& command) {
  if (command.argument.empty()) return reply("501 5.5.4 Who are you?");
  forget_message();
  greeted_ = true;
  envelope_.helo = smtp::without_controls(command.argument);
  return fmt::format("250 {}\r\n", name_);
}

std::string SinkSession::on_ehlo(const smtp::Command& command) {
  const std::string plain = on_helo(command);
  if (!plain.starts_with("250")) return plain;
  return smtp::make_reply(250, {name_, "PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES",
                                "AUTH PLAIN LOGIN"})
      .wire;
}

std::string SinkSession::on_mail(const smtp::Command& command) {
  if (!greeted_) return reply("503 5.5.1 EHLO first");
  if (begun_) return reply("503 5.5.1 The sender is known already");
  const auto path = smtp::parse_path(command.argument, "FROM");
  if (!path) return reply("501 5.5.4 MAIL FROM:<address>");
  begun_ = true;
  envelope_.sender = smtp::without_controls(path->mailbox);
  return reply("250 2.1.0 Ok");
}

std::string SinkSession::on_rcpt(const smtp::Command& command) {
  if (!begun_ || draft_) return reply("503 5.5.1 MAIL first");
  const auto path = smtp::parse_path(command.argument, "TO");
  if (!path || path->mailbox.empty()) return reply("501 5.5.4 RCPT TO:<address>");
  if (envelope_.recipients.size() >= max_recipients) return reply("452 4.5.3 Too many recipients");
  envelope_.recipients.push_back(smtp::without_controls(path->mailbox));
  return reply("250 2.1.5 Ok");
}

std::string SinkSession::on_data(const smtp::Command& command) {
  if (!command.argument.empty()) return reply("501 5.5.4 DATA has no argument");
  if (draft_) return reply("503 5.5.1 BDAT has begun");
  if (envelope_.recipients.empty()) return reply("503 5.5.1 RCPT first");
  draft_ = store_.begin();
  scanner_ = smtp::BodyScanner::for_data(smtp::BareNewline::pass, smtp::MessageEnd::forward);
  in_text_ = in_data_ = line_begins_ = true;
  return reply("354 End with <CR><LF>.<CR><LF>");
}

std::string SinkSession::on_bdat(const smtp::Command& command) {
  chunk_ = smtp::parse_chunk(command.argument);
  if (chunk_.kind != smtp::Chunk::Kind::good) {
    over_ = true;  // where the chunk ends and the next command begins is unknown
    return reply("501 5.5.4 BDAT SIZE [LAST]");
  }
  if (envelope_.recipients.empty()) {
    lines_.skip(chunk_.size);
    return reply("503 5.5.1 RCPT first");
  }
  if (!draft_) draft_ = store_.begin();
  scanner_ = smtp::BodyScanner::for_chunk(chunk_.size, smtp::MessageEnd::forward);
  in_text_ = true;
  in_data_ = false;
  return {};
}

bool SinkSession::take_text(base::Buffer& unread, std::string& replies) {
  const std::size_t taken = scanner_.take(unread.view());
  const bool whole = scanner_.state() == smtp::BodyScanner::State::complete;
  std::string_view text = unread.view().substr(0, taken);
  if (in_data_ && whole) text.remove_suffix(data_end.size());
  if (in_data_) add_unstuffed(text);
  if (!in_data_) draft_->add(text);
  unread.consume(taken);
  if (!whole) return false;
  in_text_ = false;
  replies += in_data_ || chunk_.last ? end_message() : end_chunk();
  return true;
}

// Without the dots put before those that begin a line (RFC 5321 §4.5.2). The scanner never parts a CRLF.
void SinkSession::add_unstuffed(std::string_view text) {
  if (text.empty()) return;
  if (line_begins_ && text.front() == '.') text.remove_prefix(1);
  for (auto at = text.find("\r\n."); at != std::string_view::npos; at = text.find("\r\n.")) {
    draft_->add(text.substr(0, at + 2));
    text.remove_prefix(at + 3);
  }
  draft_->add(text);
  line_begins_ = text.ends_with("\r\n");
}

std::string SinkSession::end_chunk() {
  return fmt::format("250 2.0.0 {} octets\r\n", chunk_.size);
}

std::string SinkSession::end_message() {
  const auto kept = store_.keep(*draft_, envelope_);
  forget_message();
  if (!kept) return fmt::format("452 4.3.1 {}\r\n", base::escaped(kept.error().text));
  told_(*kept);
  return fmt::format("250 2.0.0 Ok: message {}\r\n", kept->number);
}

std::string SinkSession::on_rset(const smtp::Command& /*command*/) {
  forget_message();
  return reply("250 2.0.0 Ok");
}

std::string SinkSession::on_noop(const smtp::Command& /*command*/) {
  return reply("250 2.0.0 Ok");
}

std::string SinkSession::on_vrfy(const smtp::Command& /*command*/) {
  return reply("252 2.1.5 Send and see");
}

std::string SinkSession::on_quit(const smtp::Command& /*command*/) {
  over_ = true;
  return fmt::format("221 2.0.0 {} bye\r\n", name_);
}

std::string SinkSession::on_auth(std::string_view line) {
  const auto words = words_of(line);
  if (!greeted_ || begun_) return reply("503 5.5.1 Not now");
  if (words.size() < 2 || words.size() > 3) return reply("501 5.5.4 AUTH MECHANISM [RESPONSE]");
  const bool responds = words.size() == 3;
  if (base::iequals(words[1], "PLAIN")) return responds ? ask(Login::none, "") : ask(Login::plain, "");
  if (!base::iequals(words[1], "LOGIN")) return reply("504 5.5.4 PLAIN or LOGIN");
  return responds ? ask(Login::password, "UGFzc3dvcmQ6") : ask(Login::user, "VXNlcm5hbWU6");
}

std::string SinkSession::on_login_line(std::string_view line) {
  if (line == "*") {
    (void)ask(Login::none, "");
    return reply("501 5.7.0 Given up");
  }
  return login_ == Login::user ? ask(Login::password, "UGFzc3dvcmQ6") : ask(Login::none, "");
}

std::string SinkSession::ask(Login next, std::string_view challenge) {
  login_ = next;
  lines_.expect_auth(next != Login::none);
  return next == Login::none ? reply("235 2.7.0 Whatever you say") : fmt::format("334 {}\r\n", challenge);
}

void SinkSession::forget_message() {
  draft_.reset();
  begun_ = false;
  envelope_.sender.clear();
  envelope_.recipients.clear();
}

}  // namespace app
