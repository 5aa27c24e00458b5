// Version 2: 16 fixed octets, addresses, TLVs. Only streams: a datagram family is refused, as are versions, commands
// and families the specification does not assign.
#include <optional>
#include <string>

#include "proxyproto/header.hpp"
#include "proxyproto/octets.hpp"
#include "proxyproto/tlv.hpp"
#include "proxyproto/versions.hpp"

namespace proxyproto {
namespace {

constexpr std::size_t fixed_size = 16;
constexpr std::size_t unix_path_size = 108;

// A family as its octet on the wire (high half family, low half transport) and the size of one of its addresses.
struct WireFamily {
  std::uint8_t octet;
  Family family;
  std::size_t address_size;
  bool has_port;
  [[nodiscard]] std::size_t block_size() const { return 2 * (address_size + (has_port ? 2 : 0)); }
};

constexpr WireFamily wire_families[] = {
    {0x00, Family::unspec, 0, false},
    {0x11, Family::inet, 4, true},
    {0x21, Family::inet6, 16, true},
    {0x31, Family::unix_domain, unix_path_size, false},
};

std::optional<WireFamily> family_of(std::uint8_t octet) {
  for (const WireFamily& known : wire_families) {
    if (known.octet == octet) return known;
  }
  return std::nullopt;
}

WireFamily wire_of(Family family) {
  for (const WireFamily& known : wire_families) {
    if (known.family == family) return known;
  }
  return wire_families[0];
}

// What is wrong with the fixed octets seen so far; empty when nothing is. LOCAL's family is to be ignored.
std::string_view fixed_fault(std::string_view bytes) {
  if (bytes.size() > 12 && (octet_at(bytes, 12) >> 4) != 2) return "PROXY v2: unknown version";
  if (bytes.size() > 12 && (octet_at(bytes, 12) & 0x0f) > 1) return "PROXY v2: unknown command";
  if (bytes.size() > 13 && octet_at(bytes, 12) == 0x21 && !family_of(octet_at(bytes, 13))) {
    return "PROXY v2: not a known stream family";
  }
  if (bytes.size() < fixed_size) return {};
  const std::size_t length = number16_at(bytes, 14);
  if (length > v2_body_limit) return "PROXY v2: longer than 4096 octets";
  if (octet_at(bytes, 12) == 0x21 && length < family_of(octet_at(bytes, 13))->block_size()) {
    return "PROXY v2: shorter than its addresses";
  }
  return {};
}

std::string without_padding(std::string_view path) {
  const auto end = path.find_last_not_of('\0');
  return std::string(path.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

void read_addresses(std::string_view block, const WireFamily& wire, Header& header) {
  const std::size_t size = wire.address_size;
  if (!wire.has_port) {
    header.source.octets = without_padding(block.substr(0, size));
    header.destination.octets = without_padding(block.substr(size, size));
    return;
  }
  header.source = {std::string(block.substr(0, size)), number16_at(block, 2 * size)};
  header.destination = {std::string(block.substr(size, size)), number16_at(block, 2 * size + 2)};
}

// `whole` is a header from its first octet to its last.
Parsed parse_whole(std::string_view whole) {
  Parsed parsed{Parsed::State::done, {}, {}};
  Header& header = parsed.header;
  header.size = whole.size();
  if (octet_at(whole, 12) == 0x20) header.command = Command::local;
  // Nothing behind LOCAL and UNSPEC is information about this connection: it is skipped unread.
  if (header.command == Command::local || octet_at(whole, 13) == 0) return parsed;
  const WireFamily wire = *family_of(octet_at(whole, 13));
  header.family = wire.family;
  read_addresses(whole.substr(fixed_size, wire.block_size()), wire, header);
  const auto fault = read_tlvs(whole, fixed_size + wire.block_size(), header.tlvs);
  return fault.empty() ? parsed : faulty(fault);
}

bool fits(const Endpoint& end, const WireFamily& wire) {
  return wire.has_port ? end.octets.size() == wire.address_size : end.octets.size() <= wire.address_size;
}

std::string address_block(const Header& header, const WireFamily& wire) {
  std::string block = header.source.octets;
  block.resize(wire.address_size, '\0');
  block += header.destination.octets;
  block.resize(2 * wire.address_size, '\0');
  if (!wire.has_port) return block;
  put_number16(block, header.source.port);
  put_number16(block, header.destination.port);
  return block;
}

}  // namespace

Parsed parse_v2(std::string_view bytes) {
  if (const auto fault = fixed_fault(bytes); !fault.empty()) return faulty(fault);
  if (bytes.size() < fixed_size) return {};
  const std::size_t size = fixed_size + number16_at(bytes, 14);
  return bytes.size() < size ? Parsed{} : parse_whole(bytes.substr(0, size));
}

base::Result<std::string> write_v2(const Header& header) {
  const WireFamily wire = wire_of(header.told() ? header.family : Family::unspec);
  if (header.told() && (!fits(header.source, wire) || !fits(header.destination, wire))) {
    return base::fail("PROXY v2: an address does not fit its family");
  }
  std::string bytes(v2_signature);
  put_octet(bytes, header.command == Command::local ? 0x20 : 0x21);
  put_octet(bytes, wire.octet);
  put_number16(bytes, 0);
  if (header.told()) bytes += address_block(header, wire) + tlv_octets(header.tlvs);
  set_number16(bytes, 14, static_cast<std::uint16_t>(bytes.size() - fixed_size));
  if (header.told() && header.tlvs.checksum) sign_with_checksum(bytes);
  return bytes;
}

}  // namespace proxyproto
