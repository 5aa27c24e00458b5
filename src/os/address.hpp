// Socket addresses as values, their text forms, and networks to compare them with.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace os {

// "192.0.2.1" of 4 octets, "2001:db8::1" of 16, in network order.
[[nodiscard]] std::string text_of_octets(std::string_view octets);

// IPv4, IPv6 or UNIX-domain address, as the kernel wants it.
class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const sockaddr* address, socklen_t size);

  [[nodiscard]] static base::Result<SocketAddress> unix_path(std::string_view path);
  [[nodiscard]] static base::Result<SocketAddress> ip(std::string_view literal, std::uint16_t port);

  [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  [[nodiscard]] socklen_t size() const { return size_; }
  [[nodiscard]] int family() const { return size_ == 0 ? AF_UNSPEC : storage_.ss_family; }
  [[nodiscard]] bool is_unix() const { return family() == AF_UNIX; }

  // "192.0.2.1" or "2001:db8::1"; v4-mapped IPv6 as IPv4; "unix:" and the path for UNIX; "unknown" when empty.
  [[nodiscard]] std::string host() const;
  [[nodiscard]] std::uint16_t port() const;  // 0 for UNIX
  // "[192.0.2.1]:25", Postfix's form for both families; "unix:/path".
  [[nodiscard]] std::string text() const;
  // 4 or 16 address octets, network order; v4-mapped as 4; empty for UNIX.
  [[nodiscard]] std::string octets() const;

  friend bool operator==(const SocketAddress& a, const SocketAddress& b) { return a.text() == b.text(); }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

// A network "192.0.2.0/24", "2001:db8::/32", a single address, or "unix" (every UNIX-domain client).
class Network {
 public:
  [[nodiscard]] static base::Result<Network> parse(std::string_view text);
  // The network of that many leading bits that the address lies in.
  [[nodiscard]] static Network around(const SocketAddress& address, unsigned ipv4_prefix, unsigned ipv6_prefix);
  [[nodiscard]] bool contains(const SocketAddress& address) const;
  [[nodiscard]] bool contains(const Network& inner) const;  // all of it
  [[nodiscard]] std::string text() const;

 private:
  std::string octets_;
  unsigned prefix_ = 0;
  bool unix_ = false;
};

using Networks = std::vector<Network>;
[[nodiscard]] bool any_contains(const Networks& networks, const SocketAddress& address);

// What an option names before names are looked up: "host:25", "192.0.2.1:25", "[::1]:25", ":25" (all addresses),
// "unix:/path".
struct Endpoint {
  std::string host;  // empty: all addresses (listening only)
  std::uint16_t port = 0;
  std::string path;  // UNIX
  [[nodiscard]] static base::Result<Endpoint> parse(std::string_view text);
  [[nodiscard]] bool is_unix() const { return !path.empty(); }
  [[nodiscard]] std::string text() const;
};

// The addresses of an endpoint, looked up now (getaddrinfo: before the jail only). At least one on success.
// `passive`: for listening, an empty host means [::] and 0.0.0.0.
[[nodiscard]] base::Result<std::vector<SocketAddress>> resolve(const Endpoint& endpoint, bool passive);

}  // namespace os
