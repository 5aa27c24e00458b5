#include "load_auth.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

namespace load {
namespace {

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

void answer(int client, const std::string& reply) {
  std::string request;
  std::array<char, 2048> room{};
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(client, room.data(), room.size(), 0);
    if (count <= 0) return;
    request.append(room.data(), static_cast<std::size_t>(count));
  }
  (void)!::send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
}

}  // namespace

int answer_auth(const Options& options) {
  const int listener = listen_on(options.port);
  if (listener < 0) return EXIT_FAILURE;
  const std::string reply = fmt::format(
      "HTTP/1.0 200 OK\r\nAuth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nAuth-Port: {}\r\n\r\n", options.backend_port);
  for (;;) {
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    answer(client, reply);
    ::close(client);
  }
}

}  // namespace load
