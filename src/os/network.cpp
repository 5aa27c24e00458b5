// Networks: an address prefix, compared octet by octet.
#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "os/address.hpp"

namespace os {
namespace {

// The first octet's mask behind `prefix` whole bits: 20 bits leave 0xf0 of octet 2.
unsigned char mask_of(unsigned prefix, std::size_t octet) {
  const auto first = static_cast<unsigned>(octet) * 8;
  if (prefix <= first) return 0;
  return static_cast<unsigned char>(0xff00U >> std::min(prefix - first, 8U));
}

char masked(char octet, unsigned char mask) {
  return static_cast<char>(static_cast<unsigned char>(octet) & mask);
}

std::string masked(std::string octets, unsigned prefix) {
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = masked(octets[i], mask_of(prefix, i));
  return octets;
}

std::string_view without_brackets(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return text;
  return text.substr(1, text.size() - 2);
}

}  // namespace

base::Result<Network> Network::parse(std::string_view text) {
  Network result;
  result.unix_ = text == "unix";
  if (result.unix_) return result;
  const auto slash = text.find('/');
  const std::string_view literal = without_brackets(text.substr(0, slash));
  const auto address = SocketAddress::ip(literal, 0);
  if (!address) return base::fail("{}: not a network (address/prefix, address or \"unix\")", base::escaped(text));
  result.octets_ = address->octets();
  const auto bits = static_cast<unsigned>(result.octets_.size() * 8);
  const unsigned mapped = address->family() == AF_INET6 && bits == 32 ? 96 : 0;  // ::ffff:192.0.2.0/120 is /24
  result.prefix_ = bits;
  if (slash == std::string_view::npos) return result;
  const auto prefix = base::number<unsigned>(text.substr(slash + 1));
  if (!prefix || *prefix < mapped || *prefix - mapped > bits) {
    return base::fail("{}: the prefix length must be {} to {}", base::escaped(text), mapped, mapped + bits);
  }
  result.prefix_ = *prefix - mapped;
  const std::string network = masked(result.octets_, result.prefix_);
  if (network != result.octets_) {
    result.octets_ = network;
    return base::fail("{}: address bits are set behind the prefix; the network is {}", base::escaped(text),
                      result.text());
  }
  return result;
}

Network Network::around(const SocketAddress& address, unsigned ipv4_prefix, unsigned ipv6_prefix) {
  Network result;
  result.unix_ = address.is_unix();
  const std::string octets = address.octets();
  result.prefix_ = octets.size() == 4 ? ipv4_prefix : ipv6_prefix;
  result.octets_ = masked(octets, result.prefix_);
  return result;
}

bool Network::contains(const SocketAddress& address) const {
  if (unix_ || address.is_unix()) return unix_ && address.is_unix();
  const std::string octets = address.octets();
  return octets.size() == octets_.size() && masked(octets, prefix_) == octets_;
}

bool Network::contains(const Network& inner) const {
  if (unix_ || inner.unix_) return unix_ && inner.unix_;
  const bool wider = octets_.size() == inner.octets_.size() && prefix_ <= inner.prefix_;
  return wider && masked(inner.octets_, prefix_) == octets_;
}

std::string Network::text() const {
  if (unix_) return "unix";
  return fmt::format("{}/{}", text_of_octets(octets_), prefix_);
}

bool any_contains(const Networks& networks, const SocketAddress& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Network& network) { return network.contains(address); });
}

}  // namespace os
