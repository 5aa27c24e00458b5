// Round robin over the askers, one request each per turn.
#include "keys/service.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "keys/wire.hpp"
#include "os/packet.hpp"

namespace keys {

namespace {

// In what wait() returns: behind the report and the slow lane's channels.
constexpr std::size_t first_asker = 3;

pollfd waiting_for(const os::UniqueFd& fd, int events) {
  return {fd.get(), static_cast<short>(events), 0};
}

// Whether the other end was closed. With answers unread there, that is an error to receive and not an end.
bool hung_up(const os::UniqueFd& fd) {
  pollfd state = waiting_for(fd, 0);
  return poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

void complain(std::string_view text) {
  const std::string line = fmt::format("key process: {}\n", text);
  // Nobody is left to tell when this fails.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

Service::Service(Store store, os::UniqueFd report, std::vector<os::UniqueFd> askers, std::optional<SlowLane> slow)
    : store_(std::move(store)), report_(std::move(report)), slow_(std::move(slow)) {
  askers_.reserve(askers.size());
  for (os::UniqueFd& fd : askers) askers_.push_back({std::move(fd), askers_.size()});
}

short Service::wanted_of(const Asker& asker) const {
  if (!asker.unsent.empty()) return POLLOUT;
  return slow_ && !slow_->has_room(asker.number) ? 0 : POLLIN;
}

std::vector<pollfd> Service::wait() const {
  std::vector<pollfd> events{waiting_for(report_, POLLIN)};
  // poll(2) passes over negative ones.
  for (const int fd : {slow_ ? slow_->life() : -1, slow_ ? slow_->answers() : -1}) events.push_back({fd, POLLIN, 0});
  for (const Asker& asker : askers_) events.push_back(waiting_for(asker.fd, wanted_of(asker)));
  int ready = -1;
  do ready = poll(events.data(), events.size(), -1);
  while (ready < 0 && errno == EINTR);
  if (ready < 0) events.clear();
  return events;
}

std::optional<int> Service::one_turn() {
  const std::vector<pollfd> events = wait();
  if (events.empty()) {
    complain("waiting for requests failed");
    return 1;
  }
  if (events.front().revents != 0) {
    if (const auto status = supervisor_spoke()) return status;
  }
  if ((events[1].revents | events[2].revents) != 0 && !take_slow_answer()) return 1;
  for (std::size_t i = 0; i < askers_.size(); ++i) {
    if (events[first_asker + i].revents == 0) continue;
    const Served served = serve(askers_[i]);
    if (served == Served::malformed) return 1;
    if (served != Served::gone) continue;
    if (slow_) slow_->forget(askers_[i].number);
    askers_[i].fd.reset();
  }
  std::erase_if(askers_, [](const Asker& asker) { return !asker.fd; });
  return std::nullopt;
}

// The supervisor has nothing to say after the report; its end of the channel is our end.
std::optional<int> Service::supervisor_spoke() const {
  const auto packet = os::receive_packet(report_.get());
  if (packet && !*packet) return std::nullopt;
  if (!packet || (*packet)->bytes.empty()) return 0;
  complain("the supervisor sent a message where none belongs");
  return 1;
}

bool Service::take_slow_answer() {
  auto came = slow_->read();
  if (!came) complain(came.error().text);
  if (!came || !*came) return came.has_value();
  const auto asker =
      std::find_if(askers_.begin(), askers_.end(), [&](const Asker& each) { return each.number == (*came)->asker; });
  if (asker == askers_.end()) return true;
  asker->unsent.push_back(encode((*came)->answer));
  // That the asker has gone shows in its turn.
  (void)deliver(*asker);
  return true;
}

Service::Served Service::serve(Asker& asker) {
  return asker.unsent.empty() ? take_request(asker) : deliver(asker);
}

// ROBOT (CVE-2017-13099), threat 28: what is not a request to sign ends the process; there is nothing to probe.
Service::Served Service::take_request(Asker& asker) {
  const auto packet = os::receive_packet(asker.fd.get());
  if (!packet && hung_up(asker.fd)) return Served::gone;
  if (packet && !*packet) return Served::go_on;
  if (packet && (*packet)->bytes.empty() && (*packet)->fds.empty()) return Served::gone;
  auto request = packet && (*packet)->fds.empty() ? decode_request((*packet)->bytes) : std::nullopt;
  if (!request) {
    complain("a network process sent a malformed request");
    return Served::malformed;
  }
  return obey(asker, std::move(*request));
}

Service::Served Service::obey(Asker& asker, SignRequest request) {
  if (slow_ && store_.is_slow(request.signature.key)) {
    slow_->put(asker.number, std::move(request));
    return Served::go_on;
  }
  asker.unsent.push_back(encode(SignAnswer{request.id, store_.sign(request.signature).value_or("")}));
  return deliver(asker);
}

Service::Served Service::deliver(Asker& asker) {
  while (!asker.unsent.empty()) {
    const auto sent = os::send_packet(asker.fd.get(), asker.unsent.front());
    if (!sent) return Served::gone;
    if (!*sent) break;
    asker.unsent.pop_front();
  }
  return Served::go_on;
}

}  // namespace keys
