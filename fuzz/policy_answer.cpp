// Any bytes as a policy service's answers: the same answers in any chunking, and never a reply of two lines.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "must.hpp"
#include "policy/verdict.hpp"

namespace {

using fuzz::must;

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

void check(const policy::Answer& answer) {
  must(printable(answer.text) && printable(answer.note) && answer.text.size() <= 998);
  policy::Request request;
  request.recipient = request.sender = request.helo_name = answer.text;
  // Any text chooses some stage.
  request.stage = static_cast<policy::Stage>(answer.text.size() % 9);
  const policy::Verdict verdict = policy::verdict_of(answer, request);
  must(printable(verdict.text) && verdict.text.size() <= 998);
  const bool refused =
      verdict.action == policy::Verdict::Action::defer || verdict.action == policy::Verdict::Action::reject;
  must(!refused || (verdict.text.size() <= policy::reply_limit && (verdict.text[0] == '4' || verdict.text[0] == '5')));
}

std::vector<std::string> answers(std::string_view bytes, std::size_t chunk) {
  std::vector<std::string> seen;
  policy::AnswerParser parser;
  while (!bytes.empty() && parser.state() != policy::AnswerParser::State::fault) {
    bytes.remove_prefix(parser.feed(bytes.substr(0, chunk)));
    if (parser.state() != policy::AnswerParser::State::done) continue;
    check(parser.answer());
    seen.push_back(std::to_string(static_cast<int>(parser.answer().kind)) + parser.answer().text);
    parser.reset();
  }
  seen.push_back(std::to_string(static_cast<int>(parser.state())));
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  must(answers(bytes, size) == answers(bytes, 1));
  check(policy::answer_of(bytes));
  return 0;
}
