// Which version a header has, and headers made from two ends.
#include "proxyproto/header.hpp"

#include <algorithm>
#include <utility>

#include "proxyproto/versions.hpp"

namespace proxyproto {
namespace {

bool agrees(std::string_view bytes, std::string_view start) {
  const std::size_t common = std::min(bytes.size(), start.size());
  return bytes.substr(0, common) == start.substr(0, common);
}

bool is_ip(const Endpoint& end) {
  return end.octets.size() == 4 || end.octets.size() == 16;
}

void widen(Endpoint& end) {
  if (end.octets.size() != 4) return;
  end.octets.insert(0, std::string(10, '\0') + "\xff\xff");
}

}  // namespace

bool Ssl::client_verified() const {
  return tls && verify == 0 && (certificate || session_certificate);
}

Parsed faulty(std::string_view text) {
  return {Parsed::State::fault, {}, text};
}

bool is_header(std::string_view bytes) {
  return bytes.starts_with(v2_signature) || bytes.starts_with(v1_start);
}

Parsed parse(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (agrees(bytes, v2_signature)) return parse_v2(bytes);
  if (agrees(bytes, v1_start)) return parse_v1(bytes);
  return faulty("the connection does not begin with one");
}

base::Result<Header> between(Endpoint source, Endpoint destination) {
  if (!is_ip(source) || !is_ip(destination)) {
    return base::fail("PROXY header: addresses of {} and {} octets", source.octets.size(), destination.octets.size());
  }
  if (source.octets.size() != destination.octets.size()) {
    widen(source);
    widen(destination);
  }
  Header header;
  header.family = source.octets.size() == 4 ? Family::inet : Family::inet6;
  header.source = std::move(source);
  header.destination = std::move(destination);
  return header;
}

}  // namespace proxyproto
