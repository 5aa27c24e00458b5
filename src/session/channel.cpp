#include "session/channel.hpp"

namespace session {

net::Task<net::Io> Channel::read(base::Buffer& into, net::Deadline deadline) {
  for (;;) {
    const auto now = read_now(into);
    if (now) co_return *now;
    const net::Ready ready = co_await stream_.read_waiter().wait(net::Direction::read, deadline);
    if (ready == net::Ready::timed_out) co_return net::Io::timed_out;
  }
}

std::optional<net::Io> Channel::read_now(base::Buffer& into) {
  const std::size_t before = into.size();
  const auto outcome = layer_ ? layer_->read_now(stream_, into) : stream_.read_now(into);
  received_ += into.size() - before;
  return outcome;
}

net::Task<net::Io> Channel::write(std::string_view plaintext, net::Deadline deadline) {
  sent_ += plaintext.size();
  if (layer_) co_return co_await layer_->write(stream_, plaintext, deadline);
  co_return co_await stream_.write(plaintext, deadline);
}

net::Task<void> Channel::end_writing(net::Deadline deadline) {
  if (layer_) co_await layer_->close(stream_, deadline);
  stream_.end_writing();
}

}  // namespace session
