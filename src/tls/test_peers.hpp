// For the tests of this room: identities made once, two engines joined without a socket, and a client of plain OpenSSL
// for what our own client would never do.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "tls/context.hpp"
#include "tls/engine.hpp"
#include "tls/openssl.hpp"
#include "tls/self_signed.hpp"

namespace tls::test {

// One per kind and names for the whole program: RSA keys take their time.
inline const SelfSigned& certificate(const std::vector<std::string>& names, KeyKind kind = KeyKind::ecdsa_p256) {
  static std::map<std::pair<KeyKind, std::vector<std::string>>, SelfSigned> made;
  auto& entry = made[{kind, names}];
  if (entry.chain_pem.empty()) entry = make_self_signed(names, kind, std::chrono::hours(24)).value();
  return entry;
}

inline Identity identity(const std::vector<std::string>& names, KeyKind kind = KeyKind::ecdsa_p256) {
  const SelfSigned& made = certificate(names, kind);
  return {made.chain_pem, PrivateKey::from_pem(made.key_pem).value(), "test"};
}

inline std::shared_ptr<TicketRing> ring(std::int64_t epoch = 1000, char secret = 's') {
  std::vector<base::Secret> secrets;
  secrets.emplace_back(std::string(32, secret));
  auto made = std::make_shared<TicketRing>();
  made->replace(current_ticket_keys(secrets, epoch));
  return made;
}

inline Context server(const ServerSettings& settings = {},
                      const std::vector<Identity>& identities = {identity({"mail.example"})},
                      std::shared_ptr<const TicketRing> tickets = ring()) {
  return Context::server(settings, identities, std::move(tickets)).value();
}

inline Context client(const std::string& name = "mail.example", Version highest = Version::tls1_3) {
  ClientSettings settings;
  settings.server_name = name;
  settings.max_version = highest;
  return Context::client(settings).value();
}

// What fits of what one has said goes to the other.
inline bool carry(base::Buffer& from, base::Buffer& to) {
  const std::size_t size = std::min(from.size(), to.room());
  EXPECT_TRUE(to.append(from.view().substr(0, size)));
  from.consume(size);
  return size > 0;
}

struct Ends {
  Progress client = Progress::want_input;
  Progress server = Progress::want_input;
};

inline Ends shake(Engine& client, Engine& server) {
  Ends ends;
  for (bool moved = true; moved;) {
    ends.client = client.handshake();
    moved = carry(client.outgoing(), server.incoming());
    ends.server = server.handshake();
    moved = carry(server.outgoing(), client.incoming()) || moved;
  }
  return ends;
}

inline bool both_done(const Ends& ends) {
  return ends.client == Progress::done && ends.server == Progress::done;
}

// `text` from one end to the other; what arrives.
inline std::string send(Engine& from, Engine& to, std::string_view text) {
  base::Buffer arrived(1 << 20);
  while (!text.empty()) {
    std::size_t taken = 0;
    if (from.write(text, taken) == Progress::failed) break;
    text.remove_prefix(taken);
    while (carry(from.outgoing(), to.incoming())) {
      while (to.read(arrived) == Progress::done) {
      }
    }
  }
  return std::string(arrived.view());
}

// Two engines after their handshake.
struct Pair {
  std::unique_ptr<Engine> client;
  std::unique_ptr<Engine> server;
  Ends ends;
  Pair(const Context& client_context, const Context& server_context, const std::string& session = "")
      : client(client_context.start()), server(server_context.start()) {
    if (!session.empty()) client->resume_with(session);
    ends = shake(*client, *server);
  }
  // With the ticket that came behind a TLS 1.3 handshake.
  std::string session() {
    base::Buffer none(100);
    EXPECT_EQ(client->read(none), Progress::want_input);
    return client->session_der();
  }
};

// A client of plain OpenSSL over memory BIOs, to be set up by SSL_CTX and SSL calls.
struct RawClient {
  SslContextPtr context{SSL_CTX_new(TLS_client_method())};
  SslPtr ssl;
  RawClient() {
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
  }
  // After the context was set up.
  void start() {
    ssl.reset(SSL_new(context.get()));
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl.get());
  }
  // The certificate made for `names`, when the server asks; before start().
  void show(const std::vector<std::string>& names) {
    const BioPtr chain = reading(certificate(names).chain_pem);
    const CertificatePtr leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    ASSERT_EQ(SSL_CTX_use_certificate(context.get(), leaf.get()), 1);
    ASSERT_EQ(SSL_CTX_use_PrivateKey(context.get(), identity(names).key.raw()), 1);
  }
  void ask_for(std::string name) {
    SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  void send_to(Engine& server) {
    std::string said = written(SSL_get_wbio(ssl.get())).substr(0, server.incoming().room());
    EXPECT_EQ(BIO_read(SSL_get_wbio(ssl.get()), said.data(), static_cast<int>(said.size())),
              said.empty() ? -1 : static_cast<int>(said.size()));
    EXPECT_TRUE(server.incoming().append(said));
  }
  void hear_from(Engine& server) {
    const std::string_view said = server.outgoing().view();
    if (!said.empty()) BIO_write(SSL_get_rbio(ssl.get()), said.data(), static_cast<int>(said.size()));
    server.outgoing().clear();
  }
  // To resume with; reads, since a TLS 1.3 ticket comes behind the handshake.
  SessionPtr session() {
    char none = 0;
    SSL_read(ssl.get(), &none, 1);
    // OpenSSL does not resume what ended without a close_notify.
    SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    return SessionPtr(SSL_get1_session(ssl.get()));
  }
  Progress shake(Engine& server) {
    if (!ssl) start();
    Progress progress = Progress::want_input;
    for (int round = 0; round < 6; ++round) {
      SSL_do_handshake(ssl.get());
      send_to(server);
      progress = server.handshake();
      hear_from(server);
    }
    ERR_clear_error();
    return progress;
  }
};

}  // namespace tls::test
