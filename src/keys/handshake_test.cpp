// Whole handshakes with a key that is elsewhere: what the network process does, with the test as key process.
#include "keys/handshake.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "keys/remote_key.hpp"
#include "keys/samples.hpp"
#include "tls/openssl.hpp"

namespace keys::samples {

namespace {

using tls::Progress;

void carry(base::Buffer& from, base::Buffer& to) {
  const std::size_t count = std::min(from.size(), to.room());
  EXPECT_TRUE(to.append(from.view().substr(0, count)));
  from.consume(count);
}

}  // namespace

bool Handshake::server_turn(const Signer& sign) {
  server_progress = server->handshake();
  if (server_progress != Progress::want_signature) return true;
  ++asked;
  if (!sign) return false;
  server->supply_signature(sign(server->signature_request()));
  return server_turn(sign);
}

void Handshake::run(const Signer& sign) {
  for (int turn = 0; turn < 50; ++turn) {
    client_progress = client->handshake();
    carry(client->outgoing(), server->incoming());
    if (!server_turn(sign)) return;
    carry(server->outgoing(), client->incoming());
    if (succeeded() || server_progress == Progress::failed || client_progress == Progress::failed) break;
  }
  // A handshake's last flight, or the alert of a failed one.
  if (server_progress == Progress::failed) client_progress = client->handshake();
}

namespace {

using tls::KeyKind;
using tls::Version;

tls::PrivateKey remote(std::uint32_t number, KeyKind kind) {
  const auto der = tls::PrivateKey::from_pem(identity(kind).key_pem).value().public_der();
  auto key = remote_key(number, der);
  EXPECT_TRUE(key.has_value()) << key.error().text;
  return key.value_or(tls::PrivateKey());
}

tls::Identity remote_identity(std::uint32_t number, KeyKind kind) {
  return {identity(kind).chain_pem, remote(number, kind), name(kind)};
}

Handshake handshake(const std::vector<tls::Identity>& identities, Version version) {
  tls::ServerSettings server;
  server.min_version = server.max_version = version;
  tls::ClientSettings client;
  client.server_name = "mx.example";
  client.min_version = client.max_version = version;
  const auto server_context = tls::Context::server(server, identities, nullptr);
  const auto client_context = tls::Context::client(client);
  EXPECT_TRUE(server_context.has_value()) << server_context.error().text;
  return {server_context.value().start(), client_context.value().start()};
}

Signer signer(const Store& store) {
  return [&store](const tls::SignatureRequest& request) { return store.sign(request).value_or(""); };
}

struct Case {
  KeyKind kind;
  Version version;
};

class RemoteHandshake : public ::testing::TestWithParam<Case> {};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const KeyKind kind : all_kinds()) {
    // Our client does not offer P-521, without which TLS 1.2 has no use for such a key; see AnyClient below.
    if (kind != KeyKind::ecdsa_p521) all.push_back({kind, Version::tls1_2});
    all.push_back({kind, Version::tls1_3});
  }
  return all;
}

TEST_P(RemoteHandshake, asks_once_for_a_signature_and_succeeds) {
  const Store keys = store({GetParam().kind});
  Handshake tested = handshake({remote_identity(0, GetParam().kind)}, GetParam().version);
  tested.run(signer(keys));
  EXPECT_TRUE(tested.succeeded()) << tested.server->failure().text() << tested.server->failure().detail << " / "
                                  << tested.client->failure().text() << tested.client->failure().detail;
  EXPECT_EQ(tested.asked, 1);
}

TEST_P(RemoteHandshake, fails_with_a_word_to_the_client_when_the_key_process_refuses) {
  Handshake tested = handshake({remote_identity(0, GetParam().kind)}, GetParam().version);
  tested.run([](const tls::SignatureRequest&) { return std::string(); });
  EXPECT_EQ(tested.server_progress, Progress::failed);
  EXPECT_EQ(tested.server->failure().reason, tls::FailReason::internal);
  EXPECT_EQ(tested.client_progress, Progress::failed);
  EXPECT_EQ(tested.asked, 1);
}

TEST_P(RemoteHandshake, a_wrong_signature_is_noticed_by_the_client) {
  const Store keys = store({GetParam().kind});
  Handshake tested = handshake({remote_identity(0, GetParam().kind)}, GetParam().version);
  tested.run([&](tls::SignatureRequest request) {
    request.data[0] = static_cast<char>(request.data[0] ^ 1);
    return keys.sign(request).value_or("");
  });
  EXPECT_EQ(tested.client_progress, Progress::failed);
}

TEST_P(RemoteHandshake, signatures_too_long_or_short_fail_cleanly) {
  for (const std::size_t octets : {std::size_t{1}, std::size_t{511}, std::size_t{100000}}) {
    Handshake tested = handshake({remote_identity(0, GetParam().kind)}, GetParam().version);
    tested.run([&](const tls::SignatureRequest&) { return std::string(octets, 's'); });
    EXPECT_FALSE(tested.succeeded());
  }
}

TEST_P(RemoteHandshake, threat_48_abandoned_while_it_waits_leaves_nothing_behind) {
  const auto one = remote_identity(0, GetParam().kind);
  for (int i = 0; i < 100; ++i) {
    Handshake tested = handshake({one}, GetParam().version);
    tested.run(nullptr);
    ASSERT_EQ(tested.server_progress, Progress::want_signature);
  }
}

INSTANTIATE_TEST_SUITE_P(Keys, RemoteHandshake, ::testing::ValuesIn(cases()), [](const auto& tested) {
  return std::string(name(tested.param.kind)) + (tested.param.version == Version::tls1_2 ? "_tls1_2" : "_tls1_3");
});

// A client of TLS 1.2 that offers what it is told, for what our own never does.
class AnyClient {
 public:
  AnyClient(const char* signatures, const char* groups) : context_(SSL_CTX_new(TLS_client_method())) {
    EXPECT_EQ(SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION), 1);
    EXPECT_EQ(SSL_CTX_set1_sigalgs_list(context_.get(), signatures), 1);
    EXPECT_EQ(SSL_CTX_set1_groups_list(context_.get(), groups), 1);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), tls::writing().release(), tls::writing().release());
  }

  // Whether the handshake succeeded.
  bool run(tls::Engine& server, const Signer& sign) {
    bool is_done = false;
    for (int turn = 0; turn < 10 && !is_done; ++turn) {
      is_done = SSL_connect(ssl_.get()) == 1;
      const std::string sent = tls::written(SSL_get_wbio(ssl_.get()));
      BIO_reset(SSL_get_wbio(ssl_.get()));
      EXPECT_TRUE(server.incoming().append(sent));
      while (server.handshake() == Progress::want_signature) server.supply_signature(sign(server.signature_request()));
      const std::string_view answer = server.outgoing().view();
      BIO_write(SSL_get_rbio(ssl_.get()), answer.data(), static_cast<int>(answer.size()));
      server.outgoing().clear();
    }
    return is_done;
  }

 private:
  tls::SslContextPtr context_;
  tls::SslPtr ssl_;
};

tls::SignatureKind kind_asked_by(KeyKind kind, const char* signatures, const char* groups) {
  const Store keys = store({kind});
  tls::SignatureKind asked = tls::SignatureKind::ed25519;
  const auto context = tls::Context::server({}, {remote_identity(0, kind)}, nullptr);
  const auto server = context.value().start();
  EXPECT_TRUE(AnyClient(signatures, groups).run(*server, [&](const tls::SignatureRequest& request) {
    asked = request.kind;
    return signer(keys)(request);
  })) << server->failure().text();
  return asked;
}

TEST(RemoteHandshakes, rsa_keys_serve_clients_of_tls_1_2_that_know_only_pkcs1_or_only_pss) {
  EXPECT_EQ(kind_asked_by(KeyKind::rsa_2048, "RSA+SHA256", "X25519"), tls::SignatureKind::rsa_pkcs1);
  EXPECT_EQ(kind_asked_by(KeyKind::rsa_2048, "RSA+SHA512", "P-256"), tls::SignatureKind::rsa_pkcs1);
  EXPECT_EQ(kind_asked_by(KeyKind::rsa_2048, "RSA-PSS+SHA384", "X25519"), tls::SignatureKind::rsa_pss);
}

TEST(RemoteHandshakes, p_521_serves_clients_of_tls_1_2_that_offer_it) {
  EXPECT_EQ(kind_asked_by(KeyKind::ecdsa_p521, "ECDSA+SHA512", "X25519:P-521"), tls::SignatureKind::ecdsa);
  EXPECT_EQ(kind_asked_by(KeyKind::ecdsa_p521, "ECDSA+SHA256", "X25519:P-521"), tls::SignatureKind::ecdsa);
}

TEST(RemoteHandshakes, many_wait_at_once_and_are_answered_in_any_order) {
  const Store keys = store({KeyKind::ecdsa_p256});
  const auto one = remote_identity(0, KeyKind::ecdsa_p256);
  std::vector<Handshake> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(handshake({one}, i % 2 == 0 ? Version::tls1_2 : Version::tls1_3));
    waiting.back().run(nullptr);
    ASSERT_EQ(waiting.back().server_progress, Progress::want_signature);
  }
  std::reverse(waiting.begin(), waiting.end());
  for (Handshake& tested : waiting) {
    tested.server->supply_signature(signer(keys)(tested.server->signature_request()));
    tested.run(signer(keys));
    EXPECT_TRUE(tested.succeeded());
  }
}

TEST(RemoteHandshakes, the_request_names_the_number_of_the_key_that_was_chosen) {
  const Store keys = store({KeyKind::rsa_2048, KeyKind::ecdsa_p256});
  for (const Version version : {Version::tls1_2, Version::tls1_3}) {
    std::uint32_t chosen = 99;
    Handshake tested =
        handshake({remote_identity(1, KeyKind::ecdsa_p256), remote_identity(0, KeyKind::rsa_2048)}, version);
    tested.run([&](const tls::SignatureRequest& request) {
      chosen = request.key;
      return signer(keys)(request);
    });
    EXPECT_TRUE(tested.succeeded());
    EXPECT_EQ(chosen, 1U);
  }
}

TEST(RemoteHandshakes, a_key_in_this_process_goes_on_working_beside_them) {
  const auto remote_one = remote_identity(0, KeyKind::ecdsa_p256);
  for (const KeyKind kind : {KeyKind::ecdsa_p256, KeyKind::rsa_2048, KeyKind::ed25519}) {
    const auto key = tls::PrivateKey::from_pem(identity(kind).key_pem).value();
    Handshake tested = handshake({{identity(kind).chain_pem, key, name(kind)}}, Version::tls1_3);
    tested.run(nullptr);
    EXPECT_TRUE(tested.succeeded()) << name(kind);
    EXPECT_EQ(tested.asked, 0);
  }
}

TEST(RemoteHandshakes, threat_47_a_certificate_of_another_key_is_refused) {
  const std::vector<tls::Identity> wrong{
      {identity(KeyKind::ecdsa_p256).chain_pem, remote(0, KeyKind::ecdsa_p384), "other curve"},
      {identity(KeyKind::rsa_2048).chain_pem, remote(0, KeyKind::rsa_3072), "other modulus"},
      {identity(KeyKind::ed25519).chain_pem, remote(0, KeyKind::rsa_2048), "other kind"}};
  for (const tls::Identity& one : wrong) {
    EXPECT_FALSE(tls::Context::server({}, {one}, nullptr).has_value()) << one.origin;
  }
}

}  // namespace
}  // namespace keys::samples
