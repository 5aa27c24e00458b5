// Datagrams with descriptors: sendmsg(2), recvmsg(2) and SCM_RIGHTS.
#include "os/packet.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

namespace os {
namespace {

struct alignas(cmsghdr) ControlRoom {
  std::array<char, CMSG_SPACE(max_packet_fds * sizeof(int))> bytes{};
};

void attach(msghdr& message, ControlRoom& room, const std::vector<int>& fds) {
  const std::size_t size = fds.size() * sizeof(int);
  message.msg_control = room.bytes.data();
  message.msg_controllen = CMSG_SPACE(size);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(size);
  std::copy_n(reinterpret_cast<const unsigned char*>(fds.data()), size, CMSG_DATA(header));
}

void collect(const cmsghdr& header, std::vector<UniqueFd>& fds) {
  if (header.cmsg_level != SOL_SOCKET || header.cmsg_type != SCM_RIGHTS) return;
  const std::size_t count = (header.cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (std::size_t i = 0; i < count; ++i) {
    int fd = -1;
    std::copy_n(CMSG_DATA(&header) + i * sizeof fd, sizeof fd, reinterpret_cast<unsigned char*>(&fd));
    fds.emplace_back(fd);
  }
}

std::vector<UniqueFd> descriptors_of(msghdr& message) {
  std::vector<UniqueFd> fds;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    collect(*header, fds);
  }
  return fds;
}

}  // namespace

base::Result<bool> send_packet(int fd, std::string_view bytes, const std::vector<int>& fds) {
  // An empty datagram could not be told from the end of the connection.
  if (bytes.empty() || bytes.size() > max_packet) return base::fail("packet of {} octets", bytes.size());
  if (fds.size() > max_packet_fds) return base::fail("packet with {} descriptors", fds.size());
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ControlRoom room;
  if (!fds.empty()) attach(message, room, fds);
  ssize_t sent = -1;
  do sent = sendmsg(fd, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0 && would_block(errno)) return false;
  if (sent < 0) return base::fail_errno("send a packet", errno);
  return true;
}

base::Result<std::optional<Packet>> receive_packet(int fd) {
  // Not cleared, and not on the stack, where each page would be probed: most packets are small.
  const auto bytes = std::make_unique_for_overwrite<char[]>(max_packet);  // NOLINT(*-avoid-c-arrays): its only form
  ControlRoom room;
  iovec part{bytes.get(), max_packet};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room.bytes.data();
  message.msg_controllen = room.bytes.size();
  ssize_t size = -1;
  do size = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size < 0 && would_block(errno)) return std::nullopt;
  if (size < 0) return base::fail_errno("receive a packet", errno);
  std::vector<UniqueFd> fds = descriptors_of(message);
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return base::fail("received a packet over the limits");
  return Packet{std::string(bytes.get(), static_cast<std::size_t>(size)), std::move(fds)};
}

}  // namespace os
