#include "session/channel.hpp"

#include <algorithm>

namespace session {
namespace {

// Who is silent for longer is likely to stay so.
constexpr std::chrono::seconds nap{2};

}  // namespace

net::Task<net::Io> Channel::read(base::Buffer& into, net::Deadline deadline) {
  for (;;) {
    const auto now = read_now(into);
    if (now) co_return *now;
    const net::Deadline limit = short_wait(deadline);
    const net::Ready ready = co_await stream_.read_waiter().wait(net::Direction::read, limit);
    const bool napped = ready == net::Ready::timed_out && rested(limit, deadline);
    if (ready != net::Ready::yes && !napped) co_return net::Io::timed_out;
  }
}

std::optional<net::Io> Channel::read_now(base::Buffer& into) {
  const std::size_t before = into.size();
  const auto outcome = layer_ ? layer_->read_now(stream_, into) : stream_.read_now(into);
  received_ += into.size() - before;
  if (into.size() > before) resting_ = false;
  return outcome;
}

std::optional<net::Io> Channel::read_present(base::Buffer& into) {
  stream_.doubt();
  return read_now(into);
}

net::Deadline Channel::short_wait(net::Deadline deadline) const {
  return layer_ && !resting_ ? std::min(deadline, net::after(nap)) : deadline;
}

bool Channel::rested(net::Deadline waited, net::Deadline deadline) {
  if (waited >= deadline || net::Clock::now() < waited) return false;
  layer_->rest();
  resting_ = true;
  return true;
}

net::Task<net::Io> Channel::write(std::string_view plaintext, net::Deadline deadline) {
  sent_ += plaintext.size();
  if (layer_) co_return co_await layer_->write(stream_, plaintext, deadline);
  co_return co_await stream_.write(plaintext, deadline);
}

net::Task<void> Channel::end_writing(net::Deadline deadline, std::string_view last) {
  sent_ += last.size();
  stream_.expect_end();
  if (layer_) {
    co_await layer_->close(stream_, last, deadline);
  } else if (!last.empty()) {
    (void)co_await stream_.write(last, deadline);
  }
  stream_.end_writing();
}

}  // namespace session
