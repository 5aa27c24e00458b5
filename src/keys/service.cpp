// Round robin over the askers, one request each per turn. Answers wait in at most one datagram per asker.
#include "keys/service.hpp"

#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "keys/wire.hpp"
#include "os/packet.hpp"

namespace keys {

namespace {

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

Service::Service(Store store, os::UniqueFd report, std::vector<os::UniqueFd> askers)
    : store_(std::move(store)), report_(std::move(report)) {
  for (os::UniqueFd& fd : askers) askers_.push_back({std::move(fd), ""});
}

std::vector<pollfd> Service::wait() const {
  std::vector<pollfd> events{waiting_for(report_, POLLIN)};
  for (const Asker& asker : askers_) events.push_back(waiting_for(asker.fd, asker.unsent.empty() ? POLLIN : POLLOUT));
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
  for (std::size_t i = 0; i < askers_.size(); ++i) {
    if (events[i + 1].revents == 0) continue;
    const Served served = serve(askers_[i]);
    if (served == Served::malformed) return 1;
    if (served == Served::gone) askers_[i].fd.reset();
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

Service::Served Service::serve(Asker& asker) const {
  return asker.unsent.empty() ? take_request(asker) : deliver(asker);
}

// ROBOT (CVE-2017-13099), threat 28: what is not a request to sign ends the process; there is nothing to probe.
Service::Served Service::take_request(Asker& asker) const {
  const auto packet = os::receive_packet(asker.fd.get());
  if (!packet && hung_up(asker.fd)) return Served::gone;
  if (packet && !*packet) return Served::go_on;
  if (packet && (*packet)->bytes.empty() && (*packet)->fds.empty()) return Served::gone;
  const auto request = packet && (*packet)->fds.empty() ? decode_request((*packet)->bytes) : std::nullopt;
  if (!request) {
    complain("a network process sent a malformed request");
    return Served::malformed;
  }
  asker.unsent = encode(SignAnswer{request->id, store_.sign(request->signature).value_or("")});
  return deliver(asker);
}

Service::Served Service::deliver(Asker& asker) {
  const auto sent = os::send_packet(asker.fd.get(), asker.unsent);
  if (!sent) return Served::gone;
  if (*sent) asker.unsent.clear();
  return Served::go_on;
}

}  // namespace keys
