#include "load_listen.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

namespace load {

int listen_on(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool fine = socket >= 0 && ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                    ::bind(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 &&
                    ::listen(socket, SOMAXCONN) == 0;
  return fine ? socket : -1;
}

}  // namespace load
