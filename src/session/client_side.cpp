#include "session/client_side.hpp"

#include <utility>

namespace session {
namespace {

// Holds the longest line (AUTH: 12288 octets) and is the piece size of message text.
constexpr std::size_t client_buffer = 16384;

smtp::Fault fault_of(net::Io outcome) {
  return outcome == net::Io::timed_out ? smtp::Fault::client_silent : smtp::Fault::client_gone;
}

}  // namespace

ClientSide::ClientSide(Channel channel) : channel_(std::move(channel)), unread_(client_buffer) {}

net::Task<std::optional<smtp::Fault>> ClientSide::send(std::string_view bytes, net::Deadline deadline) {
  if (bytes.empty()) co_return std::nullopt;
  const net::Io outcome = co_await channel_.write(bytes, deadline);
  if (outcome == net::Io::done) co_return std::nullopt;
  co_return fault_of(outcome);
}

net::Task<ClientSide::LineEvent> ClientSide::read_line(smtp::LineSplitter& splitter, BackendSide* watched,
                                                       net::Deadline deadline) {
  for (;;) {
    const auto line = splitter.next(unread_);
    if (line) co_return *line;
    if (watched == nullptr) {
      const auto fault = co_await read_more(deadline);
      if (fault) co_return *fault;
      continue;
    }
    const auto now = channel_.read_now(unread_);
    if (now == net::Io::done) continue;
    if (now) co_return fault_of(*now);
    const net::Deadline limit = channel_.short_wait(deadline);
    const int first =
        co_await net::wait_readable_either(channel_.stream().read_waiter(), watched->stream().read_waiter(), limit);
    const bool napped = first == -1 && channel_.rested(limit, deadline);
    if (first < 0 && !napped) co_return smtp::Fault::client_silent;
    if (first == 1 && watched->has_news()) co_return BackendSpoke{};
  }
}

net::Task<std::optional<smtp::Fault>> ClientSide::read_more(net::Deadline deadline) {
  const net::Io outcome = co_await channel_.read(unread_, deadline);
  if (outcome == net::Io::done) co_return std::nullopt;
  co_return fault_of(outcome);
}

std::size_t ClientSide::unread_behind(std::size_t used) {
  if (!unread_.full()) (void)channel_.read_present(unread_);
  return unread_.size() - used;
}

std::size_t ClientSide::forget_unread() {
  std::size_t forgotten = unread_.clear();
  while (channel_.read_present(unread_) == net::Io::done) forgotten += unread_.clear();
  return forgotten;
}

}  // namespace session
