// Endpoints: what an option names, and the addresses behind it.
#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/text.hpp"
#include "os/address.hpp"
#include "os/fd.hpp"

namespace os {
namespace {

constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::size_t longest_host = 253;  // RFC 1035 §2.3.4, in text form

bool only(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_host && only(text, std::string(letters_and_digits) + "-._");
}

base::Result<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty()) return base::fail("missing port");
  const auto port = base::number<std::uint16_t>(text);
  if (!port) return base::fail("{}: not a port", base::escaped(text, 32));
  return *port;
}

// An address literal; IPv6 may carry a zone, "fe80::1%eth0" (RFC 4007 §11).
bool is_literal(std::string_view text) {
  const auto zone = text.find('%');
  if (!SocketAddress::ip(text.substr(0, zone), 0)) return false;
  if (zone == std::string_view::npos) return true;
  return text.find(':') != std::string_view::npos && is_name(text.substr(zone + 1));
}

base::Result<Endpoint> parse_unix(std::string_view path) {
  if (path.empty() || path.front() != '/') {
    return base::fail("{}: a UNIX socket path must begin with /", base::escaped(path));
  }
  const auto address = SocketAddress::unix_path(path);
  if (!address) return tl::unexpected(address.error());
  Endpoint result;
  result.path = path;
  return result;
}

base::Result<Endpoint> parse_bracketed(std::string_view text) {
  const auto end = text.find(']');
  if (end == std::string_view::npos) return base::fail("{}: ] is missing", base::escaped(text));
  const std::string_view literal = text.substr(1, end - 1);
  if (!is_literal(literal)) return base::fail("{}: not an IP address", base::escaped(literal));
  const std::string_view rest = text.substr(end + 1);
  if (rest.empty()) return base::fail("{}: missing port", base::escaped(text));
  if (rest.front() != ':') return base::fail("{}: only :port may stand behind ]", base::escaped(text));
  const auto port = parse_port(rest.substr(1));
  if (!port) return base::fail("{}: {}", base::escaped(text), port.error().text);
  return Endpoint{std::string(literal), *port, {}};
}

base::Result<void> check_host(std::string_view host) {
  if (host.empty() || is_literal(host)) return {};
  if (only(host, "0123456789.")) return base::fail("{}: not an IPv4 address", base::escaped(host));
  if (!is_name(host)) return base::fail("{}: not a host name", base::escaped(host));
  return {};
}

base::Result<Endpoint> parse_plain(std::string_view text) {
  const auto colon = text.find(':');
  if (colon != text.rfind(':')) return base::fail("{}: IPv6 needs brackets: [::1]:25", base::escaped(text));
  if (colon == std::string_view::npos) return base::fail("{}: missing port", base::escaped(text));
  const auto host = check_host(text.substr(0, colon));
  if (!host) return tl::unexpected(host.error());
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return base::fail("{}: {}", base::escaped(text), port.error().text);
  return Endpoint{std::string(text.substr(0, colon)), *port, {}};
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

base::Result<std::vector<SocketAddress>> look_up(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int fault = getaddrinfo(endpoint.host.c_str(), fmt::to_string(endpoint.port).c_str(), &hints, &list);
  if (fault == EAI_SYSTEM) return base::fail_errno(endpoint.text(), errno);
  if (fault != 0) return base::fail("{}: {}", endpoint.text(), gai_strerror(fault));
  const std::unique_ptr<addrinfo, FreeAddresses> owner(list);
  std::vector<SocketAddress> result;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    const SocketAddress address(entry->ai_addr, entry->ai_addrlen);
    if (std::find(result.begin(), result.end(), address) == result.end()) result.push_back(address);
  }
  if (result.empty()) return base::fail("{}: no address", endpoint.text());
  return result;
}

// [::] only where the kernel has IPv6, so that ":25" works without it.
std::vector<SocketAddress> all_addresses(std::uint16_t port) {
  std::vector<SocketAddress> result;
  const UniqueFd probe(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (probe) result.push_back(SocketAddress::ip("::", port).value());
  result.push_back(SocketAddress::ip("0.0.0.0", port).value());
  return result;
}

}  // namespace

base::Result<Endpoint> Endpoint::parse(std::string_view text) {
  constexpr std::string_view unix_prefix = "unix:";
  if (text.empty()) return base::fail("empty address");
  if (text.substr(0, unix_prefix.size()) == unix_prefix) return parse_unix(text.substr(unix_prefix.size()));
  if (text.front() == '[') return parse_bracketed(text);
  return parse_plain(text);
}

std::string Endpoint::text() const {
  if (is_unix()) return "unix:" + path;
  if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host, port);
}

base::Result<std::vector<SocketAddress>> resolve(const Endpoint& endpoint, bool passive) {
  if (endpoint.is_unix()) {
    const auto address = SocketAddress::unix_path(endpoint.path);
    if (!address) return tl::unexpected(address.error());
    return std::vector{*address};
  }
  if (endpoint.host.empty() && passive) return all_addresses(endpoint.port);
  if (endpoint.host.empty()) return base::fail("{}: a host to connect to is missing", endpoint.text());
  const auto literal = SocketAddress::ip(endpoint.host, endpoint.port);
  if (literal) return std::vector{*literal};
  return look_up(endpoint);
}

}  // namespace os
