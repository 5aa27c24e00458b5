#include "keys/slow_lane.hpp"

#include <algorithm>
#include <utility>

#include "os/packet.hpp"

namespace keys {

base::Result<SlowLane> SlowLane::begin(SlowEnds ends, std::size_t askers) {
  for (const int fd : {ends.life.get(), ends.requests.get()}) {
    if (auto done = os::make_non_blocking(fd); !done) return tl::unexpected(done.error());
  }
  const auto sent = os::send_packet(ends.life.get(), "!");
  if (!sent || !*sent) return base::fail("the process of slow signatures has gone");
  return SlowLane(std::move(ends), askers);
}

void SlowLane::put(std::size_t asker, SignRequest request) {
  std::deque<SignRequest>& queue = waiting_[asker];
  const bool under_way = under_way_ && under_way_->asker == asker && under_way_->id == request.id;
  const bool known = std::any_of(queue.begin(), queue.end(), [&](const auto& each) { return each.id == request.id; });
  if (under_way || known) return;
  queue.push_back(std::move(request));
  send_next();
}

// Its socket has room for one: nothing else is in it.
void SlowLane::send_next() {
  for (std::size_t i = 0; !under_way_ && i < waiting_.size(); ++i) {
    const std::size_t asker = (next_ + i) % waiting_.size();
    std::deque<SignRequest>& queue = waiting_[asker];
    if (queue.empty()) continue;
    // That it has gone shows at the other channel.
    (void)os::send_packet(ends_.requests.get(), encode(queue.front()));
    under_way_ = UnderWay{asker, queue.front().id};
    queue.pop_front();
    next_ = asker + 1;
  }
}

// It reports as to a supervisor; its end is the end of the lane.
base::Result<void> SlowLane::listen_to_its_report() {
  const auto packet = os::receive_packet(ends_.life.get());
  if (packet && !*packet) return {};
  const auto report = packet ? decode_report((*packet)->bytes) : std::nullopt;
  if (report && report->error.empty()) return {};
  return base::fail("the process of slow signatures ended");
}

base::Result<std::optional<SlowLane::Answer>> SlowLane::read() {
  if (auto well = listen_to_its_report(); !well) return tl::unexpected(well.error());
  const auto packet = os::receive_packet(ends_.requests.get());
  if (packet && !*packet) return std::nullopt;
  auto answer = packet ? decode_answer((*packet)->bytes) : std::nullopt;
  if (!answer || !under_way_ || answer->id != under_way_->id) {
    return base::fail("the process of slow signatures babbles");
  }
  const std::size_t asker = under_way_->asker;
  under_way_.reset();
  send_next();
  return Answer{asker, std::move(*answer)};
}

}  // namespace keys
