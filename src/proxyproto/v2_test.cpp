// Version 2: fixed octets, addresses, limits, and headers torn at every byte.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxyproto/example_headers.hpp"
#include "proxyproto/header.hpp"

namespace proxyproto {
namespace {

using example::inet6_block;
using example::inet_block;
using example::octets;
using example::tlv;
using example::unix_block;
using example::v2;
using State = Parsed::State;

std::vector<std::string> good_headers() {
  return {
      "PROXY TCP4 192.0.2.1 198.51.100.7 40000 25\r\n",
      "PROXY TCP6 2001:db8::1 2001:db8::19 40000 465\r\n",
      "PROXY UNKNOWN\r\n",
      v2(0x21, 0x11, inet_block),
      v2(0x21, 0x21, inet6_block),
      v2(0x21, 0x31, unix_block("/run/a", "/run/b")),
      v2(0x21, 0x00, ""),
      v2(0x21, 0x00, "octets of no meaning"),
      v2(0x20, 0x00, ""),
      v2(0x20, 0x11, inet_block),
      v2(0x21, 0x11, inet_block + tlv(0x01, "smtp") + tlv(0x20, example::ssl_value) + tlv(0x02, "mail.example")),
      v2(0x21, 0x11, inet_block + tlv(0x04, std::string(4000, '\0'))),
  };
}

TEST(ProxyV2, tells_both_ends_of_an_ipv4_connection) {
  const Parsed parsed = parse(v2(0x21, 0x11, inet_block) + "EHLO client\r\n");
  ASSERT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.header.family, Family::inet);
  EXPECT_EQ(parsed.header.source, (Endpoint{octets({192, 0, 2, 1}), 40000}));
  EXPECT_EQ(parsed.header.destination, (Endpoint{octets({198, 51, 100, 7}), 25}));
  EXPECT_EQ(parsed.header.size, 28U);
  EXPECT_EQ(parsed.header.tlvs, Tlvs{});
}

TEST(ProxyV2, tells_both_ends_of_an_ipv6_connection) {
  const Parsed parsed = parse(v2(0x21, 0x21, inet6_block));
  ASSERT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.header.family, Family::inet6);
  EXPECT_EQ(parsed.header.source, (Endpoint{inet6_block.substr(0, 16), 40000}));
  EXPECT_EQ(parsed.header.destination, (Endpoint{inet6_block.substr(16, 16), 465}));
  EXPECT_EQ(parsed.header.size, 52U);
}

TEST(ProxyV2, tells_unix_paths_without_their_padding) {
  const Parsed parsed = parse(v2(0x21, 0x31, unix_block("/run/client", std::string(108, 'x'))));
  ASSERT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.header.family, Family::unix_domain);
  EXPECT_EQ(parsed.header.source.octets, "/run/client");
  EXPECT_EQ(parsed.header.destination.octets, std::string(108, 'x'));
  EXPECT_EQ(parse(v2(0x21, 0x31, unix_block("", ""))).header.source.octets, "");
}

TEST(ProxyV2, local_keeps_the_connections_own_addresses_whatever_it_carries) {
  for (const std::string& bytes : {v2(0x20, 0x00, ""), v2(0x20, 0x11, inet_block), v2(0x20, 0x11, "abc"),
                                   v2(0x20, 0xff, "??"), v2(0x20, 0x21, inet6_block + "torn")}) {
    const Parsed parsed = parse(bytes + "QUIT\r\n");
    ASSERT_EQ(parsed.state, State::done);
    EXPECT_EQ(parsed.header.command, Command::local);
    EXPECT_FALSE(parsed.header.told());
    EXPECT_EQ(parsed.header.source, Endpoint{});
    EXPECT_EQ(parsed.header.size, bytes.size());
  }
}

TEST(ProxyV2, unspec_keeps_the_connections_own_addresses) {
  const Parsed parsed = parse(v2(0x21, 0x00, inet_block));
  ASSERT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.header.command, Command::proxy);
  EXPECT_FALSE(parsed.header.told());
}

TEST(ProxyV2, threat_14_unassigned_versions_commands_and_families_are_refused) {
  EXPECT_EQ(parse(v2(0x11, 0x11, inet_block)).fault, "PROXY v2: unknown version");
  EXPECT_EQ(parse(v2(0x31, 0x11, inet_block)).fault, "PROXY v2: unknown version");
  EXPECT_EQ(parse(v2(0x01, 0x11, inet_block)).fault, "PROXY v2: unknown version");
  for (int command = 2; command < 16; ++command) {
    EXPECT_EQ(parse(v2(0x20 | command, 0x11, inet_block)).fault, "PROXY v2: unknown command");
  }
  for (int family = 1; family < 256; ++family) {
    const bool known = family == 0x11 || family == 0x21 || family == 0x31;
    EXPECT_EQ(parse(v2(0x21, family, std::string(216, '\0'))).state, known ? State::done : State::fault) << family;
  }
}

TEST(ProxyV2, threat_14_a_datagram_family_is_refused) {
  for (const int family : {0x12, 0x22, 0x32}) {
    EXPECT_EQ(parse(v2(0x21, family, std::string(216, '\0'))).fault, "PROXY v2: not a known stream family");
  }
}

TEST(ProxyV2, threat_14_a_length_shorter_than_the_addresses_is_refused) {
  EXPECT_EQ(parse(v2(0x21, 0x11, inet_block.substr(1))).fault, "PROXY v2: shorter than its addresses");
  EXPECT_EQ(parse(v2(0x21, 0x21, inet6_block.substr(1))).state, State::fault);
  EXPECT_EQ(parse(v2(0x21, 0x31, std::string(215, 'a'))).state, State::fault);
  EXPECT_EQ(parse(v2(0x21, 0x11, "")).state, State::fault);
}

TEST(ProxyV2, accepts_4096_octets_and_refuses_more_before_they_arrive) {
  EXPECT_EQ(parse(v2(0x20, 0x00, std::string(v2_body_limit, 'x'))).state, State::done);
  EXPECT_EQ(parse(v2(0x20, 0x00, std::string(v2_body_limit, 'x'))).header.size, header_limit);
  EXPECT_EQ(parse(v2(0x20, 0x00, std::string(v2_body_limit + 1, 'x')).substr(0, 16)).fault,
            "PROXY v2: longer than 4096 octets");
  EXPECT_EQ(parse(v2(0x21, 0x11, std::string(65535, 'x')).substr(0, 16)).state, State::fault);
}

TEST(ProxyV2, a_wrong_octet_of_the_signature_is_refused_at_that_octet) {
  for (std::size_t i = 1; i < 12; ++i) {
    std::string bytes = example::signature.substr(0, i + 1);
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    EXPECT_EQ(parse(bytes).state, State::fault) << i;
  }
}

TEST(ProxyHeader, torn_at_every_byte_needs_more_and_then_reads_the_same) {
  for (const std::string& whole : good_headers()) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      ASSERT_EQ(parse(whole.substr(0, size)).state, State::need_more) << size << " of " << whole.size();
    }
    const Parsed alone = parse(whole);
    ASSERT_EQ(alone.state, State::done);
    EXPECT_EQ(alone.header.size, whole.size());
    const Parsed followed = parse(whole + "\x16\x03\x01 what follows is not looked at");
    EXPECT_EQ(followed.header.size, whole.size());
    EXPECT_EQ(followed.header.source, alone.header.source);
    EXPECT_EQ(followed.header.tlvs, alone.header.tlvs);
  }
}

TEST(ProxyHeader, a_fault_stays_a_fault_with_more_bytes) {
  const std::vector<std::string> bad = {"PROXX", v2(0x22, 0x11, inet_block), v2(0x21, 0x12, inet_block),
                                        v2(0x21, 0x11, inet_block + "x"), "PROXY TCP4 a b c d\r\n"};
  for (const std::string& bytes : bad) {
    bool faulty = false;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      const State state = parse(bytes.substr(0, size)).state;
      ASSERT_NE(state, State::done);
      EXPECT_TRUE(!faulty || state == State::fault);
      faulty = state == State::fault;
    }
    EXPECT_TRUE(faulty);
  }
}

TEST(ProxyV2, writes_the_octets_of_the_specification) {
  const auto inet = between({octets({192, 0, 2, 1}), 40000}, {octets({198, 51, 100, 7}), 25});
  EXPECT_EQ(write_v2(*inet).value(), v2(0x21, 0x11, inet_block));
  const auto inet6 = between({inet6_block.substr(0, 16), 40000}, {inet6_block.substr(16, 16), 465});
  EXPECT_EQ(write_v2(*inet6).value(), v2(0x21, 0x21, inet6_block));
  Header paths;
  paths.family = Family::unix_domain;
  paths.source.octets = "/run/a";
  EXPECT_EQ(write_v2(paths).value(), v2(0x21, 0x31, unix_block("/run/a", "")));
}

TEST(ProxyV2, local_and_unspec_are_written_without_a_body) {
  Header header;
  header.tlvs.authority = "mail.example";
  EXPECT_EQ(write_v2(header).value(), v2(0x21, 0x00, ""));
  header.command = Command::local;
  EXPECT_EQ(write_v2(header).value(), v2(0x20, 0x00, ""));
}

TEST(ProxyV2, threat_9_addresses_that_do_not_fit_are_an_error) {
  Header header;
  header.family = Family::inet6;
  header.source.octets = octets({192, 0, 2, 1});
  header.destination.octets = inet6_block.substr(0, 16);
  EXPECT_FALSE(write_v2(header));
  header.family = Family::unix_domain;
  header.source.octets = std::string(109, '/');
  EXPECT_FALSE(write_v2(header));
}

TEST(ProxyV2, good_headers_survive_reading_and_writing) {
  for (const std::string& whole : good_headers()) {
    const Parsed first = parse(whole);
    const auto written = write_v2(first.header);
    ASSERT_TRUE(written);
    const Parsed second = parse(*written);
    ASSERT_EQ(second.state, State::done);
    EXPECT_EQ(second.header.family, first.header.family);
    EXPECT_EQ(second.header.source, first.header.source);
    EXPECT_EQ(second.header.destination, first.header.destination);
    EXPECT_EQ(second.header.tlvs, first.header.tlvs);
  }
}

}  // namespace
}  // namespace proxyproto
