// Messages between a worker and the launcher, and what programs are told of their client.

#include <algorithm>

#include <gtest/gtest.h>

#include "session/client_identity.hpp"
#include "session/launch_wire.hpp"
#include "session/xclient.hpp"

namespace session {
namespace {

TEST(LaunchWire, a_request_comes_back_as_it_was) {
  for (const LaunchTarget target : {LaunchTarget::backend, LaunchTarget::policy, LaunchTarget::reputation}) {
    const LaunchRequest request{0x123456789abcdef0U, target, {"PROTO=TCP", "EMPTY="}};
    const auto back = decode_launch_request(encode(request));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->number, request.number);
    EXPECT_EQ(back->target, request.target);
    EXPECT_EQ(back->environment, request.environment);
  }
}

TEST(LaunchWire, an_answer_and_a_release_come_back_as_they_were) {
  EXPECT_EQ(decode_launch_answer(encode(LaunchAnswer{7, "100 programs are running"}))->fault,
            "100 programs are running");
  EXPECT_EQ(decode_launch_release(encode(LaunchRelease{9}))->number, 9U);
}

TEST(LaunchWire, every_truncation_of_a_request_is_refused_or_shorter) {
  const std::string whole = encode(LaunchRequest{1, LaunchTarget::backend, {"A=1", "B=2"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = decode_launch_request(std::string_view(whole).substr(0, size));
    EXPECT_TRUE(!cut || cut->environment.size() < 2U);
  }
}

TEST(LaunchWire, kinds_are_not_taken_for_each_other) {
  EXPECT_FALSE(decode_launch_request(encode(LaunchAnswer{1, ""})));
  EXPECT_FALSE(decode_launch_answer(encode(LaunchRelease{1})));
  EXPECT_FALSE(decode_launch_release("R0000000000000001x"));
  EXPECT_FALSE(decode_launch_release("R000000000000000g"));
}

ClientIdentity somebody() {
  ClientIdentity identity;
  identity.client = *os::SocketAddress::ip("192.0.2.1", 4711);
  identity.server = *os::SocketAddress::ip("2001:db8::25", 25);
  identity.session_id = "00c0ffee";
  return identity;
}

bool has(const std::vector<std::string>& all, std::string_view wanted) {
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

TEST(ClientIdentity, programs_get_UCSPI_names) {
  const auto environment = environment_of(somebody());
  EXPECT_TRUE(has(environment, "PROTO=TCP"));
  EXPECT_TRUE(has(environment, "TCPREMOTEIP=192.0.2.1"));
  EXPECT_TRUE(has(environment, "TCPREMOTEPORT=4711"));
  EXPECT_TRUE(has(environment, "TCPLOCALIP=2001:db8::25"));
  EXPECT_TRUE(has(environment, "TCPLOCALPORT=25"));
  EXPECT_TRUE(has(environment, "LOG_ID=00c0ffee"));
}

TEST(ClientIdentity, environment_values_cannot_carry_control_characters) {
  ClientIdentity identity = somebody();
  tls::Facts facts;
  facts.sni = "mail\nLD_PRELOAD=/evil";
  identity.tls = std::make_shared<const tls::Facts>(facts);
  EXPECT_TRUE(has(environment_of(identity), "SSL_TLS_SNI=mail?LD_PRELOAD=/evil"));
}

TEST(ClientIdentity, is_worded_as_Postfix_does) {
  EXPECT_EQ(somebody().text(), "unknown[192.0.2.1]:4711");
}

TEST(Xclient, only_what_was_announced_is_told) {
  using Commands = std::vector<std::string>;
  EXPECT_EQ(xclient_commands({"ADDR", "PORT"}, somebody()), Commands{"XCLIENT ADDR=192.0.2.1 PORT=4711\r\n"});
  EXPECT_EQ(xclient_commands({"NAME", "ADDR", "DESTADDR", "HELO", "LOGIN"}, somebody()),
            Commands{"XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.1 DESTADDR=IPV6:2001:db8::25\r\n"});
}

TEST(Xclient, a_name_cannot_add_attributes) {
  ClientIdentity identity = somebody();
  identity.name = "a ADDR=127.0.0.1";
  EXPECT_EQ(xclient_commands({"NAME"}, identity).front(), "XCLIENT NAME=a+20ADDR+3D127.0.0.1\r\n");
}

TEST(Xclient, long_names_are_told_in_several_commands) {
  ClientIdentity identity = somebody();
  identity.name = std::string(255, 'n');
  identity.claimed_name = std::string(255, 'c');
  const auto commands = xclient_commands({"NAME", "REVERSE_NAME", "ADDR", "PORT"}, identity);
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0], "XCLIENT NAME=" + identity.name + "\r\n");
  EXPECT_EQ(commands[1], "XCLIENT REVERSE_NAME=" + identity.claimed_name + " ADDR=192.0.2.1 PORT=4711\r\n");
  for (const auto& command : commands) EXPECT_LE(command.size(), 512U);
}

TEST(Xclient, names_that_grow_beyond_a_command_are_unavailable) {
  ClientIdentity identity = somebody();
  identity.name = std::string(200, '+');
  EXPECT_EQ(xclient_commands({"NAME"}, identity), std::vector<std::string>{"XCLIENT NAME=[UNAVAILABLE]\r\n"});
}

TEST(NameWire, comes_back_as_it_was_and_is_not_taken_for_others) {
  EXPECT_EQ(decode_name_request(encode(NameRequest{7, "192.0.2.1"}))->address, "192.0.2.1");
  const auto answer = decode_name_answer(encode(NameAnswer{9, "a.example", "b.example"}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->number, 9U);
  EXPECT_EQ(answer->verified, "a.example");
  EXPECT_EQ(answer->claimed, "b.example");
  EXPECT_FALSE(decode_name_answer(encode(NameRequest{7, "192.0.2.1"})));
  EXPECT_FALSE(decode_name_request(encode(NameAnswer{7, "a", "b"})));
  const std::string whole = encode(NameAnswer{9, "a", "b"});
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(decode_name_answer(whole.substr(0, size)));
}

}  // namespace
}  // namespace session
