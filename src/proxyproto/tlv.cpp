// TLVs read and written by one table, so that what is written can be read.
#include "proxyproto/tlv.hpp"

#include <algorithm>
#include <bitset>
#include <optional>

#include "proxyproto/crc32c.hpp"
#include "proxyproto/octets.hpp"

namespace proxyproto {
namespace {

constexpr std::uint8_t type_alpn = 0x01;
constexpr std::uint8_t type_authority = 0x02;
constexpr std::uint8_t type_crc32c = 0x03;
constexpr std::uint8_t type_unique_id = 0x05;
constexpr std::uint8_t type_ssl = 0x20;
constexpr std::uint8_t type_netns = 0x30;
constexpr std::size_t unique_id_limit = 128;
constexpr std::size_t ssl_fixed_size = 5;  // client bits, verify

enum class Content { text, raw };

// Where a TLV's value lives. write_limit: a longer one is not sent, so that every header fits.
template <typename Owner>
struct Field {
  std::uint8_t type;
  std::string Owner::*member;
  Content content;
  std::size_t write_limit;
};

constexpr Field<Tlvs> outer_fields[] = {
    {type_alpn, &Tlvs::alpn, Content::raw, 255},
    {type_authority, &Tlvs::authority, Content::text, 255},
    {type_unique_id, &Tlvs::unique_id, Content::raw, unique_id_limit},
    {type_netns, &Tlvs::netns, Content::text, 108},
};

constexpr Field<Ssl> ssl_fields[] = {
    {0x21, &Ssl::version, Content::text, 32},          {0x22, &Ssl::common_name, Content::text, 256},
    {0x23, &Ssl::cipher, Content::text, 64},           {0x24, &Ssl::signature_algorithm, Content::text, 64},
    {0x25, &Ssl::key_algorithm, Content::text, 64},    {0x26, &Ssl::group, Content::text, 64},
    {0x27, &Ssl::signature_scheme, Content::text, 64}, {0x28, &Ssl::client_certificate, Content::raw, 2048},
};

struct Tlv {
  std::uint8_t type;
  std::string_view value;
};

// Cuts the first TLV off `rest`; nothing when it does not fit.
std::optional<Tlv> take(std::string_view& rest) {
  if (rest.size() < 3) return std::nullopt;
  const std::size_t length = number16_at(rest, 1);
  if (rest.size() < 3 + length) return std::nullopt;
  const Tlv tlv{octet_at(rest, 0), rest.substr(3, length)};
  rest.remove_prefix(3 + length);
  return tlv;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// Text may hold UTF-8, but nothing that acts on a terminal or ends a line.
bool acceptable(std::string_view value, Content content) {
  return content == Content::raw || std::none_of(value.begin(), value.end(), is_control);
}

template <typename Owner, std::size_t N>
const Field<Owner>* find(const Field<Owner> (&fields)[N], std::uint8_t type) {
  for (const auto& field : fields) {
    if (field.type == type) return &field;
  }
  return nullptr;
}

// Stores the value if its type is in the table; says false when it is unfit.
template <typename Owner, std::size_t N>
bool store(const Field<Owner> (&fields)[N], const Tlv& tlv, Owner& owner) {
  const Field<Owner>* field = find(fields, tlv.type);
  if (field == nullptr) return true;
  if (!acceptable(tlv.value, field->content)) return false;
  owner.*(field->member) = std::string(tlv.value);
  return true;
}

std::string_view read_ssl(std::string_view value, Tlvs& tlvs) {
  if (value.size() < ssl_fixed_size) return "PROXY v2: SSL TLV too short";
  Ssl ssl;
  const std::uint8_t bits = octet_at(value, 0);
  ssl.tls = (bits & 0x01) != 0;
  ssl.certificate = (bits & 0x02) != 0;
  ssl.session_certificate = (bits & 0x04) != 0;
  ssl.verify = number32_at(value, 1);
  std::bitset<256> seen;
  for (std::string_view rest = value.substr(ssl_fixed_size); !rest.empty();) {
    const auto tlv = take(rest);
    if (!tlv) return "PROXY v2: SSL TLV torn";
    if (find(ssl_fields, tlv->type) != nullptr && seen.test(tlv->type)) return "PROXY v2: SSL sub-TLV twice";
    seen.set(tlv->type);
    if (!store(ssl_fields, *tlv, ssl)) return "PROXY v2: control byte in SSL TLV";
  }
  tlvs.ssl = std::move(ssl);
  return {};
}

// The checksum counts its own four octets as zero.
std::string_view check_crc(std::string_view header, const Tlv& tlv, Tlvs& tlvs) {
  if (tlv.value.size() != 4) return "PROXY v2: checksum of a wrong size";
  std::string copy(header);
  set_number32(copy, static_cast<std::size_t>(tlv.value.data() - header.data()), 0);
  if (crc32c(copy) != number32_at(tlv.value, 0)) return "PROXY v2: wrong checksum";
  tlvs.checksum = true;
  return {};
}

std::string_view read_one(std::string_view header, const Tlv& tlv, Tlvs& tlvs) {
  if (tlv.type == type_ssl) return read_ssl(tlv.value, tlvs);
  if (tlv.type == type_crc32c) return check_crc(header, tlv, tlvs);
  if (tlv.type == type_unique_id && tlv.value.size() > unique_id_limit) return "PROXY v2: unique id over 128 octets";
  return store(outer_fields, tlv, tlvs) ? "" : "PROXY v2: control byte in a TLV";
}

bool comes_once(std::uint8_t type) {
  return type == type_ssl || type == type_crc32c || find(outer_fields, type) != nullptr;
}

void put(std::string& bytes, std::uint8_t type, std::string_view value) {
  put_octet(bytes, type);
  put_number16(bytes, static_cast<std::uint16_t>(value.size()));
  bytes += value;
}

template <typename Owner, std::size_t N>
void put_fields(std::string& bytes, const Field<Owner> (&fields)[N], const Owner& owner) {
  for (const auto& field : fields) {
    const std::string& value = owner.*(field.member);
    if (value.empty() || value.size() > field.write_limit || !acceptable(value, field.content)) continue;
    put(bytes, field.type, value);
  }
}

std::string ssl_octets(const Ssl& ssl) {
  std::string value;
  put_octet(value, static_cast<std::uint8_t>((ssl.tls ? 1 : 0) | (ssl.certificate ? 2 : 0) |
                                             (ssl.session_certificate ? 4 : 0)));
  put_number32(value, ssl.verify);
  put_fields(value, ssl_fields, ssl);
  return value;
}

}  // namespace

std::string_view read_tlvs(std::string_view header, std::size_t begin, Tlvs& tlvs) {
  std::bitset<256> seen;
  for (std::string_view rest = header.substr(begin); !rest.empty();) {
    const auto tlv = take(rest);
    if (!tlv) return "PROXY v2: TLV torn";
    if (comes_once(tlv->type) && seen.test(tlv->type)) return "PROXY v2: TLV twice";
    seen.set(tlv->type);
    if (const auto fault = read_one(header, *tlv, tlvs); !fault.empty()) return fault;
  }
  return {};
}

std::string tlv_octets(const Tlvs& tlvs) {
  std::string bytes;
  put_fields(bytes, outer_fields, tlvs);
  if (tlvs.ssl) put(bytes, type_ssl, ssl_octets(*tlvs.ssl));
  if (tlvs.checksum) put(bytes, type_crc32c, std::string(4, '\0'));
  return bytes;
}

void sign_with_checksum(std::string& header) {
  set_number32(header, header.size() - 4, crc32c(header));
}

}  // namespace proxyproto
