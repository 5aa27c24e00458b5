// Handshakes that pause for a signature. The key's place is taken by OpenSSL's certificate callback, which runs in the
// middle of a handshake as a provider does; keys/ tests the real one.
#include "tls/signing.hpp"

#include <gmock/gmock.h>
#include <openssl/pem.h>

#include "tls/client_hello.hpp"
#include "tls/connection.hpp"
#include "tls/context_settings.hpp"
#include "tls/test_peers.hpp"

namespace tls {
namespace {

SignatureRequest request() {
  return {7, SignatureKind::rsa_pss, "SHA256", 32, "digest"};
}

int signs(SSL* /*ssl*/, void* /*unused*/) {
  return ask_for_signature(request()) == "signature" ? 1 : 0;
}

// A server context whose key is elsewhere.
std::shared_ptr<const Context::Inner> asking_context() {
  auto inner = std::make_shared<Context::Inner>();
  inner->serves = true;
  inner->remote_keys = true;
  SslContextPtr context = server_context({}).value();
  const Identity one = test::identity({"mail.example"});
  const BioPtr chain = reading(one.chain_pem);
  const CertificatePtr leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  EXPECT_EQ(SSL_CTX_use_cert_and_key(context.get(), leaf.get(), one.key.raw(), nullptr, 0), 1);
  use_client_hello(context.get());
  SSL_CTX_set_cert_cb(context.get(), signs, nullptr);
  inner->contexts.push_back(std::move(context));
  return inner;
}

std::unique_ptr<Engine> asking_server() {
  auto inner = std::make_unique<Engine::Inner>(asking_context());
  inner->begin();
  return std::make_unique<Engine>(std::move(inner));
}

TEST(Signing, the_handshake_pauses_and_goes_on_with_the_answer) {
  const auto client = test::client().start();
  const auto server = asking_server();
  ASSERT_EQ(test::shake(*client, *server).server, Progress::want_signature);
  EXPECT_EQ(server->signature_request().key, 7U);
  EXPECT_EQ(server->signature_request().kind, SignatureKind::rsa_pss);
  EXPECT_EQ(server->signature_request().salt, 32);
  EXPECT_EQ(server->signature_request().data, "digest");
  EXPECT_EQ(server->handshake(), Progress::want_signature);
  server->supply_signature("signature");
  EXPECT_TRUE(test::both_done(test::shake(*client, *server)));
  EXPECT_EQ(test::send(*client, *server, "EHLO a\r\n"), "EHLO a\r\n");
}

TEST(Signing, threat_48_no_answer_fails_the_handshake_with_internal_error) {
  const auto client = test::client().start();
  const auto server = asking_server();
  ASSERT_EQ(test::shake(*client, *server).server, Progress::want_signature);
  server->supply_signature("");
  const test::Ends ends = test::shake(*client, *server);
  EXPECT_EQ(ends.server, Progress::failed);
  EXPECT_EQ(server->failure().text(), "internal");
  EXPECT_EQ(client->failure().text(), "client_alert:80");
}

TEST(Signing, many_handshakes_pause_at_once_and_end_in_any_order) {
  std::vector<std::pair<std::unique_ptr<Engine>, std::unique_ptr<Engine>>> all;
  for (int i = 0; i < 50; ++i) {
    all.emplace_back(test::client().start(), asking_server());
    ASSERT_EQ(test::shake(*all.back().first, *all.back().second).server, Progress::want_signature);
  }
  for (auto pair = all.rbegin(); pair != all.rend(); ++pair) {
    pair->second->supply_signature("signature");
    EXPECT_TRUE(test::both_done(test::shake(*pair->first, *pair->second)));
  }
}

TEST(Signing, an_abandoned_handshake_is_led_to_its_end) {
  for (int i = 0; i < 200; ++i) {
    const auto client = test::client().start();
    auto server = asking_server();
    ASSERT_EQ(test::shake(*client, *server).server, Progress::want_signature);
    if (i % 2 == 0) server->supply_signature("signature");
    if (i % 3 == 0) server->on_end_of_stream();
    server.reset();
  }
}

TEST(Signing, an_answer_nobody_asked_for_is_ignored) {
  const auto client = test::client().start();
  const auto server = asking_server();
  server->supply_signature("signature");
  EXPECT_EQ(test::shake(*client, *server).server, Progress::want_signature);
}

TEST(Signing, without_an_engine_at_work_there_is_nothing) {
  EXPECT_EQ(ask_for_signature(request()), std::nullopt);
}

TEST(Signing, a_blocking_signer_answers_at_once_and_no_handshake_pauses) {
  set_blocking_signer(
      [](const SignatureRequest& asked) { return std::optional<std::string>(asked.key == 7 ? "signature" : ""); });
  EXPECT_EQ(ask_for_signature(request()), "signature");
  const auto client = test::client().start();
  const auto server = asking_server();
  EXPECT_TRUE(test::both_done(test::shake(*client, *server)));
  set_blocking_signer(nullptr);
  EXPECT_EQ(ask_for_signature(request()), std::nullopt);
}

TEST(Signing, own_keys_never_pause) {
  test::Pair pair(test::client(), test::server());
  EXPECT_TRUE(test::both_done(pair.ends));
}

}  // namespace
}  // namespace tls
