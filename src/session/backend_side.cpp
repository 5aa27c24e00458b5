#include "session/backend_side.hpp"

#include <utility>

namespace session {
namespace {

constexpr std::size_t reply_buffer = 16384;

// Of a reply at a time: few are longer, and malloc keeps blocks of up to 1,032 octets at hand.
constexpr std::size_t most_at_once = 1024;

smtp::Fault fault_of(net::Io outcome) {
  return outcome == net::Io::timed_out ? smtp::Fault::backend_silent : smtp::Fault::backend_lost;
}

}  // namespace

BackendSide::BackendSide(net::Stream stream, std::size_t max_reply)
    : stream_(std::move(stream)), unread_(reply_buffer), parser_(max_reply) {}

net::Task<std::optional<smtp::Fault>> BackendSide::send(std::string_view bytes, net::Deadline deadline) {
  if (bytes.empty()) co_return std::nullopt;
  const net::Io outcome = co_await stream_.write(bytes, deadline);
  if (outcome == net::Io::done) co_return std::nullopt;
  co_return fault_of(outcome);
}

bool BackendSide::has_unread() {
  return filled_ ? has_news() : !unread_.empty();
}

bool BackendSide::has_news() {
  return !unread_.empty() || stream_.read_now(unread_, most_at_once).has_value();
}

net::Task<std::variant<smtp::Reply, smtp::Fault>> BackendSide::read_reply(net::Deadline deadline) {
  for (;;) {
    const std::size_t fed = parser_.feed(unread_.view());
    unread_.consume(fed);
    if (parser_.state() == smtp::ReplyParser::State::complete) co_return parser_.take();
    if (parser_.state() == smtp::ReplyParser::State::malformed) co_return smtp::Fault::backend_babbled;
    const std::size_t before = unread_.size();
    const net::Io outcome = co_await stream_.read(unread_, deadline, most_at_once);
    filled_ = unread_.size() - before == most_at_once;
    if (outcome != net::Io::done) co_return fault_of(outcome);
  }
}

}  // namespace session
