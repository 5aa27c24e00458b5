// Handshakes between two engines: versions, keys, facts, and what is not offered by default.
#include "tls/engine.hpp"

#include <array>

#include <gmock/gmock.h>

#include "tls/connection.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

using test::both_done;
using test::identity;
using test::Pair;
using test::RawClient;

ServerSettings lowest(Version version) {
  ServerSettings settings;
  settings.min_version = version;
  return settings;
}

Progress offering(const char* ciphers, int highest = TLS1_2_VERSION) {
  RawClient client;
  SSL_CTX_set_cipher_list(client.context.get(), ciphers);
  SSL_CTX_set_max_proto_version(client.context.get(), highest);
  const auto server =
      test::server({}, {identity({"mail.example"}), identity({"mail.example"}, KeyKind::rsa_2048)}).start();
  return client.shake(*server);
}

TEST(Handshake, two_engines_agree_on_tls_1_3_and_carry_text_both_ways) {
  Pair pair(test::client(), test::server());
  ASSERT_TRUE(both_done(pair.ends));
  EXPECT_EQ(test::send(*pair.client, *pair.server, "EHLO a\r\n"), "EHLO a\r\n");
  EXPECT_EQ(test::send(*pair.server, *pair.client, "250 b\r\n"), "250 b\r\n");
}

TEST(Handshake, tls_1_3_facts_are_those_postfix_logs) {
  Pair pair(test::client(), test::server());
  const Facts facts = pair.server->facts();
  EXPECT_EQ(facts.protocol, "TLSv1.3");
  EXPECT_EQ(facts.cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(facts.bits, 128);
  EXPECT_EQ(facts.algorithm_bits, 128);
  EXPECT_EQ(facts.group, pair.client->facts().group);
  EXPECT_EQ(facts.signature, "ECDSA (prime256v1)");
  EXPECT_EQ(facts.digest, "SHA256");
  EXPECT_EQ(facts.scheme, "ecdsa_secp256r1_sha256");
  EXPECT_EQ(facts.alpn, "");
  EXPECT_EQ(facts.sni, "mail.example");
  EXPECT_FALSE(facts.resumed);
  EXPECT_FALSE(facts.client_certificate);
}

TEST(Handshake, both_sides_tell_the_same_signature) {
  for (const KeyKind kind : {KeyKind::ecdsa_p384, KeyKind::rsa_2048, KeyKind::ed25519}) {
    Pair pair(test::client(), test::server({}, {identity({"mail.example"}, kind)}));
    ASSERT_TRUE(both_done(pair.ends));
    EXPECT_EQ(pair.server->facts().signature, pair.client->facts().signature);
    EXPECT_EQ(pair.server->facts().digest, pair.client->facts().digest);
  }
}

TEST(Handshake, signature_schemes_have_the_names_of_the_RFC) {
  const auto scheme = [](KeyKind kind, Version version) {
    Pair pair(test::client("mail.example", version), test::server({}, {identity({"mail.example"}, kind)}));
    EXPECT_TRUE(both_done(pair.ends));
    return pair.server->facts().scheme;
  };
  EXPECT_EQ(scheme(KeyKind::ecdsa_p384, Version::tls1_3), "ecdsa_secp384r1_sha384");
  EXPECT_EQ(scheme(KeyKind::ecdsa_p256, Version::tls1_2), "ecdsa_secp256r1_sha256");
  EXPECT_EQ(scheme(KeyKind::rsa_2048, Version::tls1_3), "rsa_pss_rsae_sha256");
  EXPECT_EQ(scheme(KeyKind::rsa_2048, Version::tls1_2), "rsa_pss_rsae_sha256");
  EXPECT_EQ(scheme(KeyKind::ed25519, Version::tls1_3), "ed25519");
}

TEST(Handshake, signatures_are_named_by_kind) {
  Pair rsa(test::client(), test::server({}, {identity({"mail.example"}, KeyKind::rsa_2048)}));
  EXPECT_EQ(rsa.server->facts().signature, "RSA-PSS (2048 bits)");
  Pair edwards(test::client(), test::server({}, {identity({"mail.example"}, KeyKind::ed25519)}));
  EXPECT_EQ(edwards.server->facts().signature, "ED25519");
  EXPECT_EQ(edwards.server->facts().digest, "");
}

TEST(Handshake, tls_1_2_has_its_facts_too) {
  ServerSettings settings;
  settings.groups = "P-256";
  Pair pair(test::client("mail.example", Version::tls1_2), test::server(settings));
  ASSERT_TRUE(both_done(pair.ends));
  const Facts facts = pair.server->facts();
  EXPECT_EQ(facts.protocol, "TLSv1.2");
  EXPECT_EQ(facts.cipher, "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_EQ(facts.group, "prime256v1");
  EXPECT_EQ(facts.key_exchange(), "ECDHE (prime256v1)");
  EXPECT_EQ(facts.signature, "ECDSA (prime256v1)");
}

TEST(Handshake, x25519_comes_before_other_curves) {
  ServerSettings settings;
  settings.groups = "X25519:P-256";
  Pair pair(test::client(), test::server(settings));
  EXPECT_EQ(pair.server->facts().key_exchange(), "X25519");
}

TEST(Handshake, unknown_groups_are_skipped_but_not_all_of_them) {
  ServerSettings settings;
  settings.groups = "no-such-group:P-384";
  Pair pair(test::client(), test::server(settings));
  EXPECT_EQ(pair.server->facts().group, "secp384r1");
  settings.groups = "no-such-group";
  EXPECT_FALSE(Context::server(settings, {identity({"mail.example"})}, nullptr).has_value());
}

TEST(Handshake, a_client_that_prefers_chacha_gets_it) {
  RawClient client;
  SSL_CTX_set_ciphersuites(client.context.get(), "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256");
  const auto server = test::server().start();
  ASSERT_EQ(client.shake(*server), Progress::done);
  EXPECT_EQ(server->facts().cipher, "TLS_CHACHA20_POLY1305_SHA256");
}

// Forward secrecy (RFC 8446 appendix E.1): what could tell the traffic keys is gone while the connection lasts.
TEST(Handshake, the_ephemeral_keys_do_not_outlive_it) {
  RawClient client;
  const auto server = test::server().start();
  ASSERT_EQ(client.shake(*server), Progress::done);
  EVP_PKEY* found = nullptr;
  ASSERT_EQ(SSL_ctrl(client.ssl.get(), SSL_CTRL_GET_TMP_KEY, 0, static_cast<void*>(&found)), 1);
  const KeyPtr key(found);
  std::array<unsigned char, 32> secret{};
  std::size_t size = secret.size();
  EXPECT_EQ(EVP_PKEY_get_raw_private_key(key.get(), secret.data(), &size), 1);
  forget_ephemeral_keys(client.ssl.get());
  EXPECT_NE(EVP_PKEY_get_raw_private_key(key.get(), secret.data(), &size), 1);
  ERR_clear_error();
}

TEST(Handshake, the_clients_order_of_ciphers_counts_only_by_settings) {
  for (const bool theirs : {false, true}) {
    RawClient client;
    SSL_CTX_set_ciphersuites(client.context.get(), "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256");
    ServerSettings settings;
    settings.client_order = theirs;
    const auto server = test::server(settings).start();
    ASSERT_EQ(client.shake(*server), Progress::done);
    EXPECT_EQ(server->facts().cipher, theirs ? "TLS_AES_256_GCM_SHA384" : "TLS_AES_128_GCM_SHA256");
  }
}

TEST(Handshake, threat_30_tls_1_0_and_1_1_only_by_settings) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    RawClient refused;
    SSL_CTX_set_max_proto_version(refused.context.get(), version);
    const auto modern = test::server().start();
    EXPECT_EQ(refused.shake(*modern), Progress::failed);
    EXPECT_EQ(modern->failure().text(), "no_shared_version");

    RawClient printer;
    SSL_CTX_set_max_proto_version(printer.context.get(), version);
    const auto old = test::server(lowest(Version::tls1_0), {identity({"mail.example"}, KeyKind::rsa_2048)}).start();
    EXPECT_EQ(printer.shake(*old), Progress::done) << old->failure().detail;
  }
}

TEST(Handshake, threat_29_no_rsa_key_exchange_no_dhe_no_cbc_by_default) {
  EXPECT_EQ(offering("kRSA:@SECLEVEL=0"), Progress::failed);
  EXPECT_EQ(offering("kDHE:@SECLEVEL=0"), Progress::failed);
  EXPECT_EQ(offering("ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384"), Progress::failed);
  EXPECT_EQ(offering("ECDHE-ECDSA-CHACHA20-POLY1305"), Progress::done);
}

TEST(Handshake, threat_30_no_sha1_signatures) {
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_2_VERSION);
  SSL_CTX_set1_sigalgs_list(client.context.get(), "RSA+SHA1:ECDSA+SHA1");
  const auto server = test::server({}, {identity({"mail.example"}, KeyKind::rsa_2048)}).start();
  EXPECT_EQ(client.shake(*server), Progress::failed);
}

TEST(Handshake, threat_35_tickets_permit_no_early_data) {
  Pair pair(test::client(), test::server());
  const std::string der = pair.session();
  const unsigned char* begin = octets(der);
  const SessionPtr session(d2i_SSL_SESSION(nullptr, &begin, static_cast<long>(der.size())));
  ASSERT_TRUE(session);
  EXPECT_TRUE(SSL_SESSION_is_resumable(session.get()));
  EXPECT_EQ(SSL_SESSION_get_max_early_data(session.get()), 0U);
  EXPECT_LE(SSL_SESSION_get_ticket_lifetime_hint(session.get()), 7200U);
}

TEST(Handshake, threat_36_foreign_application_protocols_are_refused_alpaca) {
  const auto with_alpn = [](const std::string& wire, ServerSettings settings) {
    RawClient client;
    SSL_CTX_set_alpn_protos(client.context.get(), octets(wire), static_cast<unsigned int>(wire.size()));
    const auto server = test::server(settings).start();
    return client.shake(*server);
  };
  EXPECT_EQ(with_alpn("\x08http/1.1", {}), Progress::failed);
  EXPECT_EQ(with_alpn("\x08http/1.1\x04smtp", {}), Progress::done);
  ServerSettings any;
  any.alpn.clear();
  EXPECT_EQ(with_alpn("\x08http/1.1", any), Progress::done);
}

TEST(Handshake, the_protocol_agreed_on_is_a_fact) {
  RawClient client;
  const std::string offer =
      "\x05"
      "esmtp\x04smtp";
  SSL_CTX_set_alpn_protos(client.context.get(), octets(offer), static_cast<unsigned int>(offer.size()));
  const auto server = test::server().start();
  ASSERT_EQ(client.shake(*server), Progress::done);
  EXPECT_EQ(server->facts().alpn, "smtp");
}

TEST(Handshake, a_verifying_client_takes_only_the_right_name_and_authority) {
  ClientSettings settings;
  settings.server_name = "mail.example";
  settings.ca = test::certificate({"mail.example"}).chain_pem;
  Pair good(Context::client(settings).value(), test::server());
  EXPECT_TRUE(both_done(good.ends));
  EXPECT_EQ(good.client->verification(), "ok");
  EXPECT_EQ(good.client->peer_chain_pem(), settings.ca);

  settings.server_name = "other.example";
  Pair wrong_name(Context::client(settings).value(), test::server());
  EXPECT_EQ(wrong_name.ends.client, Progress::failed);
  EXPECT_EQ(wrong_name.client->failure().reason, FailReason::cert_rejected);
  EXPECT_EQ(wrong_name.ends.server, Progress::failed);
  EXPECT_EQ(wrong_name.server->failure().reason, FailReason::client_alert);
}

TEST(Handshake, a_client_proves_an_address_and_sends_no_name_for_it) {
  const std::vector<std::string> names{"192.0.2.1"};
  ClientSettings settings;
  settings.server_name = "192.0.2.1";
  settings.ca = test::certificate(names).chain_pem;
  Pair pair(Context::client(settings).value(), test::server({}, {identity(names)}));
  EXPECT_TRUE(both_done(pair.ends)) << pair.client->failure().detail;
  EXPECT_EQ(pair.server->facts().sni, "");
}

TEST(Handshake, the_context_may_go_before_its_engines) {
  std::unique_ptr<Engine> client = test::client().start();
  std::unique_ptr<Engine> server = test::server().start();
  EXPECT_TRUE(both_done(test::shake(*client, *server)));
}

TEST(Handshake, octet_by_octet_gives_the_same) {
  const auto client = test::client().start();
  const auto server = test::server().start();
  Progress heard = Progress::want_input;
  for (int round = 0; round < 4; ++round) {
    EXPECT_NE(client->handshake(), Progress::failed);
    while (!client->outgoing().empty()) {
      ASSERT_TRUE(server->incoming().append(client->outgoing().view().substr(0, 1)));
      client->outgoing().consume(1);
      heard = server->handshake();
      ASSERT_NE(heard, Progress::failed);
    }
    test::carry(server->outgoing(), client->incoming());
  }
  EXPECT_EQ(heard, Progress::done);
}

TEST(Handshake, settings_that_cannot_work_are_errors) {
  const std::vector<Identity> one{identity({"mail.example"})};
  ServerSettings settings;
  EXPECT_FALSE(Context::server(settings, {}, nullptr).has_value());
  settings.ciphers = "NO-SUCH-CIPHER";
  EXPECT_FALSE(Context::server(settings, one, nullptr).has_value());
  settings = lowest(Version::tls1_3);
  settings.max_version = Version::tls1_2;
  EXPECT_FALSE(Context::server(settings, one, nullptr).has_value());
  settings = {};
  settings.client_certificate = ClientCertificate::require;
  EXPECT_FALSE(Context::server(settings, one, nullptr).has_value());
}

}  // namespace
}  // namespace tls
