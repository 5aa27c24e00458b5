#include "session/policy_client.hpp"

#include <utility>

#include "base/buffer.hpp"
#include "session/reach.hpp"

namespace session {
namespace {

constexpr std::size_t most_idle = 8;

}  // namespace

// Nothing: the connection is of no use any more.
net::Task<std::optional<policy::Answer>> PolicyClient::exchange(net::Stream& stream, const std::string& question,
                                                                net::Deadline deadline) {
  base::Buffer unread(policy::answer_limit);
  // What was said before the question answers another one, or nobody's.
  if (stream.read_present(unread)) co_return std::nullopt;
  const net::Io sent = co_await stream.write(question, deadline);
  if (sent != net::Io::done) co_return std::nullopt;
  policy::AnswerParser parser;
  while (parser.state() == policy::AnswerParser::State::need_more) {
    const net::Io received = co_await stream.read(unread, deadline);
    if (received != net::Io::done) co_return std::nullopt;
    unread.consume(parser.feed(unread.view()));
  }
  // What nobody asked for would be taken for the next answer.
  if (parser.state() != policy::AnswerParser::State::done || !unread.empty()) co_return std::nullopt;
  co_return parser.answer();
}

net::Task<policy::Verdict> PolicyClient::ask(policy::Request request) {
  const net::Deadline deadline = net::after(limits_.policy);
  const std::string question = policy::render(request, settings_.form);
  // A kept connection may have been closed by the service in the meantime: then a new one is tried, once.
  for (bool kept = !idle_.empty();; kept = false) {
    std::unique_ptr<net::Stream> stream;
    if (kept) {
      stream = std::move(idle_.back());
      idle_.pop_back();
    } else {
      auto fresh = co_await reach(loop_, settings_.addresses, settings_.launcher, LaunchTarget::policy,
                                  deadline - net::Clock::now());
      if (!fresh) co_return policy::Verdict{policy::Verdict::Action::unavailable, "", fresh.error().text};
      stream = std::make_unique<net::Stream>(std::move(*fresh));
    }
    const auto answer = co_await exchange(*stream, question, deadline);
    if (answer) {
      if (idle_.size() < most_idle) idle_.push_back(std::move(stream));
      co_return policy::verdict_of(*answer, request);
    }
    if (!kept) co_return policy::Verdict{policy::Verdict::Action::unavailable, "", "no answer in time, or none at all"};
  }
}

}  // namespace session
