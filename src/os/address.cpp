// Socket addresses: text forms and octets.
#include "os/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"

namespace os {
namespace {

constexpr std::size_t path_offset = offsetof(sockaddr_un, sun_path);

const sockaddr_in& as_ipv4(const sockaddr* address) {
  return *reinterpret_cast<const sockaddr_in*>(address);
}
const sockaddr_in6& as_ipv6(const sockaddr* address) {
  return *reinterpret_cast<const sockaddr_in6*>(address);
}

template <typename Field>
std::string bytes_of(const Field& field) {
  return {reinterpret_cast<const char*>(&field), sizeof field};
}

// Safe for a log line: a client may bind its end to any path or abstract name (threat 38).
std::string text_of_path(const sockaddr* address, socklen_t size) {
  if (size <= path_offset) return "unix:";
  const std::string_view path(reinterpret_cast<const char*>(address) + path_offset, size - path_offset);
  if (path.front() == '\0' && path.size() > 1) return "unix:@" + base::escaped(path.substr(1));
  return "unix:" + base::escaped(path.substr(0, path.find('\0')));
}

// As inet_ntop(3) has it, which asks sprintf(3) for it.
std::string dotted(std::string_view four) {
  std::string text;
  for (const char octet : four) {
    if (!text.empty()) text += '.';
    text += std::to_string(static_cast<unsigned char>(octet));
  }
  return text;
}

}  // namespace

std::string text_of_octets(std::string_view octets) {
  if (octets.size() == 4) return dotted(octets);
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, octets.data(), text.data(), text.size());
  return text.data();
}

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size)
    : size_(std::min(size, static_cast<socklen_t>(sizeof storage_))) {
  std::copy_n(reinterpret_cast<const char*>(address), size_, reinterpret_cast<char*>(&storage_));
}

base::Result<SocketAddress> SocketAddress::unix_path(std::string_view path) {
  sockaddr_un address{};
  if (path.empty()) return base::fail("UNIX socket path is empty");
  if (path.find('\0') != std::string_view::npos) return base::fail("UNIX socket path contains a NUL octet");
  if (path.size() >= sizeof address.sun_path) {
    return base::fail("{}: UNIX socket path is {} octets long, at most {} are possible", base::escaped(path),
                      path.size(), sizeof address.sun_path - 1);
  }
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  return SocketAddress(reinterpret_cast<const sockaddr*>(&address),
                       static_cast<socklen_t>(path_offset + path.size() + 1));
}

base::Result<SocketAddress> SocketAddress::ip(std::string_view literal, std::uint16_t port) {
  const std::string text(literal);
  const bool has_nul = literal.find('\0') != std::string_view::npos;
  sockaddr_in v4{};
  if (!has_nul && inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return SocketAddress(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  if (!has_nul && inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return SocketAddress(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  return base::fail("{}: not an IP address", base::escaped(literal));
}

std::string SocketAddress::octets() const {
  if (family() == AF_INET) return bytes_of(as_ipv4(raw()).sin_addr);
  if (family() != AF_INET6) return {};
  const in6_addr& address = as_ipv6(raw()).sin6_addr;
  std::string all = bytes_of(address);
  return IN6_IS_ADDR_V4MAPPED(&address) ? all.substr(12) : all;
}

std::string SocketAddress::host() const {
  if (is_unix()) return text_of_path(raw(), size_);
  const std::string address = octets();
  return address.empty() ? "unknown" : text_of_octets(address);
}

std::uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(as_ipv4(raw()).sin_port);
  if (family() == AF_INET6) return ntohs(as_ipv6(raw()).sin6_port);
  return 0;
}

std::string SocketAddress::text() const {
  if (is_unix() || family() == AF_UNSPEC) return host();
  return fmt::format("[{}]:{}", host(), port());
}

}  // namespace os
