// What older configurations may ask for, seen from the client's side.
#include <array>

#include <gmock/gmock.h>
#include <openssl/dh.h>
#include <openssl/pem.h>

#include "tls/test_peers.hpp"

namespace tls {
namespace {

using test::identity;
using test::RawClient;

std::string version_with(const Leeway& leeway, int lowest, int highest, Version bottom = Version::tls1_0) {
  ServerSettings settings;
  settings.min_version = bottom;
  settings.leeway = leeway;
  RawClient client;
  SSL_CTX_set_min_proto_version(client.context.get(), lowest);
  SSL_CTX_set_max_proto_version(client.context.get(), highest);
  const auto server = test::server(settings).start();
  return client.shake(*server) == Progress::done ? server->facts().protocol : server->failure().text();
}

std::string cipher_with(const ServerSettings& settings, const char* offered, const std::vector<Identity>& identities) {
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(client.context.get(), offered);
  const auto server = test::server(settings, identities).start();
  return client.shake(*server) == Progress::done ? server->facts().cipher : server->failure().text();
}

TEST(Leeway, versions_between_the_lowest_and_the_highest_can_be_left_out) {
  Leeway holes;
  holes.left_out = {Version::tls1_1, Version::tls1_2};
  EXPECT_EQ(version_with(holes, TLS1_VERSION, TLS1_3_VERSION), "TLSv1.3");
  EXPECT_EQ(version_with(holes, TLS1_VERSION, TLS1_VERSION), "TLSv1");
  // Before TLS 1.3 the next lower one answers (RFC 5246 appendix E.1).
  EXPECT_EQ(version_with(holes, TLS1_VERSION, TLS1_1_VERSION), "TLSv1");
  EXPECT_EQ(version_with(holes, TLS1_VERSION, TLS1_2_VERSION), "TLSv1");
  EXPECT_EQ(version_with(holes, TLS1_1_VERSION, TLS1_2_VERSION, Version::tls1_1), "no_shared_version");
}

TEST(Leeway, security_level_1_takes_tls_1_0_away_again) {
  Leeway strict;
  strict.security_level = 1;
  EXPECT_NE(version_with(strict, TLS1_VERSION, TLS1_VERSION), "TLSv1");
  EXPECT_EQ(version_with({}, TLS1_VERSION, TLS1_VERSION), "TLSv1");
}

TEST(Leeway, clients_that_know_sha_1_only_are_served_where_asked_for) {
  for (const bool old : {false, true}) {
    ServerSettings settings;
    settings.leeway.security_level = 0;
    settings.leeway.old_signatures = old;
    RawClient client;
    SSL_CTX_set_max_proto_version(client.context.get(), TLS1_2_VERSION);
    SSL_CTX_set1_sigalgs_list(client.context.get(), "ECDSA+SHA1");
    const auto server = test::server(settings).start();
    EXPECT_EQ(client.shake(*server) == Progress::done, old);
    EXPECT_EQ(server->facts().digest, old ? "SHA1" : "");
  }
}

TEST(Leeway, dhe_is_there_where_asked_for) {
  const std::vector<Identity> rsa{identity({"mail.example"}, KeyKind::rsa_2048)};
  ServerSettings settings;
  settings.ciphers = "HIGH";
  EXPECT_EQ(cipher_with(settings, "DHE-RSA-AES128-GCM-SHA256", rsa), "no_shared_cipher");
  settings.leeway.finite_field_dh = true;
  EXPECT_EQ(cipher_with(settings, "DHE-RSA-AES128-GCM-SHA256", rsa), "DHE-RSA-AES128-GCM-SHA256");
}

TEST(Leeway, dh_parameters_of_the_operator_are_the_ones_the_client_sees) {
  std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
  std::string name = "ffdhe3072";
  parameters[0] = OSSL_PARAM_construct_utf8_string("group", name.data(), name.size());
  EVP_PKEY_CTX* const making = EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr);
  EVP_PKEY* made = nullptr;
  ASSERT_EQ(EVP_PKEY_keygen_init(making), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_params(making, parameters.data()), 1);
  ASSERT_EQ(EVP_PKEY_keygen(making, &made), 1);
  EVP_PKEY_CTX_free(making);
  const KeyPtr key(made);
  const BioPtr out = writing();
  ASSERT_EQ(PEM_write_bio_Parameters(out.get(), key.get()), 1);

  ServerSettings settings;
  settings.ciphers = "HIGH";
  settings.leeway.finite_field_dh = true;
  settings.leeway.dh_parameters = written(out.get());
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(client.context.get(), "DHE-RSA-AES128-GCM-SHA256");
  const auto server = test::server(settings, {identity({"mail.example"}, KeyKind::rsa_2048)}).start();
  ASSERT_EQ(client.shake(*server), Progress::done);
  EVP_PKEY* seen = nullptr;
  ASSERT_EQ(SSL_get_peer_tmp_key(client.ssl.get(), &seen), 1);
  EXPECT_EQ(EVP_PKEY_get_bits(KeyPtr(seen).get()), 3072);

  settings.leeway.dh_parameters = "not PEM";
  EXPECT_FALSE(Context::server(settings, {identity({"mail.example"})}, nullptr).has_value());
}

TEST(Leeway, without_a_certificate_only_anonymous_ciphers_are_left) {
  ServerSettings settings;
  settings.min_version = Version::tls1_0;
  settings.ciphers = "aNULL:-aNULL:HIGH:@STRENGTH";
  settings.leeway.security_level = 0;
  settings.leeway.no_certificate = true;
  EXPECT_EQ(cipher_with(settings, "ALL:@SECLEVEL=0", {}), "AECDH-AES256-SHA");
  EXPECT_EQ(cipher_with(settings, "ECDHE+HIGH", {}), "no_shared_cipher");
}

TEST(Leeway, a_name_may_still_have_a_certificate_where_there_is_none_else) {
  ServerSettings settings;
  settings.leeway.no_certificate = true;
  const Context context = test::server(settings, {identity({"mail.example"})});
  RawClient named;
  named.start();
  named.ask_for("mail.example");
  const auto server = context.start();
  ASSERT_EQ(named.shake(*server), Progress::done);
  EXPECT_TRUE(server->facts().sni_known);
  RawClient nameless;
  EXPECT_EQ(nameless.shake(*context.start()), Progress::failed);
}

TEST(Leeway, a_domain_stands_for_every_name_below_and_the_longest_counts) {
  const auto of = [](const std::string& certificate, const std::string& key) {
    Identity made = identity({certificate});
    made.names = {key};
    return made;
  };
  Identity general = identity({"default.example"});
  general.names = std::vector<std::string>{};
  const Context context =
      test::server({}, {general, of("outer.example", ".example.com"), of("inner.example", ".b.example.com"),
                        of("exact.example", "a.b.example.com")});
  const auto shown = [&](const std::string& asked) {
    test::Pair pair(test::client(asked), context);
    return read_certificate(pair.client->peer_chain_pem())->names.front();
  };
  EXPECT_EQ(shown("a.b.example.com"), "exact.example");
  EXPECT_EQ(shown("x.b.example.com"), "inner.example");
  EXPECT_EQ(shown("deep.x.b.example.com"), "inner.example");
  EXPECT_EQ(shown("c.example.com"), "outer.example");
  EXPECT_EQ(shown("example.com"), "default.example");
}

TEST(Leeway, the_facts_say_whether_a_name_was_known) {
  Identity general = identity({"mail.example"});
  general.names = std::vector<std::string>{};
  test::Pair pair(test::client("mail.example"), test::server({}, {general}));
  EXPECT_EQ(pair.server->facts().sni, "mail.example");
  EXPECT_FALSE(pair.server->facts().sni_known);
}

TEST(Leeway, a_chain_longer_than_the_limit_is_not_trusted) {
  for (const int depth : {0, 1}) {
    ServerSettings settings;
    settings.client_certificate = ClientCertificate::ask;
    settings.client_ca = test::certificate({"client.example"}).chain_pem;
    settings.leeway.verify_depth = depth;
    test::RawClient client;
    client.show({"client.example"});
    const auto server = test::server(settings).start();
    ASSERT_EQ(client.shake(*server), Progress::done);
    EXPECT_TRUE(server->facts().client_verified);
    EXPECT_EQ(server->facts().client_signature, "ECDSA (prime256v1)");
    EXPECT_EQ(server->facts().client_digest, "SHA256");
  }
}

TEST(Leeway, more_authorities_are_trusted_but_not_announced) {
  ServerSettings settings;
  settings.client_certificate = ClientCertificate::ask;
  settings.client_ca = test::certificate({"announced.example"}).chain_pem;
  settings.leeway.more_ca = test::certificate({"client.example"}).chain_pem;
  test::RawClient client;
  client.show({"client.example"});
  const auto server = test::server(settings).start();
  ASSERT_EQ(client.shake(*server), Progress::done);
  EXPECT_TRUE(server->facts().client_verified);
  const STACK_OF(X509_NAME)* announced = SSL_get_client_CA_list(client.ssl.get());
  EXPECT_EQ(sk_X509_NAME_num(announced), 1);
}

TEST(Leeway, the_steps_of_a_handshake_can_be_told) {
  ServerSettings settings;
  settings.leeway.trace = true;
  test::Pair pair(test::client(), test::server(settings));
  std::vector<std::string> steps;
  for (const TraceLine& line : pair.server->take_trace()) steps.push_back(line.text);
  EXPECT_THAT(steps,
              testing::IsSupersetOf({"SSL_accept:before SSL initialization", "SSL_accept:SSLv3/TLS read client hello",
                                     "Issuing session ticket, key expiration: 1000"}));
  EXPECT_TRUE(pair.server->take_trace().empty());
  test::Pair silent(test::client(), test::server());
  EXPECT_TRUE(silent.server->take_trace().empty());
}

TEST(Leeway, an_alert_stands_in_the_trace_and_the_queue_in_the_failure) {
  ServerSettings settings;
  settings.leeway.trace = true;
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_1_VERSION);
  const auto server = test::server(settings).start();
  ASSERT_EQ(client.shake(*server), Progress::failed);
  ASSERT_FALSE(server->failure().queue.empty());
  EXPECT_THAT(server->failure().queue.front(),
              testing::MatchesRegex("error:0A000102:SSL routines::unsupported protocol:.*:[0-9]+:"));
  std::vector<std::string> steps;
  for (const TraceLine& line : server->take_trace()) steps.push_back(line.text);
  EXPECT_THAT(steps, testing::Contains("SSL3 alert write:fatal:protocol version"));
  EXPECT_THAT(steps, testing::Contains(testing::HasSubstr("SSL_accept:error in")));
}

}  // namespace
}  // namespace tls
