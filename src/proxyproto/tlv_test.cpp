// TLVs of version 2: TLS facts, names, checksum, and lies.
#include <string>

#include <gtest/gtest.h>

#include "proxyproto/crc32c.hpp"
#include "proxyproto/example_headers.hpp"
#include "proxyproto/header.hpp"

namespace proxyproto {
namespace {

using example::inet_block;
using example::octets;
using example::ssl_value;
using example::tlv;
using example::v2;
using State = Parsed::State;

Parsed with_tlvs(const std::string& tlvs) {
  return parse(v2(0x21, 0x11, inet_block + tlvs));
}

// The header with a right checksum in the middle of its TLVs.
std::string checksummed() {
  std::string bytes =
      v2(0x21, 0x11, inet_block + tlv(0x01, "smtp") + tlv(0x03, octets({0, 0, 0, 0})) + tlv(0x05, "id-1"));
  const std::uint32_t sum = crc32c(bytes);
  const std::size_t at = 16 + 12 + 7 + 3;
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(sum >> (24 - 8 * i));
  return bytes;
}

Header full_header() {
  Header header = between({octets({192, 0, 2, 1}), 40000}, {octets({198, 51, 100, 7}), 25}).value();
  header.tlvs.alpn = "smtp";
  header.tlvs.authority = "mail.example";
  header.tlvs.unique_id = octets({0, 1, 2, 255});
  header.tlvs.netns = "blue";
  header.tlvs.checksum = true;
  header.tlvs.ssl = Ssl{true,
                        true,
                        false,
                        0,
                        "TLSv1.3",
                        "client \xc3\xa9",
                        "TLS_AES_128_GCM_SHA256",
                        "SHA256",
                        "RSA2048",
                        "X25519",
                        "rsa_pss_rsae_sha256",
                        octets({0x30, 0x00})};
  return header;
}

TEST(Crc32c, agrees_with_known_values) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(""), 0U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);  // RFC 3720 B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
}

TEST(ProxyTlv, tells_the_tls_facts_of_the_sender) {
  const Parsed parsed = with_tlvs(tlv(0x20, ssl_value));
  ASSERT_EQ(parsed.state, State::done);
  ASSERT_TRUE(parsed.header.tlvs.ssl);
  const Ssl& ssl = *parsed.header.tlvs.ssl;
  EXPECT_TRUE(ssl.tls);
  EXPECT_FALSE(ssl.certificate);
  EXPECT_FALSE(ssl.session_certificate);
  EXPECT_EQ(ssl.verify, 1U);
  EXPECT_EQ(ssl.version, "TLSv1.3");
  EXPECT_EQ(ssl.cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(ssl.signature_algorithm, "SHA256");
  EXPECT_EQ(ssl.key_algorithm, "EC256");
  EXPECT_EQ(ssl.group, "X25519");
  EXPECT_EQ(ssl.signature_scheme, "ecdsa_secp256r1_sha256");
  EXPECT_EQ(ssl.common_name, "");
}

TEST(ProxyTlv, tells_names_and_identifiers) {
  const Parsed parsed =
      with_tlvs(tlv(0x01, "smtp") + tlv(0x02, "mail.example") + tlv(0x05, octets({0, 255})) + tlv(0x30, "blue"));
  ASSERT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.header.tlvs.alpn, "smtp");
  EXPECT_EQ(parsed.header.tlvs.authority, "mail.example");
  EXPECT_EQ(parsed.header.tlvs.unique_id, octets({0, 255}));
  EXPECT_EQ(parsed.header.tlvs.netns, "blue");
  EXPECT_FALSE(parsed.header.tlvs.ssl);
}

TEST(ProxyTlv, types_of_others_and_padding_are_skipped) {
  const Parsed parsed = with_tlvs(tlv(0xea, "\x01vpce-1") + tlv(0x04, "") + tlv(0x04, std::string(3, '\0')) +
                                  tlv(0xe0, std::string(8, '\n')) + tlv(0xe0, "again") + tlv(0x02, "mail.example"));
  ASSERT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.header.tlvs.authority, "mail.example");
  EXPECT_EQ(with_tlvs(tlv(0x20, ssl_value + tlv(0x2f, "new"))).state, State::done);
}

TEST(ProxyTlv, a_client_is_verified_only_with_a_certificate_over_tls) {
  EXPECT_TRUE((Ssl{true, true, false, 0, {}, {}, {}, {}, {}, {}, {}, {}}).client_verified());
  EXPECT_TRUE((Ssl{true, false, true, 0, {}, {}, {}, {}, {}, {}, {}, {}}).client_verified());
  EXPECT_FALSE((Ssl{true, false, false, 0, {}, {}, {}, {}, {}, {}, {}, {}}).client_verified());
  EXPECT_FALSE((Ssl{true, true, false, 18, {}, {}, {}, {}, {}, {}, {}, {}}).client_verified());
  EXPECT_FALSE((Ssl{false, true, true, 0, {}, {}, {}, {}, {}, {}, {}, {}}).client_verified());
}

TEST(ProxyTlv, client_bits_are_told_one_by_one) {
  for (int bits = 0; bits < 8; ++bits) {
    const Parsed parsed = with_tlvs(tlv(0x20, octets({bits, 1, 2, 3, 4})));
    ASSERT_EQ(parsed.state, State::done);
    EXPECT_EQ(parsed.header.tlvs.ssl->tls, (bits & 1) != 0);
    EXPECT_EQ(parsed.header.tlvs.ssl->certificate, (bits & 2) != 0);
    EXPECT_EQ(parsed.header.tlvs.ssl->session_certificate, (bits & 4) != 0);
    EXPECT_EQ(parsed.header.tlvs.ssl->verify, 0x01020304U);
  }
}

TEST(ProxyTlv, threat_14_a_tlv_that_does_not_fit_is_refused) {
  for (const std::string& bad :
       {octets({0x02}), octets({0x02, 0}), octets({0x02, 0, 1}), octets({0x02, 0xff, 0xff, 'a'}),
        tlv(0x01, "smtp") + octets({0}), octets({0x04, 0, 4, 0, 0, 0})}) {
    EXPECT_EQ(with_tlvs(bad).fault, "PROXY v2: TLV torn");
  }
}

TEST(ProxyTlv, threat_14_a_torn_ssl_tlv_is_refused) {
  for (std::size_t size = 0; size < 5; ++size) {
    EXPECT_EQ(with_tlvs(tlv(0x20, ssl_value.substr(0, size))).fault, "PROXY v2: SSL TLV too short");
  }
  EXPECT_EQ(with_tlvs(tlv(0x20, ssl_value.substr(0, 6))).fault, "PROXY v2: SSL TLV torn");
  EXPECT_EQ(with_tlvs(tlv(0x20, ssl_value.substr(0, 9))).fault, "PROXY v2: SSL TLV torn");
  EXPECT_EQ(with_tlvs(tlv(0x20, ssl_value + "x")).fault, "PROXY v2: SSL TLV torn");
}

TEST(ProxyTlv, threat_14_a_fact_told_twice_is_refused) {
  for (const int type : {0x01, 0x02, 0x05, 0x30}) {
    EXPECT_EQ(with_tlvs(tlv(type, "a") + tlv(type, "b")).fault, "PROXY v2: TLV twice") << type;
  }
  EXPECT_EQ(with_tlvs(tlv(0x20, ssl_value) + tlv(0x20, ssl_value)).fault, "PROXY v2: TLV twice");
  EXPECT_EQ(with_tlvs(tlv(0x20, ssl_value + tlv(0x22, "a") + tlv(0x22, "b"))).fault, "PROXY v2: SSL sub-TLV twice");
}

TEST(ProxyTlv, threat_38_control_bytes_in_names_are_refused) {
  for (const std::string& value :
       {std::string("a\r\nb"), std::string(1, '\0'), std::string("\x1b[2J"), std::string("\x7f")}) {
    EXPECT_EQ(with_tlvs(tlv(0x02, value)).fault, "PROXY v2: control byte in a TLV");
    EXPECT_EQ(with_tlvs(tlv(0x20, ssl_value + tlv(0x22, value))).fault, "PROXY v2: control byte in SSL TLV");
  }
}

TEST(ProxyTlv, a_unique_id_has_at_most_128_octets) {
  EXPECT_EQ(with_tlvs(tlv(0x05, std::string(128, 'x'))).state, State::done);
  EXPECT_EQ(with_tlvs(tlv(0x05, std::string(129, 'x'))).fault, "PROXY v2: unique id over 128 octets");
}

TEST(ProxyTlv, a_right_checksum_is_accepted_wherever_it_stands) {
  const Parsed parsed = parse(checksummed());
  ASSERT_EQ(parsed.state, State::done) << parsed.fault;
  EXPECT_TRUE(parsed.header.tlvs.checksum);
  EXPECT_EQ(parsed.header.tlvs.unique_id, "id-1");
}

TEST(ProxyTlv, any_flipped_bit_breaks_the_checksum) {
  const std::string good = checksummed();
  for (std::size_t i = 16; i < 28; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      ASSERT_EQ(parse(bad).fault, "PROXY v2: wrong checksum") << i;
    }
  }
}

TEST(ProxyTlv, a_checksum_of_another_size_or_given_twice_is_refused) {
  EXPECT_EQ(with_tlvs(tlv(0x03, "abc")).fault, "PROXY v2: checksum of a wrong size");
  EXPECT_EQ(with_tlvs(tlv(0x03, "abcd")).fault, "PROXY v2: wrong checksum");
  EXPECT_EQ(parse(v2(0x21, 0x11, inet_block + tlv(0x03, ""))).state, State::fault);
}

TEST(ProxyTlv, everything_written_is_read_again) {
  const Header header = full_header();
  const Parsed parsed = parse(write_v2(header).value());
  ASSERT_EQ(parsed.state, State::done) << parsed.fault;
  EXPECT_EQ(parsed.header.tlvs, header.tlvs);
  EXPECT_EQ(parsed.header.source, header.source);
}

TEST(ProxyTlv, written_octets_are_those_of_the_specification) {
  Header header = between({octets({192, 0, 2, 1}), 40000}, {octets({198, 51, 100, 7}), 25}).value();
  header.tlvs.authority = "mail.example";
  header.tlvs.ssl = Ssl{};
  header.tlvs.ssl->version = "TLSv1.3";
  header.tlvs.ssl->group = "X25519";
  const std::string ssl = octets({1, 0, 0, 0, 1}) + tlv(0x21, "TLSv1.3") + tlv(0x26, "X25519");
  EXPECT_EQ(write_v2(header).value(), v2(0x21, 0x11, inet_block + tlv(0x02, "mail.example") + tlv(0x20, ssl)));
}

// A certificate or a ClientHello chooses these texts: they must not make the header invalid, nor be cut to another
// name.
TEST(ProxyTlv, a_text_that_cannot_be_sent_is_left_out_whole) {
  Header header = full_header();
  header.tlvs.authority = std::string(256, 'a');
  header.tlvs.unique_id = std::string(129, 'u');
  header.tlvs.ssl->common_name = "root\nadmin";
  header.tlvs.ssl->client_certificate = std::string(2049, 'x');
  const Parsed parsed = parse(write_v2(header).value());
  ASSERT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.header.tlvs.authority, "");
  EXPECT_EQ(parsed.header.tlvs.unique_id, "");
  EXPECT_EQ(parsed.header.tlvs.ssl->common_name, "");
  EXPECT_EQ(parsed.header.tlvs.ssl->client_certificate, "");
  EXPECT_EQ(parsed.header.tlvs.ssl->version, "TLSv1.3");
}

TEST(ProxyTlv, the_fullest_header_fits_the_limit) {
  Header header;
  header.family = Family::unix_domain;
  header.tlvs = {
      std::string(255, 'a'), std::string(255, 'b'), std::string(128, 'c'), std::string(108, 'd'), Ssl{}, true};
  *header.tlvs.ssl = {true,
                      true,
                      true,
                      0,
                      std::string(32, 'e'),
                      std::string(256, 'f'),
                      std::string(64, 'g'),
                      std::string(64, 'h'),
                      std::string(64, 'i'),
                      std::string(64, 'j'),
                      std::string(64, 'k'),
                      std::string(2048, 'l')};
  const auto written = write_v2(header);
  ASSERT_TRUE(written);
  EXPECT_LE(written->size(), header_limit);
  EXPECT_EQ(parse(*written).header.tlvs, header.tlvs);
}

}  // namespace
}  // namespace proxyproto
