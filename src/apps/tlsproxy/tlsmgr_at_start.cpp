#include "apps/tlsproxy/tlsmgr_at_start.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "os/socket.hpp"

namespace app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds patience{1000};

class Exchange {
 public:
  explicit Exchange(os::UniqueFd fd) : fd_(std::move(fd)), deadline_(Clock::now() + patience) {}

  // The next list of the other side.
  base::Result<postfix::Attributes> hear() {
    postfix::ListReader reader;
    std::array<char, 1024> piece{};
    while (reader.state() == postfix::ListReader::State::need_more) {
      if (!ready(POLLIN)) return base::fail("tlsmgr does not answer");
      const ssize_t got = ::read(fd_.get(), piece.data(), piece.size());
      if (got < 0 && errno == EAGAIN) continue;
      if (got <= 0) return base::fail("tlsmgr has closed the connection");
      (void)reader.feed({piece.data(), static_cast<std::size_t>(got)});
    }
    if (reader.state() == postfix::ListReader::State::fault) return base::fail("tlsmgr: {}", reader.fault());
    return reader.take();
  }

  base::Result<postfix::Attributes> ask(std::string_view request) {
    const ssize_t sent = ::send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) return base::fail("tlsmgr takes no request");
    return hear();
  }

 private:
  [[nodiscard]] bool ready(short events) const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    pollfd state{fd_.get(), events, 0};
    return ::poll(&state, 1, std::max(0, static_cast<int>(left.count()))) > 0;
  }

  os::UniqueFd fd_;
  Clock::time_point deadline_;
};

}  // namespace

base::Result<os::UniqueFd> connect_tlsmgr(const std::string& path) {
  const auto address = os::SocketAddress::unix_path(path);
  if (!address) return tl::unexpected(address.error());
  return os::start_connect(*address);
}

base::Result<TlsmgrAtStart> ask_tlsmgr_at_start(const std::string& path, std::string_view cache_type,
                                                const postfix::Version& version, bool tickets) {
  auto fd = connect_tlsmgr(path);
  if (!fd) return tl::unexpected(fd.error());
  Exchange exchange(std::move(*fd));
  if (postfix::tlsmgr_greets(version)) {
    const auto greeting = exchange.hear();
    if (!greeting) return tl::unexpected(greeting.error());
    if (!postfix::is_tlsmgr_greeting(*greeting)) return base::fail("{} is not tlsmgr", path);
  }
  const auto answer = exchange.ask(postfix::ask_policy(cache_type));
  if (!answer) return tl::unexpected(answer.error());
  const auto policy = postfix::policy_in(*answer);
  if (!policy) return base::fail("tlsmgr has no policy for {}", cache_type);
  TlsmgrAtStart told{*policy, std::nullopt};
  if (!tickets || policy->timeout.count() == 0) return told;
  const auto key = exchange.ask(postfix::ask_ticket_key({}));
  if (!key) return tl::unexpected(key.error());
  told.key = postfix::ticket_key_in(*key);
  return told;
}

}  // namespace app
