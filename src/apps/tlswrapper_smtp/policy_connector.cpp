#include "apps/tlswrapper_smtp/policy_connector.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include "os/packet.hpp"
#include "os/process.hpp"
#include "os/socket.hpp"
#include "session/launch_wire.hpp"

namespace app {
namespace {

base::Result<os::UniqueFd> connect_to(const os::SocketAddress& service) {
  auto socket = os::start_connect(service);
  const int fault = socket ? os::pending_error(socket->get()) : 0;
  if (fault != 0) return base::fail_errno(service.text(), fault);
  return socket;
}

// False: the other side has gone, or babbles.
bool answer_one(int asker, const os::SocketAddress& service) {
  const auto packet = os::receive_packet(asker);
  if (!packet || !*packet || (*packet)->bytes.empty()) return false;
  if (session::decode_launch_release((*packet)->bytes)) return true;
  const auto request = session::decode_launch_request((*packet)->bytes);
  if (!request) return false;
  const auto socket = connect_to(service);
  std::vector<int> fds;
  if (socket) fds.push_back(socket->get());
  const session::LaunchAnswer answer{request->number, socket ? "" : socket.error().text};
  const auto sent = os::send_packet(asker, session::encode(answer), fds);
  return sent && *sent;
}

int run(int asker, const os::SocketAddress& service, const os::JailSpec& jail) {
  const std::array<int, 2> keep{STDERR_FILENO, asker};
  os::close_all_but(keep.data(), static_cast<int>(keep.size()));
  if (!os::enter_jail(jail)) return EXIT_FAILURE;
  while (answer_one(asker, service)) {
  }
  return EXIT_SUCCESS;
}

}  // namespace

base::Result<os::UniqueFd> start_policy_connector(const os::SocketAddress& service, os::JailSpec jail) {
  auto pair = os::make_socket_pair(SOCK_SEQPACKET);
  if (!pair) return tl::unexpected(pair.error());
  jail.root.clear();
  jail.unix_sockets = true;
  const auto pid = os::fork_role([&] { return run(pair->second.get(), service, jail); }, true);
  if (!pid) return tl::unexpected(pid.error());
  return std::move(pair->first);
}

}  // namespace app
