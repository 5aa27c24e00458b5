// The TLS context reply, attribute by attribute for each version.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postfix/attr.hpp"
#include "postfix/tls_results.hpp"

namespace postfix {
namespace {

using Names = std::vector<std::string>;

TlsResults example() {
  TlsResults results;
  results.peer_common_name = "mx.example.test";
  results.issuer_common_name = "Test CA";
  results.peer_fingerprint = "50:34";
  results.peer_public_key_fingerprint = "AA:BB";
  results.level = 1;
  results.peer_status = peer_certificate | peer_trusted;
  results.protocol = "TLSv1.3";
  results.cipher = "TLS_AES_256_GCM_SHA384";
  results.cipher_used_bits = results.cipher_bits = 256;
  results.key_exchange = "X25519";
  results.server_signature = {"RSA-PSS", "", 2048, "SHA256"};
  results.peer_name_address = "127.0.0.1[127.0.0.1]:2526";
  return results;
}

Attributes told(const TlsResults& results, const char* version) {
  ListReader reader;
  const std::string bytes = encode(results, Version::parse(version).value());
  EXPECT_EQ(reader.feed(bytes), bytes.size());
  EXPECT_EQ(reader.state(), ListReader::State::done);
  return reader.take();
}

Names names(const char* version) {
  Names found;
  for (const auto& [name, value] : told(example(), version)) found.push_back(name);
  return found;
}

const Names names_2_8 = {"peer_CN",         "issuer_CN",   "peer_fingerprint", "peer_status",
                         "cipher_protocol", "cipher_name", "cipher_usebits",   "cipher_algbits"};
const Names names_2_9 = {"peer_CN",         "issuer_CN",   "peer_fingerprint", "peer_pubkey_fingerprint", "peer_status",
                         "cipher_protocol", "cipher_name", "cipher_usebits",   "cipher_algbits"};
const Names names_3_4 = {"peer_CN",
                         "issuer_CN",
                         "peer_fingerprint",
                         "peer_pubkey_fingerprint",
                         "peer_status",
                         "cipher_protocol",
                         "cipher_name",
                         "cipher_usebits",
                         "cipher_algbits",
                         "key_exchange",
                         "key_exchange_curve",
                         "key_exchange_bits",
                         "clnt_signature",
                         "clnt_signature_curve",
                         "clnt_signature_bits",
                         "clnt_signature_digest",
                         "srvr_signature",
                         "srvr_signature_curve",
                         "srvr_signature_bits",
                         "srvr_signature_digest",
                         "namaddr"};

// `base` with a name put behind another.
Names with(Names base, const std::string& after, const Names& added) {
  const auto place = std::find(base.begin(), base.end(), after);
  base.insert(place + 1, added.begin(), added.end());
  return base;
}

const Names names_3_6 = with(names_3_4, "peer_pubkey_fingerprint", {"level"});
const Names names_3_9 = with(names_3_6, "key_exchange_bits", {"ctos_rpk", "stoc_rpk"});
const Names names_3_10 = with(names_3_9, "namaddr", {"rpt_reported"});
const Names names_3_12 = with(names_3_10, "rpt_reported", {"trace_size_limit"});

TEST(TlsResults, have_the_order_of_each_version) {
  EXPECT_EQ(names("2.8.0"), names_2_8);
  EXPECT_EQ(names("2.9.0"), names_2_9);
  EXPECT_EQ(names("2.11.11"), names_2_9);
  EXPECT_EQ(names("3.4.0"), names_3_4);
  EXPECT_EQ(names("3.5.27"), names_3_4);
  EXPECT_EQ(names("3.6.0"), names_3_6);
  EXPECT_EQ(names("3.7.11"), names_3_6);
  EXPECT_EQ(names("3.8.9"), names_3_6);
  EXPECT_EQ(names("3.9.0"), names_3_9);
  EXPECT_EQ(names("3.10.0"), names_3_10);
  EXPECT_EQ(names("3.11.6"), names_3_10);
  EXPECT_EQ(names("3.12-20260821"), names_3_12);
}

TEST(TlsResults, signatures_came_to_older_lines_by_patch) {
  for (const char* before : {"3.0.13", "3.1.9", "3.2.6", "3.3.1", "3.0.0"})
    EXPECT_EQ(names(before), names_2_9) << before;
  for (const char* since : {"3.0.14", "3.1.10", "3.2.7", "3.3.2", "3.3.22"})
    EXPECT_EQ(names(since), names_3_4) << since;
}

TEST(TlsResults, are_26_attributes_in_the_newest) {
  EXPECT_EQ(names_3_12.size(), 26U);
}

TEST(TlsResults, carry_the_values_of_the_handshake) {
  std::string expected =
      "peer_CN|mx.example.test|issuer_CN|Test CA|peer_fingerprint|50:34|peer_pubkey_fingerprint|AA:BB|level|1|"
      "peer_status|5|cipher_protocol|TLSv1.3|cipher_name|TLS_AES_256_GCM_SHA384|cipher_usebits|256|cipher_algbits|256|"
      "key_exchange|X25519|key_exchange_curve||key_exchange_bits|0|clnt_signature||clnt_signature_curve||"
      "clnt_signature_bits|0|clnt_signature_digest||srvr_signature|RSA-PSS|srvr_signature_curve||"
      "srvr_signature_bits|2048|srvr_signature_digest|SHA256|namaddr|127.0.0.1[127.0.0.1]:2526||";
  std::replace(expected.begin(), expected.end(), '|', '\0');
  EXPECT_EQ(encode(example(), Version::parse("3.7.11").value()), expected);
}

TEST(TlsResults, a_bit_an_older_reader_misunderstands_is_not_sent) {
  TlsResults results;
  results.peer_status = peer_certificate | peer_matched | peer_secured | peer_raw_public_key;
  EXPECT_EQ(*find(told(results, "2.8.0"), "peer_status"), "9");
  EXPECT_EQ(*find(told(results, "2.9.0"), "peer_status"), "25");
  EXPECT_EQ(*find(told(results, "3.8.0"), "peer_status"), "25");
  EXPECT_EQ(*find(told(results, "3.9.0"), "peer_status"), "57");
}

TEST(TlsResults, a_certificate_name_with_nul_adds_no_attribute) {
  TlsResults results = example();
  results.peer_common_name = std::string("mx\0peer_status\00015", 17);
  EXPECT_EQ(told(results, "3.7.11").size(), names_3_6.size());
  EXPECT_EQ(*find(told(results, "3.7.11"), "peer_CN"), "");
  EXPECT_EQ(*find(told(results, "3.7.11"), "peer_status"), "5");
}

}  // namespace
}  // namespace postfix
