// Which certificate answers which client: by name, by wildcard, by kind of key, or not at all.
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <openssl/pem.h>

#include "tls/certificates.hpp"
#include "tls/server_names.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

using test::identity;
using test::Pair;

std::string names_shown(const std::string& asked, const Context& server) {
  Pair pair(test::client(asked), server);
  const auto facts = read_certificate(pair.client->peer_chain_pem());
  return facts ? fmt::format("{}", fmt::join(facts->names, " ")) : std::string();
}

std::string kind_shown(test::RawClient& client, const Context& context) {
  const auto server = context.start();
  if (client.shake(*server) != Progress::done) return server->failure().text();
  return server->facts().signature;
}

TEST(CertificateChoice, the_name_asked_for_chooses) {
  const Context server = test::server({}, {identity({"a.example"}), identity({"b.example", "c.example"})});
  EXPECT_EQ(names_shown("a.example", server), "a.example");
  EXPECT_EQ(names_shown("c.example", server), "b.example c.example");
  EXPECT_EQ(names_shown("C.EXAMPLE", server), "b.example c.example");
}

TEST(CertificateChoice, unknown_and_missing_names_get_the_first) {
  const Context server = test::server({}, {identity({"a.example"}), identity({"b.example"})});
  EXPECT_EQ(names_shown("x.example", server), "a.example");
  EXPECT_EQ(names_shown("", server), "a.example");
}

TEST(CertificateChoice, a_wildcard_stands_for_one_label) {
  const Context server =
      test::server({}, {identity({"a.example"}), identity({"*.b.example"}), identity({"x.b.example"})});
  EXPECT_EQ(names_shown("mx1.b.example", server), "*.b.example");
  EXPECT_EQ(names_shown("x.b.example", server), "x.b.example");
  EXPECT_EQ(names_shown("deep.mx1.b.example", server), "a.example");
  EXPECT_EQ(names_shown("b.example", server), "a.example");
}

TEST(CertificateChoice, strict_servers_refuse_unknown_names_with_unrecognized_name) {
  ServerSettings settings;
  settings.strict_sni = true;
  const Context server = test::server(settings, {identity({"a.example"})});
  Pair pair(test::client("x.example"), server);
  EXPECT_EQ(pair.ends.server, Progress::failed);
  EXPECT_EQ(pair.server->failure().text(), "unknown_sni");
  EXPECT_EQ(pair.client->failure().text(), "client_alert:112");
  EXPECT_EQ(pair.server->offered().sni, "x.example");
  EXPECT_EQ(names_shown("a.example", server), "a.example");
  EXPECT_EQ(names_shown("", server), "a.example");
}

TEST(CertificateChoice, ecdsa_and_rsa_of_the_same_names_stand_side_by_side) {
  const Context server = test::server({}, {identity({"mail.example"}), identity({"mail.example"}, KeyKind::rsa_2048)});
  test::RawClient both;
  EXPECT_EQ(kind_shown(both, server), "ECDSA (prime256v1)");
  test::RawClient only_rsa_1_3;
  SSL_CTX_set1_sigalgs_list(only_rsa_1_3.context.get(), "rsa_pss_rsae_sha256");
  EXPECT_EQ(kind_shown(only_rsa_1_3, server), "RSA-PSS (2048 bits)");
  test::RawClient only_rsa_1_2;
  SSL_CTX_set_max_proto_version(only_rsa_1_2.context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(only_rsa_1_2.context.get(), "ECDHE-RSA-AES128-GCM-SHA256");
  SSL_CTX_set1_sigalgs_list(only_rsa_1_2.context.get(), "RSA+SHA256");
  EXPECT_EQ(kind_shown(only_rsa_1_2, server), "RSA (2048 bits)");
}

TEST(CertificateChoice, of_two_of_one_kind_the_first_counts) {
  const Context server = test::server({}, {identity({"a.example", "b.example"}), identity({"b.example", "a.example"})});
  EXPECT_EQ(names_shown("b.example", server), "a.example b.example");
}

TEST(CertificateChoice, names_given_by_the_operator_replace_those_in_the_certificate) {
  Identity renamed = identity({"b.example"});
  renamed.names = {"x.example"};
  Identity nameless = identity({"c.example"});
  nameless.names = std::vector<std::string>{};
  const Context server = test::server({}, {identity({"a.example"}), renamed, nameless});
  EXPECT_EQ(names_shown("x.example", server), "b.example");
  EXPECT_EQ(names_shown("b.example", server), "a.example");
  EXPECT_EQ(names_shown("c.example", server), "a.example");
}

TEST(CertificateChoice, a_chain_is_sent_whole) {
  Identity one = identity({"mail.example"});
  one.chain_pem += test::certificate({"authority.example"}).chain_pem;
  Pair pair(test::client(), test::server({}, {one}));
  EXPECT_EQ(pair.client->peer_chain_pem(), one.chain_pem);
}

TEST(CertificateChoice, threat_47_a_key_of_another_certificate_is_refused) {
  Identity one = identity({"a.example"});
  one.key = identity({"b.example"}).key;
  const auto context = Context::server({}, {identity({"c.example"}), one}, nullptr);
  ASSERT_FALSE(context.has_value());
  EXPECT_THAT(context.error().text, testing::HasSubstr("does not belong"));
}

TEST(CertificateChoice, half_a_file_is_an_error_that_names_it) {
  Identity one = identity({"a.example"});
  one.origin = "fullchain.pem";
  one.chain_pem.resize(one.chain_pem.size() / 2);
  const auto context = Context::server({}, {one}, nullptr);
  ASSERT_FALSE(context.has_value());
  EXPECT_THAT(context.error().text, testing::StartsWith("fullchain.pem: "));
}

TEST(ServerNames, threat_37_only_host_names_come_through) {
  EXPECT_EQ(host_name("Mail.Example"), "mail.example");
  EXPECT_EQ(host_name("mail.example."), "mail.example");
  EXPECT_EQ(host_name("_a-1.example"), "_a-1.example");
  for (const char* bad :
       {"", ".", ".example", "a..b", "../etc", "a/b", "a b", "a\nb", "\xc3\xa4.example", "*.example"}) {
    EXPECT_FALSE(host_name(bad)) << bad;
  }
  EXPECT_FALSE(host_name(std::string(64, 'a')));
  std::string longest;
  for (int i = 0; i < 4; ++i) longest += std::string(62, 'a') + ".";
  EXPECT_TRUE(host_name(longest + "a"));
  EXPECT_FALSE(host_name(longest + "aaa"));
  EXPECT_FALSE(host_name(std::string_view("a\0b", 3)));
}

TEST(ServerNames, a_hostile_name_gets_the_default_and_stays_out_of_the_facts) {
  test::RawClient client;
  client.start();
  client.ask_for("../../etc/passwd\n");
  const auto server = test::server().start();
  EXPECT_EQ(client.shake(*server), Progress::done);
  EXPECT_EQ(server->facts().sni, "");
  EXPECT_EQ(server->offered().sni, "../../etc/passwd\\x0a");
}

TEST(CertificateFacts, tell_what_an_operator_looks_for) {
  const auto facts = read_certificate(test::certificate({"Mail.Example", "192.0.2.1", "*.example"}).chain_pem);
  ASSERT_TRUE(facts.has_value());
  EXPECT_THAT(facts->names, testing::ElementsAre("mail.example", "*.example"));
  EXPECT_EQ(facts->subject, "CN=Mail.Example");
  EXPECT_EQ(facts->key_kind, "ECDSA P-256");
  EXPECT_EQ(facts->serial.size(), 32U);
  EXPECT_EQ(facts->not_after - facts->not_before, std::chrono::hours(25));
  EXPECT_EQ(facts->public_der, identity({"Mail.Example", "192.0.2.1", "*.example"}).key.public_der());
}

TEST(CertificateFacts, without_alternative_names_the_common_name_counts) {
  // RFC 6125 knows it as a last resort; old private authorities still make such certificates.
  const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const CertificatePtr made(X509_new());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8, octets("Old.Example"), -1, -1, 0);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 60);
  X509_set_pubkey(made.get(), key.get());
  X509_sign(made.get(), key.get(), EVP_sha256());
  const BioPtr out = writing();
  PEM_write_bio_X509(out.get(), made.get());
  const auto facts = read_certificate(written(out.get()));
  ASSERT_TRUE(facts.has_value());
  EXPECT_THAT(facts->names, testing::ElementsAre("old.example"));
}

TEST(CertificateFacts, text_that_is_no_certificate_is_an_error) {
  EXPECT_FALSE(read_certificate("").has_value());
  EXPECT_FALSE(read_certificate("hello").has_value());
  EXPECT_FALSE(read_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").has_value());
  EXPECT_FALSE(read_certificate(test::certificate({"a.example"}).key_pem).has_value());
}

TEST(PrivateKey, is_found_behind_a_chain_and_told_by_kind) {
  const SelfSigned& made = test::certificate({"mail.example"}, KeyKind::rsa_2048);
  const auto key = PrivateKey::from_pem(made.chain_pem + made.key_pem);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->kind(), "RSA 2048");
  EXPECT_EQ(identity({"mail.example"}, KeyKind::ecdsa_p384).key.kind(), "ECDSA P-384");
  EXPECT_EQ(identity({"mail.example"}, KeyKind::ed25519).key.kind(), "Ed25519");
  EXPECT_FALSE(PrivateKey::from_pem(made.chain_pem).has_value());
}

TEST(PrivateKey, an_encrypted_one_is_an_error_and_no_prompt) {
  const BioPtr out = writing();
  const PrivateKey key = identity({"mail.example"}).key;
  PEM_write_bio_PKCS8PrivateKey(out.get(), key.raw(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
  EXPECT_FALSE(PrivateKey::from_pem(written(out.get())).has_value());
}

TEST(SelfSigned, every_kind_can_be_made) {
  for (const KeyKind kind : {KeyKind::ecdsa_p256, KeyKind::ecdsa_p384, KeyKind::ecdsa_p521, KeyKind::ed25519}) {
    const auto made = make_self_signed({"mail.example", "::1"}, kind, std::chrono::hours(1));
    ASSERT_TRUE(made.has_value());
    EXPECT_TRUE(PrivateKey::from_pem(made->key_pem).has_value());
  }
  EXPECT_FALSE(make_self_signed({}, KeyKind::ecdsa_p256, std::chrono::hours(1)).has_value());
}

}  // namespace
}  // namespace tls
