// What the environment and a control socket of the UCSPI family tell, be it true or not.
#include "session/ucspi_facts.hpp"

#include <array>

#include <gtest/gtest.h>

namespace session {
namespace {

using Variables = std::vector<std::string>;

Variables told() {
  return {"TCPREMOTEIP=192.0.2.1", "TCPREMOTEPORT=4711",           "TCPLOCALIP=192.0.2.25",
          "TCPLOCALPORT=25",       "TCPREMOTEHOST=client.example", "LOG_ID=00c0ffee"};
}

Variables told_with(const std::string& first) {
  Variables variables = told();
  variables.insert(variables.begin(), first);
  return variables;
}

TEST(UcspiFacts, are_what_the_variables_say) {
  const ClientIdentity identity = identity_in(told());
  EXPECT_EQ(identity.text(), "client.example[192.0.2.1]:4711");
  EXPECT_EQ(identity.server.text(), "[192.0.2.25]:25");
  EXPECT_EQ(identity.session_id, "00c0ffee");
  EXPECT_FALSE(identity.tls);
  EXPECT_EQ(environment_of(identity).size(), 7U);
}

TEST(UcspiFacts, addresses_are_both_told_or_none_is) {
  for (const char* wrong :
       {"TCPREMOTEIP=", "TCPREMOTEIP=client.example", "TCPREMOTEIP=192.0.2.1 ", "TCPREMOTEPORT=65536",
        "TCPREMOTEPORT=-1", "TCPLOCALPORT=25x", "TCPLOCALIP=/var/run/socket"}) {
    const ClientIdentity identity = identity_in(told_with(wrong));
    EXPECT_TRUE(identity.client.octets().empty()) << wrong;
    EXPECT_TRUE(identity.server.octets().empty()) << wrong;
  }
}

TEST(UcspiFacts, threat_40_a_name_that_is_none_is_unknown) {
  for (const char* wrong :
       {"a\nX-Injected: 1", "192.0.2.1", "a b", "client.example)", "", "-a.example", "a..b", "::1"}) {
    EXPECT_EQ(identity_in(told_with("TCPREMOTEHOST=" + std::string(wrong))).name, "unknown") << wrong;
  }
  EXPECT_EQ(identity_in(told_with("TCPREMOTEHOST=" + std::string(256, 'a'))).name, "unknown");
}

TEST(UcspiFacts, of_tls_cannot_carry_lines_into_logs_and_headers) {
  const ClientIdentity identity = identity_in(
      {"SSL_PROTOCOL=TLSv1.3\r\nX: y", "SSL_CIPHER=A\nB", "SSL_TLS_SNI=\x7f\x80", "SSL_CIPHER_USEKEYSIZE=-1"});
  ASSERT_TRUE(identity.tls);
  EXPECT_EQ(identity.tls->protocol, "TLSv1.3\\x0d\\x0aX: y");
  EXPECT_EQ(identity.tls->cipher, "A\\x0aB");
  EXPECT_EQ(identity.tls->sni, "\\x7f\\x80");
  EXPECT_EQ(identity.tls->bits, 0);
}

TEST(UcspiFacts, long_values_are_cut) {
  EXPECT_EQ(identity_in({"LOG_ID=" + std::string(1000, 'i')}).session_id, std::string(64, 'i') + "...");
  EXPECT_LE(identity_in({"SSL_PROTOCOL=" + std::string(100'000, '\x01')}).tls->protocol.size(), 1027U);
}

TEST(UcspiFacts, of_a_control_socket_are_mod_ssl_s_names) {
  constexpr auto octets =
      std::to_array("SSL_PROTOCOL=TLSv1.3\0X\0SSL_CIPHER=TLS_AES_128_GCM_SHA256\0SSL_CIPHER_USEKEYSIZE=128\0");
  const smtp::TlsFacts facts = tls_facts_in({octets.data(), octets.size()});
  EXPECT_EQ(facts.protocol, "TLSv1.3");
  EXPECT_EQ(facts.cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(facts.bits, 128);
  EXPECT_EQ(facts.algorithm_bits, 0);
  EXPECT_TRUE(tls_facts_in("").protocol.empty());
}

}  // namespace
}  // namespace session
