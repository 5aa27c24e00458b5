// Client certificates: asked for, required, and looked at again when a session is resumed.
#include <gmock/gmock.h>
#include <openssl/pem.h>

#include "base/text.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

using test::identity;
using test::RawClient;

const std::vector<std::string> client_name{"client.example"};

ServerSettings with(ClientCertificate rule) {
  ServerSettings settings;
  settings.client_certificate = rule;
  settings.client_ca = test::certificate(client_name).chain_pem;
  return settings;
}

void limit(RawClient& client, int version) {
  SSL_CTX_set_max_proto_version(client.context.get(), version);
}

class EachVersion : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Tls, EachVersion, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(EachVersion, a_good_certificate_is_told_in_the_facts) {
  RawClient client;
  limit(client, GetParam());
  client.show(client_name);
  const auto server = test::server(with(ClientCertificate::require)).start();
  ASSERT_EQ(client.shake(*server), Progress::done);
  const Facts facts = server->facts();
  EXPECT_TRUE(facts.client_certificate);
  EXPECT_TRUE(facts.client_verified);
  EXPECT_EQ(facts.client_subject, "CN=client.example");
  EXPECT_EQ(facts.client_issuer, "CN=client.example");
  EXPECT_EQ(facts.client_common_name, "client.example");
  EXPECT_EQ(facts.client_serial, read_certificate(test::certificate(client_name).chain_pem)->serial);
  EXPECT_EQ(facts.client_issuer_name, "client.example");
  EXPECT_EQ(facts.client_fingerprint.size(), 64U);
  EXPECT_EQ(facts.client_key_fingerprint.size(), 64U);
  EXPECT_EQ(server->peer_chain_pem(), test::certificate(client_name).chain_pem);
}

// What a rule for keys lists for the certificate of `names`.
std::string key_of(const std::vector<std::string>& names) {
  return base::hex(sha256(read_certificate(test::certificate(names).chain_pem)->public_der));
}

ServerSettings with_keys(ClientCertificate rule, const std::vector<std::string>& keys) {
  ServerSettings settings;
  settings.client_certificate = rule;
  settings.client_keys = keys;
  return settings;
}

TEST_P(EachVersion, a_listed_key_is_enough_where_no_authority_is_given) {
  RawClient client;
  limit(client, GetParam());
  client.show(client_name);
  const auto server = test::server(with_keys(ClientCertificate::require, {key_of({"b"}), key_of(client_name)})).start();
  ASSERT_EQ(client.shake(*server), Progress::done);
  EXPECT_TRUE(server->facts().client_verified);
  EXPECT_EQ(server->facts().client_key_fingerprint, key_of(client_name));
}

TEST_P(EachVersion, a_key_that_is_not_listed_is_refused_and_told_with_its_fingerprint) {
  RawClient client;
  limit(client, GetParam());
  client.show({"stranger.example"});
  const auto server = test::server(with_keys(ClientCertificate::require, {key_of(client_name)})).start();
  EXPECT_EQ(client.shake(*server), Progress::failed);
  EXPECT_EQ(server->failure().detail,
            "the key is not listed: subject_CN=stranger.example, "
            "pkey_fingerprint=" +
                fingerprint_text(key_of({"stranger.example"})));
}

TEST_P(EachVersion, with_authorities_and_keys_both_must_hold) {
  for (const bool listed : {true, false}) {
    RawClient client;
    limit(client, GetParam());
    client.show(client_name);
    ServerSettings settings = with(ClientCertificate::require);
    settings.client_keys = {key_of(listed ? client_name : std::vector<std::string>{"b"})};
    const auto server = test::server(settings).start();
    EXPECT_EQ(client.shake(*server), listed ? Progress::done : Progress::failed);
  }
  RawClient stranger;
  limit(stranger, GetParam());
  stranger.show({"stranger.example"});
  ServerSettings settings = with(ClientCertificate::require);
  settings.client_keys = {key_of({"stranger.example"})};
  const auto server = test::server(settings).start();
  EXPECT_EQ(stranger.shake(*server), Progress::failed);
  EXPECT_THAT(server->failure().detail, testing::HasSubstr("self-signed certificate: subject_CN=stranger.example"));
}

TEST_P(EachVersion, asked_for_and_not_listed_is_let_in_but_not_verified) {
  for (const bool listed : {true, false}) {
    RawClient client;
    limit(client, GetParam());
    client.show(client_name);
    const auto key = key_of(listed ? client_name : std::vector<std::string>{"b"});
    const auto server = test::server(with_keys(ClientCertificate::ask, {key})).start();
    ASSERT_EQ(client.shake(*server), Progress::done);
    EXPECT_TRUE(server->facts().client_certificate);
    EXPECT_EQ(server->facts().client_verified, listed);
  }
}

TEST(ClientCertificates, required_without_anything_to_know_them_by_is_an_error) {
  ServerSettings settings;
  settings.client_certificate = ClientCertificate::require;
  EXPECT_FALSE(Context::server(settings, {identity({"mail.example"})}, test::ring()));
}

TEST(Fingerprints, are_written_as_postfix_writes_them) {
  EXPECT_EQ(fingerprint_text("00abcdef"), "00:AB:CD:EF");
  EXPECT_EQ(fingerprint_text(""), "");
}

TEST_P(EachVersion, required_and_missing_is_cert_required) {
  RawClient client;
  limit(client, GetParam());
  const auto server = test::server(with(ClientCertificate::require)).start();
  EXPECT_EQ(client.shake(*server), Progress::failed);
  EXPECT_EQ(server->failure().text(), "cert_required");
}

TEST_P(EachVersion, required_and_of_another_authority_is_cert_rejected) {
  RawClient client;
  limit(client, GetParam());
  client.show({"stranger.example"});
  const auto server = test::server(with(ClientCertificate::require)).start();
  EXPECT_EQ(client.shake(*server), Progress::failed);
  EXPECT_EQ(server->failure().text(), "cert_rejected");
  EXPECT_THAT(server->failure().detail, testing::HasSubstr("self"));
}

TEST_P(EachVersion, asked_for_and_missing_or_strange_is_accepted_and_told) {
  RawClient without;
  limit(without, GetParam());
  const auto first = test::server(with(ClientCertificate::ask)).start();
  ASSERT_EQ(without.shake(*first), Progress::done);
  EXPECT_FALSE(first->facts().client_certificate);

  RawClient stranger;
  limit(stranger, GetParam());
  stranger.show({"stranger.example"});
  const auto second = test::server(with(ClientCertificate::ask)).start();
  ASSERT_EQ(stranger.shake(*second), Progress::done);
  EXPECT_TRUE(second->facts().client_certificate);
  EXPECT_FALSE(second->facts().client_verified);
}

TEST_P(EachVersion, not_asked_for_none_is_taken) {
  RawClient client;
  limit(client, GetParam());
  client.show(client_name);
  const auto server = test::server().start();
  ASSERT_EQ(client.shake(*server), Progress::done);
  EXPECT_FALSE(server->facts().client_certificate);
}

// Whether what is known of the client at resumption is what was found out at first (CVE-2021-20230).
TEST_P(EachVersion, threat_33_the_result_is_read_again_at_resumption) {
  for (const bool known : {true, false}) {
    RawClient client;
    limit(client, GetParam());
    client.show(known ? client_name : std::vector<std::string>{"stranger.example"});
    const Context context = test::server(with(ClientCertificate::ask));
    const auto first = context.start();
    ASSERT_EQ(client.shake(*first), Progress::done);
    const SessionPtr session = client.session();
    client.start();
    SSL_set_session(client.ssl.get(), session.get());
    const auto second = context.start();
    ASSERT_EQ(client.shake(*second), Progress::done);
    EXPECT_TRUE(second->facts().resumed);
    EXPECT_TRUE(second->facts().client_certificate);
    EXPECT_EQ(second->facts().client_verified, known);
  }
}

TEST_P(EachVersion, threat_33_a_session_without_certificate_does_not_resume_where_one_is_required) {
  RawClient client;
  limit(client, GetParam());
  const auto asking = test::server(with(ClientCertificate::ask)).start();
  ASSERT_EQ(client.shake(*asking), Progress::done);
  const SessionPtr session = client.session();
  client.start();
  SSL_set_session(client.ssl.get(), session.get());
  const auto requiring = test::server(with(ClientCertificate::require)).start();
  EXPECT_EQ(client.shake(*requiring), Progress::failed);
  EXPECT_EQ(requiring->failure().text(), "cert_required");
}

}  // namespace
}  // namespace tls
