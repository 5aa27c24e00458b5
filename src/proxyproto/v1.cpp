// Version 1: one line of text. Single spaces, canonical numbers, CRLF within 107 octets; anything else is a fault, so
// that two readers of one header can never understand two clients.
#include <arpa/inet.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "proxyproto/header.hpp"
#include "proxyproto/versions.hpp"

namespace proxyproto {
namespace {

// The octets of an address literal. inet_pton is strict (no leading zeros, no scope), but stops at a NUL: the set of
// letters is checked first.
std::optional<std::string> octets_of(std::string_view literal, Family family) {
  if (literal.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return std::nullopt;
  std::array<char, 16> octets{};
  const bool inet = family == Family::inet;
  if (inet_pton(inet ? AF_INET : AF_INET6, std::string(literal).c_str(), octets.data()) != 1) return std::nullopt;
  return std::string(octets.data(), inet ? 4 : 16);
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return base::number<std::uint16_t>(text);
}

std::optional<Endpoint> endpoint_of(std::string_view address, std::string_view port, Family family) {
  auto octets = octets_of(address, family);
  const auto number = port_of(port);
  if (!octets || !number) return std::nullopt;
  return Endpoint{std::move(*octets), *number};
}

// `line` without its CRLF.
Parsed parse_line(std::string_view line) {
  const auto fields = base::split(line, ' ');
  Parsed parsed{Parsed::State::done, {}, {}};
  parsed.header.size = line.size() + 2;
  // Whatever else an UNKNOWN line says is to be ignored.
  if (fields[1] == "UNKNOWN") return parsed;
  if (fields[1] != "TCP4" && fields[1] != "TCP6") return faulty("PROXY v1: neither TCP4, TCP6 nor UNKNOWN");
  if (fields.size() != 6) return faulty("PROXY v1: not four fields behind the protocol");
  const Family family = fields[1] == "TCP4" ? Family::inet : Family::inet6;
  auto source = endpoint_of(fields[2], fields[4], family);
  auto destination = endpoint_of(fields[3], fields[5], family);
  if (!source || !destination) return faulty("PROXY v1: bad address or port");
  parsed.header.family = family;
  parsed.header.source = std::move(*source);
  parsed.header.destination = std::move(*destination);
  return parsed;
}

std::string literal_of(const Endpoint& end, Family family) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family == Family::inet ? AF_INET : AF_INET6, end.octets.data(), text.data(), text.size());
  return text.data();
}

bool fits(const Endpoint& end, Family family) {
  return end.octets.size() == (family == Family::inet ? 4U : 16U);
}

}  // namespace

Parsed parse_v1(std::string_view bytes) {
  const std::string_view window = bytes.substr(0, v1_limit);
  const auto end = window.find_first_of("\r\n");
  if (end == std::string_view::npos || end + 1 == window.size()) {
    if (end != std::string_view::npos && window[end] == '\n') return faulty("PROXY v1: bare LF");
    if (window.size() == v1_limit) return faulty("PROXY v1: no CRLF in 107 octets");
    return {};
  }
  if (window[end] != '\r' || window[end + 1] != '\n') return faulty("PROXY v1: bare CR or LF");
  return parse_line(window.substr(0, end));
}

base::Result<std::string> write_v1(const Header& header) {
  if (!header.told()) return "PROXY UNKNOWN\r\n";
  if (header.family == Family::unix_domain) return base::fail("PROXY v1 cannot carry a UNIX-domain address");
  if (!fits(header.source, header.family) || !fits(header.destination, header.family)) {
    return base::fail("PROXY v1: an address does not fit its family");
  }
  return fmt::format("PROXY {} {} {} {} {}\r\n", header.family == Family::inet ? "TCP4" : "TCP6",
                     literal_of(header.source, header.family), literal_of(header.destination, header.family),
                     header.source.port, header.destination.port);
}

}  // namespace proxyproto
