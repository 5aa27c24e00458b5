#include "apps/ehlock/serve/admin_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "os/socket.hpp"
#include "os/user.hpp"

namespace app {
namespace {

constexpr std::size_t most_peers = 16;
constexpr std::chrono::seconds patience{10};
constexpr unsigned for_root_alone = 0600;
constexpr unsigned for_the_group_too = 0660;

base::Result<void> give_to_group(const std::string& path, const std::string& group) {
  const auto gid = os::find_group(group);
  if (!gid) return tl::unexpected(gid.error());
  constexpr uid_t as_it_is = static_cast<uid_t>(-1);
  if (::chown(path.c_str(), as_it_is, *gid) != 0) {
    const int fault = errno;
    const std::string advice =
        fault == EPERM ? " (without CAP_CHOWN only a group we are in: SupplementaryGroups=)" : "";
    return base::fail_errno(path + ": group " + group + advice, fault);
  }
  if (::chmod(path.c_str(), for_the_group_too) != 0) return base::fail_errno(path, errno);
  return {};
}

}  // namespace

base::Result<void> AdminSocket::open(const std::string& path, const std::string& group) {
  if (listener_ && path == path_ && group == group_) return {};
  const auto address = os::SocketAddress::unix_path(path);
  if (!address) return tl::unexpected(address.error());
  if (path == path_) close();  // its file would be in use
  auto listener = os::listen_on(*address, {.reuse_port = false, .backlog = 16, .unix_mode = for_root_alone});
  if (!listener) return tl::unexpected(listener.error());
  if (!group.empty()) {
    auto given = give_to_group(path, group);
    if (!given) return given;
  }
  close();
  listener_ = std::move(*listener);
  path_ = path;
  group_ = group;
  return {};
}

void AdminSocket::close() {
  if (!listener_) return;
  ::unlink(path_.c_str());
  listener_.reset();
}

void AdminSocket::add_to(std::vector<pollfd>& watched) const {
  if (listener_) watched.push_back({listener_.get(), POLLIN, 0});
  for (const Peer& peer : peers_) {
    watched.push_back({peer.fd.get(), static_cast<short>(peer.answered ? POLLOUT : POLLIN), 0});
  }
}

void AdminSocket::accept_peers() {
  while (listener_) {
    os::UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) return;
    if (peers_.size() < most_peers) peers_.push_back({std::move(fd), Clock::now() + patience});
  }
}

bool AdminSocket::hear(Peer& peer, const Answer& answer) {
  const auto room = peer.heard.prepare(longest_command);
  const ssize_t got = ::recv(peer.fd.get(), room.data(), room.size(), 0);
  if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
  peer.heard.commit(static_cast<std::size_t>(got));
  const std::string_view heard = peer.heard.view();
  const auto end = heard.find('\n');
  if (end == std::string_view::npos) return !peer.heard.full();
  peer.answered = true;
  peer.unsent = answer(std::string(heard.substr(0, end)));
  return true;
}

bool AdminSocket::attend(Peer& peer, const Answer& answer) {
  if (Clock::now() > peer.until) return false;
  if (!peer.answered && !hear(peer, answer)) return false;
  if (!peer.answered) return true;
  const ssize_t sent = ::send(peer.fd.get(), peer.unsent.data(), peer.unsent.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  peer.unsent.erase(0, static_cast<std::size_t>(sent));
  return !peer.unsent.empty();
}

void AdminSocket::serve(const Answer& answer) {
  accept_peers();
  std::erase_if(peers_, [&](Peer& peer) { return !attend(peer, answer); });
}

}  // namespace app
