#include "session/proxy_in.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <algorithm>

#include <string_view>

#include "base/buffer.hpp"

namespace session {
namespace {

constexpr std::string_view v2_signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t v2_fixed = 16;

// How many octets surely belong to the header still: never more, so that what follows stays in the socket.
std::size_t surely_missing(std::string_view begun) {
  if (begun.size() < v2_signature.size()) return v2_signature.size() - begun.size();
  if (!begun.starts_with(v2_signature)) return 1;  // version 1: its end is known only when it is there
  if (begun.size() < v2_fixed) return v2_fixed - begun.size();
  const auto high = static_cast<unsigned char>(begun[14]);
  const auto low = static_cast<unsigned char>(begun[15]);
  const std::size_t whole = v2_fixed + high * 256U + low;
  return whole - std::min(whole, begun.size());
}

std::optional<os::SocketAddress> address_of(const proxyproto::Endpoint& end) {
  if (end.octets.size() == 4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(end.port);
    std::copy(end.octets.begin(), end.octets.end(), reinterpret_cast<char*>(&v4.sin_addr));
    return os::SocketAddress(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  if (end.octets.size() != 16) return std::nullopt;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(end.port);
  std::copy(end.octets.begin(), end.octets.end(), reinterpret_cast<char*>(&v6.sin6_addr));
  return os::SocketAddress(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

ProxyTold told_by(const proxyproto::Header& header) {
  ProxyTold told;
  if (!header.told()) return told;
  told.client = address_of(header.source);
  told.server = address_of(header.destination);
  return told;
}

}  // namespace

net::Task<base::Result<ProxyTold>> read_proxy_header(net::Stream& stream, net::Deadline deadline) {
  base::Buffer header(proxyproto::header_limit);
  for (;;) {
    const auto parsed = proxyproto::parse(header.view());
    if (parsed.state == proxyproto::Parsed::State::done) co_return told_by(parsed.header);
    if (parsed.state == proxyproto::Parsed::State::fault) co_return base::fail("PROXY header: {}", parsed.fault);
    const net::Io outcome = co_await stream.read(header, deadline, surely_missing(header.view()));
    if (outcome == net::Io::done) continue;
    if (header.empty() && outcome != net::Io::timed_out) {
      ProxyTold probe;
      probe.nothing_said = true;  // a connection without a word: a balancer's check
      co_return probe;
    }
    co_return base::fail("PROXY header: {}", outcome == net::Io::timed_out ? "not finished in time" : "cut off");
  }
}

}  // namespace session
