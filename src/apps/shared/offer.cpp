#include "apps/shared/offer.hpp"

#include "os/packet.hpp"
#include "os/socket.hpp"

namespace app {

base::Result<os::UniqueFd> offer(const std::string& socket, const session::HandOver& message,
                                 const std::vector<int>& descriptors) {
  const auto address = os::SocketAddress::unix_path(socket);
  if (!address) return tl::unexpected(address.error());
  auto worker = os::connect_packets(*address);
  if (!worker) return worker;
  const auto sent = os::send_packet(worker->get(), session::encode(message), descriptors);
  if (!sent) return tl::unexpected(sent.error());
  return worker;
}

}  // namespace app
