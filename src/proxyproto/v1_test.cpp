// Version 1, good and bad, and what is written.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxyproto/example_headers.hpp"
#include "proxyproto/header.hpp"

namespace proxyproto {
namespace {

using example::octets;
using State = Parsed::State;

TEST(ProxyV1, tells_both_ends_of_an_ipv4_connection) {
  const Parsed parsed = parse("PROXY TCP4 192.0.2.1 198.51.100.7 40000 25\r\nEHLO client\r\n");
  ASSERT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.header.command, Command::proxy);
  EXPECT_EQ(parsed.header.family, Family::inet);
  EXPECT_EQ(parsed.header.source, (Endpoint{octets({192, 0, 2, 1}), 40000}));
  EXPECT_EQ(parsed.header.destination, (Endpoint{octets({198, 51, 100, 7}), 25}));
  EXPECT_EQ(parsed.header.size, 44U);
  EXPECT_TRUE(parsed.header.told());
}

TEST(ProxyV1, tells_both_ends_of_an_ipv6_connection) {
  const Parsed parsed = parse("PROXY TCP6 2001:db8::1 2001:DB8:0:0:0:0:0:19 65535 0\r\n");
  ASSERT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.header.family, Family::inet6);
  EXPECT_EQ(parsed.header.source, (Endpoint{example::inet6_block.substr(0, 16), 65535}));
  EXPECT_EQ(parsed.header.destination, (Endpoint{example::inet6_block.substr(16, 16), 0}));
}

TEST(ProxyV1, accepts_the_longest_lines_of_the_specification) {
  const std::string longest6 =
      "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";
  EXPECT_EQ(parse(longest6).state, State::done);
  const std::string unknown =
      "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";
  ASSERT_EQ(unknown.size(), v1_limit);
  EXPECT_EQ(parse(unknown).state, State::done);
  EXPECT_EQ(parse(unknown).header.size, v1_limit);
}

TEST(ProxyV1, unknown_keeps_the_connections_own_addresses_whatever_follows) {
  for (const std::string line : {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN \r\n", "PROXY UNKNOWN 192.0.2.1 x y\r\n"}) {
    const Parsed parsed = parse(line);
    ASSERT_EQ(parsed.state, State::done) << line;
    EXPECT_FALSE(parsed.header.told());
    EXPECT_TRUE(parsed.header.source.octets.empty());
    EXPECT_EQ(parsed.header.size, line.size());
  }
}

// Threat 14: whatever two readers could understand in two ways is refused.
TEST(ProxyV1, threat_14_spoofed_or_sloppy_lines_are_refused) {
  const std::vector<std::string> bad = {
      "PROXY TCP4 192.0.2.1 198.51.100.7 40000\r\n",       // a field too few
      "PROXY TCP4 192.0.2.1 198.51.100.7 40000 25 9\r\n",  // one too many
      "PROXY TCP4  192.0.2.1 198.51.100.7 40000 25\r\n",   // two spaces
      "PROXY  TCP4 192.0.2.1 198.51.100.7 40000 25\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7 40000 25 \r\n",  // space at the end
      "PROXY TCP4 192.0.2.1\t198.51.100.7 40000 25\r\n",  // TAB
      "PROXY TCP4 192.0.2.01 198.51.100.7 40000 25\r\n",  // leading zero: octal to some
      "PROXY TCP4 192.0.2.1 198.51.100.7 040000 25\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7 65536 25\r\n",  // port too big
      "PROXY TCP4 192.0.2.1 198.51.100.7 -1 25\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7 +1 25\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7 0x19 25\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7  25\r\n",        // empty port
      "PROXY TCP4 192.0.2 198.51.100.7 40000 25\r\n",     // three numbers
      "PROXY TCP4 3221225985 198.51.100.7 40000 25\r\n",  // one number
      "PROXY TCP4 192.0.2.256 198.51.100.7 40000 25\r\n",
      "PROXY TCP4 2001:db8::1 2001:db8::2 40000 25\r\n",  // family and address differ
      "PROXY TCP6 192.0.2.1 198.51.100.7 40000 25\r\n",
      "PROXY TCP6 2001:db8::1%eth0 2001:db8::2 40000 25\r\n",  // scope
      "PROXY TCP6 [2001:db8::1] 2001:db8::2 40000 25\r\n",
      "PROXY TCP6 2001::db8::1 2001:db8::2 40000 25\r\n",
      "PROXY TCP6 2001:db8:00001::1 2001:db8::2 40000 25\r\n",
      "PROXY TCP4 localhost 198.51.100.7 40000 25\r\n",
      "PROXY tcp4 192.0.2.1 198.51.100.7 40000 25\r\n",  // case
      "proxy TCP4 192.0.2.1 198.51.100.7 40000 25\r\n",
      "PROXY UDP4 192.0.2.1 198.51.100.7 40000 25\r\n",
      "PROXY UNKNOWNX\r\n",
      "PROXY \r\n",
      "PROXY\r\n",
      " PROXY TCP4 192.0.2.1 198.51.100.7 40000 25\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.7 40000 25\n",  // bare LF
      "PROXY TCP4 192.0.2.1 198.51.100.7 40000 25\r",  // see below: torn, then refused
      "PROXY UNKNOWN\n",
      "PROXY UNKNOWN\rX\r\n",  // bare CR
      "EHLO client\r\n",       // an SMTP client where a header is required
      "\x16\x03\x01\x02",      // a ClientHello
      "\n",
  };
  for (const std::string& line : bad) EXPECT_EQ(parse(line + "EHLO x\r\n").state, State::fault) << line;
}

TEST(ProxyV1, threat_14_a_nul_does_not_end_an_address) {
  std::string line = "PROXY TCP4 192.0.2.1X198.51.100.9 198.51.100.7 40000 25\r\n";
  line[20] = '\0';
  EXPECT_EQ(parse(line).state, State::fault);
}

TEST(ProxyV1, a_line_without_end_is_refused_after_107_octets_and_not_before) {
  const std::string endless = "PROXY UNKNOWN " + std::string(200, 'x');
  EXPECT_EQ(parse(endless.substr(0, v1_limit - 1)).state, State::need_more);
  EXPECT_EQ(parse(endless.substr(0, v1_limit)).state, State::fault);
  EXPECT_EQ(parse(endless).state, State::fault);
  // CR as the 107th octet: its LF would be the 108th.
  EXPECT_EQ(parse("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n").state, State::fault);
  EXPECT_EQ(parse("PROXY UNKNOWN " + std::string(92, 'x') + "\r").state, State::fault);
  EXPECT_EQ(parse("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n").state, State::done);
}

TEST(ProxyV1, a_first_octet_of_something_else_is_refused_at_once) {
  for (int c = 0; c < 256; ++c) {
    const State expected = c == 'P' || c == '\r' ? State::need_more : State::fault;
    EXPECT_EQ(parse(std::string(1, static_cast<char>(c))).state, expected) << c;
  }
}

TEST(ProxyV1, written_lines_are_canonical) {
  const auto inet = between({octets({192, 0, 2, 1}), 40000}, {octets({198, 51, 100, 7}), 25});
  EXPECT_EQ(write_v1(*inet).value(), "PROXY TCP4 192.0.2.1 198.51.100.7 40000 25\r\n");
  const auto inet6 = between({example::inet6_block.substr(0, 16), 1}, {example::inet6_block.substr(16, 16), 465});
  EXPECT_EQ(write_v1(*inet6).value(), "PROXY TCP6 2001:db8::1 2001:db8::19 1 465\r\n");
}

TEST(ProxyV1, what_is_written_is_read_again) {
  for (int i = 0; i < 256; ++i) {
    std::string source(16, static_cast<char>(i));
    source[i % 16] = static_cast<char>(i * 37);
    const auto header = between({source, static_cast<std::uint16_t>(i * 257)}, {std::string(16, '\0'), 25});
    const auto line = write_v1(*header);
    ASSERT_TRUE(line);
    ASSERT_LE(line->size(), v1_limit);
    const Parsed parsed = parse(*line);
    ASSERT_EQ(parsed.state, State::done) << *line;
    EXPECT_EQ(parsed.header.source, header->source);
    EXPECT_EQ(parsed.header.destination, header->destination);
  }
}

TEST(ProxyV1, local_and_unspec_are_written_as_unknown) {
  Header header;
  EXPECT_EQ(write_v1(header).value(), "PROXY UNKNOWN\r\n");
  header.command = Command::local;
  header.family = Family::inet;
  EXPECT_EQ(write_v1(header).value(), "PROXY UNKNOWN\r\n");
}

// Threat 9: a backend that hears UNKNOWN takes the front's own address for the client's.
TEST(ProxyV1, threat_9_an_address_that_cannot_be_said_is_an_error_not_unknown) {
  Header header;
  header.family = Family::unix_domain;
  header.source.octets = "/run/client";
  EXPECT_FALSE(write_v1(header));
  header.family = Family::inet;
  EXPECT_FALSE(write_v1(header));
  EXPECT_FALSE(between({"", 1}, {octets({192, 0, 2, 1}), 25}));
  EXPECT_FALSE(between({octets({192, 0, 2, 1}), 25}, {"12345", 1}));
}

TEST(ProxyV1, mixed_families_become_two_ipv6_addresses) {
  const auto header = between({octets({192, 0, 2, 1}), 40000}, {example::inet6_block.substr(16, 16), 25});
  ASSERT_TRUE(header);
  EXPECT_EQ(write_v1(*header).value(), "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::19 40000 25\r\n");
}

}  // namespace
}  // namespace proxyproto
