// Addresses, networks and endpoints: text forms both ways.
#include "os/address.hpp"

#include <sys/un.h>

#include <cstddef>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace os {
namespace {

using testing::HasSubstr;

SocketAddress ip(std::string_view literal, std::uint16_t port = 25) {
  return SocketAddress::ip(literal, port).value();
}

std::string endpoint_error(std::string_view text) {
  const auto endpoint = Endpoint::parse(text);
  return endpoint ? "accepted as " + endpoint->text() : endpoint.error().text;
}

std::string network_error(std::string_view text) {
  const auto network = Network::parse(text);
  return network ? "accepted as " + network->text() : network.error().text;
}

bool contains(std::string_view network, std::string_view address) {
  return Network::parse(network).value().contains(ip(address));
}

TEST(SocketAddress, is_written_in_postfix_form_for_both_families) {
  EXPECT_EQ(ip("192.0.2.1").text(), "[192.0.2.1]:25");
  EXPECT_EQ(ip("2001:DB8::0:1", 465).text(), "[2001:db8::1]:465");
}

TEST(SocketAddress, shows_v4_mapped_ipv6_as_ipv4) {
  const auto mapped = ip("::ffff:192.0.2.1");
  EXPECT_EQ(mapped.family(), AF_INET6);
  EXPECT_EQ(mapped.host(), "192.0.2.1");
  EXPECT_EQ(mapped.octets(), std::string("\xc0\x00\x02\x01", 4));
  EXPECT_EQ(mapped, ip("192.0.2.1"));
}

TEST(SocketAddress, has_no_octets_and_no_port_when_it_is_unix_or_empty) {
  const auto address = SocketAddress::unix_path("/run/x.sock").value();
  EXPECT_TRUE(address.is_unix());
  EXPECT_EQ(address.host(), "unix:/run/x.sock");
  EXPECT_EQ(address.text(), "unix:/run/x.sock");
  EXPECT_EQ(address.octets(), "");
  EXPECT_EQ(address.port(), 0);
  EXPECT_EQ(SocketAddress().text(), "unknown");
  EXPECT_EQ(SocketAddress().host(), "unknown");
}

TEST(SocketAddress, refuses_unix_paths_the_kernel_cannot_take) {
  EXPECT_TRUE(SocketAddress::unix_path("/" + std::string(106, 'x')).has_value());
  EXPECT_THAT(SocketAddress::unix_path("/" + std::string(107, 'x')).error().text, HasSubstr("at most 107"));
  EXPECT_FALSE(SocketAddress::unix_path("").has_value());
  EXPECT_FALSE(SocketAddress::unix_path(std::string_view("/a\0b", 4)).has_value());
}

TEST(SocketAddress, threat_38_a_clients_unix_name_cannot_inject_a_log_line) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name("\0x\ny", 4);
  std::copy(name.begin(), name.end(), std::begin(address.sun_path));
  const SocketAddress abstract(reinterpret_cast<const sockaddr*>(&address),
                               static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size()));
  EXPECT_EQ(abstract.text(), "unix:@x\\x0ay");
  const SocketAddress unnamed(reinterpret_cast<const sockaddr*>(&address), offsetof(sockaddr_un, sun_path));
  EXPECT_EQ(unnamed.text(), "unix:");
}

TEST(SocketAddress, takes_only_whole_literals) {
  for (const std::string_view wrong : {"", "192.0.2", "192.0.2.1 ", "0x7f.1", "::1%lo", "host"}) {
    EXPECT_FALSE(SocketAddress::ip(wrong, 25).has_value()) << wrong;
  }
  EXPECT_FALSE(SocketAddress::ip(std::string_view("192.0.2.1\0", 10), 25).has_value());
}

TEST(Endpoint, reads_all_its_forms_and_writes_them_again) {
  for (const std::string_view text : {"mx.example.org:25", "192.0.2.1:25", "[::1]:25", "[fe80::1%eth0]:25", ":25",
                                      "unix:/run/x.sock", "127.0.0.1:0", "under_score:65535"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint.has_value()) << endpoint.error().text;
    EXPECT_EQ(endpoint->text(), text);
  }
  EXPECT_EQ(Endpoint::parse("[192.0.2.1]:25").value().text(), "192.0.2.1:25");
}

TEST(Endpoint, names_what_is_wrong) {
  EXPECT_THAT(endpoint_error(""), HasSubstr("empty"));
  EXPECT_THAT(endpoint_error("127.0.0.1:25x"), HasSubstr("25x: not a port"));
  EXPECT_THAT(endpoint_error("127.0.0.1:65536"), HasSubstr("65536: not a port"));
  EXPECT_THAT(endpoint_error("127.0.0.1:-1"), HasSubstr("not a port"));
  EXPECT_THAT(endpoint_error("mx.example.org"), HasSubstr("missing port"));
  EXPECT_THAT(endpoint_error("mx.example.org:"), HasSubstr("missing port"));
  EXPECT_THAT(endpoint_error("[::1]"), HasSubstr("missing port"));
  EXPECT_THAT(endpoint_error("::1:25"), HasSubstr("IPv6 needs brackets"));
  EXPECT_THAT(endpoint_error("[::1"), HasSubstr("] is missing"));
  EXPECT_THAT(endpoint_error("[::1]25"), HasSubstr("only :port"));
  EXPECT_THAT(endpoint_error("[]:25"), HasSubstr("not an IP address"));
  EXPECT_THAT(endpoint_error("[mx.example.org]:25"), HasSubstr("not an IP address"));
  EXPECT_THAT(endpoint_error("192.0.2.300:25"), HasSubstr("not an IPv4 address"));
  EXPECT_THAT(endpoint_error("a b:25"), HasSubstr("not a host name"));
  EXPECT_THAT(endpoint_error("unix:run/x"), HasSubstr("must begin with /"));
  EXPECT_THAT(endpoint_error("unix:/" + std::string(200, 'x')), HasSubstr("at most 107"));
}

TEST(Network, holds_what_its_prefix_says) {
  EXPECT_TRUE(contains("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(contains("192.0.2.64/26", "192.0.2.127"));
  EXPECT_FALSE(contains("192.0.2.64/26", "192.0.2.128"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(contains("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
}

TEST(Network, treats_v4_mapped_addresses_as_ipv4_on_both_sides) {
  EXPECT_TRUE(contains("192.0.2.0/24", "::ffff:192.0.2.7"));
  EXPECT_TRUE(contains("::ffff:192.0.2.0/120", "192.0.2.7"));
  EXPECT_EQ(Network::parse("::ffff:192.0.2.0/120").value().text(), "192.0.2.0/24");
  EXPECT_FALSE(contains("::/0", "192.0.2.7"));
}

TEST(Network, keeps_unix_clients_and_addresses_apart) {
  const auto path = SocketAddress::unix_path("/run/x").value();
  EXPECT_TRUE(Network::parse("unix").value().contains(path));
  EXPECT_FALSE(Network::parse("unix").value().contains(ip("127.0.0.1")));
  EXPECT_FALSE(Network::parse("0.0.0.0/0").value().contains(path));
  EXPECT_FALSE(Network::parse("0.0.0.0/0").value().contains(SocketAddress()));
}

TEST(Network, names_what_is_wrong) {
  EXPECT_THAT(network_error("192.0.2.1/24"), HasSubstr("the network is 192.0.2.0/24"));
  EXPECT_THAT(network_error("192.0.2.0/33"), HasSubstr("0 to 32"));
  EXPECT_THAT(network_error("2001:db8::/129"), HasSubstr("0 to 128"));
  EXPECT_THAT(network_error("::ffff:192.0.2.0/95"), HasSubstr("96 to 128"));
  EXPECT_THAT(network_error("192.0.2.0/"), HasSubstr("0 to 32"));
  EXPECT_THAT(network_error("localhost"), HasSubstr("not a network"));
}

TEST(any_contains, looks_into_each_network) {
  const Networks networks{Network::parse("10.0.0.0/8").value(), Network::parse("[2001:db8::]/32").value()};
  EXPECT_TRUE(any_contains(networks, ip("2001:db8::9")));
  EXPECT_FALSE(any_contains(networks, ip("192.0.2.1")));
  EXPECT_FALSE(any_contains({}, ip("192.0.2.1")));
}

TEST(resolve, needs_no_look_up_for_literals_and_paths) {
  EXPECT_THAT(resolve(Endpoint::parse("[::1]:25").value(), false).value(), testing::ElementsAre(ip("::1")));
  EXPECT_EQ(resolve(Endpoint::parse("unix:/run/x").value(), false).value().front().text(), "unix:/run/x");
}

TEST(resolve, gives_all_addresses_to_a_listener_without_host) {
  EXPECT_THAT(resolve(Endpoint::parse(":25").value(), true).value(), testing::Contains(ip("0.0.0.0")));
  EXPECT_THAT(resolve(Endpoint::parse(":25").value(), false).error().text,
              HasSubstr("a host to connect to is missing"));
}

TEST(resolve, says_which_name_is_unknown) {
  EXPECT_THAT(resolve(Endpoint::parse("no-such-host.invalid:25").value(), false).error().text,
              HasSubstr("no-such-host.invalid:25"));
  EXPECT_THAT(resolve(Endpoint::parse("localhost:25").value(), false).value(), testing::Not(testing::IsEmpty()));
}

TEST(Network, around_an_address_has_its_leading_bits) {
  const auto around = [](std::string_view literal, unsigned ipv4, unsigned ipv6) {
    return Network::around(*SocketAddress::ip(literal, 25), ipv4, ipv6).text();
  };
  EXPECT_EQ(around("192.0.2.77", 32, 64), "192.0.2.77/32");
  EXPECT_EQ(around("192.0.2.77", 24, 64), "192.0.2.0/24");
  EXPECT_EQ(around("192.0.2.77", 0, 64), "0.0.0.0/0");
  EXPECT_EQ(around("::ffff:192.0.2.77", 28, 64), "192.0.2.64/28");
  EXPECT_EQ(around("2001:db8:1:2:3:4:5:6", 32, 64), "2001:db8:1:2::/64");
  EXPECT_EQ(around("2001:db8:1:2:3:4:5:6", 32, 44), "2001:db8::/44");
  EXPECT_EQ(Network::around(*SocketAddress::unix_path("/x"), 32, 64).text(), "unix");
}

}  // namespace
}  // namespace os
