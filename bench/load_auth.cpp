#include "load_auth.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "load_listen.hpp"

namespace load {
namespace {

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
