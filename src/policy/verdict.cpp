// Replies from answers. Client text appears in them, so every octet is made printable and the length is bounded: one
// answer is one line, always (reply injection).
#include "policy/verdict.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace policy {
namespace {

constexpr std::size_t subject_limit = 200;

using Action = Verdict::Action;
using Kind = Answer::Kind;

// What was judged, in Postfix's words.
struct Subject {
  std::string name;
  std::string_view class_name;
};

std::string_view without_brackets(std::string_view path) {
  const bool bracketed = path.size() >= 2 && path.front() == '<' && path.back() == '>';
  return bracketed ? path.substr(1, path.size() - 2) : path;
}

Subject subject_of(const Request& request) {
  switch (request.stage) {
    case Stage::connect:
      return {fmt::format("{}[{}]", request.client_name, request.client_address), "Client host"};
    case Stage::ehlo:
    case Stage::helo:
      return {request.helo_name, "Helo command"};
    case Stage::mail:
      return {std::string(without_brackets(request.sender)), "Sender address"};
    case Stage::rcpt:
    case Stage::vrfy:
      return {std::string(without_brackets(request.recipient)), "Recipient address"};
    case Stage::data:
      return {"DATA", "Data command"};
    case Stage::end_of_message:
      return {"END-OF-MESSAGE", "End-of-data"};
    case Stage::etrn:
      return {request.etrn_domain, "Etrn command"};
  }
  return {};
}

void make_printable(std::string& text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
}

// The enhanced status code (RFC 3463) at the beginning of `text`: "4.2.0" of "4.2.0 Greylisted"; empty when there is
// none.
std::string_view status_at_front(std::string_view text) {
  const auto end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  if (word.size() < 5 || word.size() > 9 || word[1] != '.' || (word[0] != '4' && word[0] != '5')) return {};
  const auto second = word.find('.', 2);
  if (second == std::string_view::npos || second == 2 || second + 1 == word.size()) return {};
  const bool numbers = word.find_first_not_of("0123456789.") == std::string_view::npos;
  return numbers && word.find('.', second + 1) == std::string_view::npos ? word : std::string_view();
}

Verdict refused(int code, std::string_view text, std::string_view otherwise, const Request& request) {
  const bool forever = code >= 500;
  std::string status(status_at_front(text));
  if (!status.empty()) text.remove_prefix(std::min(status.size() + 1, text.size()));
  if (status.empty()) status = "4.7.1";
  // The class must be the code's, or the client is told two things.
  status[0] = forever ? '5' : '4';
  const Subject subject = subject_of(request);
  std::string reply =
      fmt::format("{} {} <{}>: {} rejected: {}", code, status, std::string_view(subject.name).substr(0, subject_limit),
                  subject.class_name, text.empty() ? otherwise : text);
  reply.resize(std::min(reply.size(), reply_limit));
  make_printable(reply);
  return {forever ? Action::reject : Action::defer, reply, {}};
}

}  // namespace

Verdict verdict_of(const Answer& answer, const Request& request) {
  constexpr std::string_view denied = "Access denied";
  constexpr std::string_view later = "Service unavailable - try again later";
  switch (answer.kind) {
    case Kind::dunno:
    case Kind::ok:
      return {Action::pass, {}, answer.note};
    case Kind::prepend:
      return {Action::prepend, answer.text, {}};
    case Kind::defer:
    case Kind::defer_if_permit:
      return refused(450, answer.text, later, request);
    case Kind::reject:
      return refused(554, answer.text, denied, request);
    case Kind::code:
      return refused(answer.code, answer.text, answer.code < 500 ? later : denied, request);
    case Kind::unknown:
      break;
  }
  return {Action::unavailable, {}, answer.note};
}

}  // namespace policy
