// Datagrams with descriptors over SOCK_SEQPACKET pairs: how the processes of ehlock talk to each other.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "os/fd.hpp"

namespace os {

inline constexpr std::size_t max_packet = 65536;
inline constexpr std::size_t max_packet_fds = 8;

struct Packet {
  std::string bytes;          // empty: the other end was closed
  std::vector<UniqueFd> fds;  // received close-on-exec
};

// Sends one whole datagram; EINTR is retried. False with EAGAIN on a non-blocking socket that is full.
[[nodiscard]] base::Result<bool> send_packet(int fd, std::string_view bytes, const std::vector<int>& fds = {});

// The next datagram; nothing when a non-blocking socket has none. A datagram over max_packet or with more
// descriptors is an error (its descriptors are closed).
[[nodiscard]] base::Result<std::optional<Packet>> receive_packet(int fd);

}  // namespace os
