#include "load_tls.hpp"

#include <string>
#include <utility>

namespace load {

base::Result<std::unique_ptr<TlsClient>> TlsClient::make(const Options& options) {
  std::unique_ptr<TlsClient> client(new TlsClient(options));
  client->context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = client->context_.get();
  if (context == nullptr) return base::fail("OpenSSL makes no context");
  SSL_CTX_set_app_data(context, client.get());
  SSL_CTX_set_min_proto_version(context, options.tls_version);
  SSL_CTX_set_max_proto_version(context, options.tls_version);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // A close without close_notify would spoil the ticket for the next session.
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_new);
  if (!options.ciphersuites.empty() && SSL_CTX_set_ciphersuites(context, options.ciphersuites.c_str()) != 1) {
    return base::fail("{}: OpenSSL knows no such suite", options.ciphersuites);
  }
  if (!options.signatures.empty() && SSL_CTX_set1_sigalgs_list(context, options.signatures.c_str()) != 1) {
    return base::fail("{}: OpenSSL knows no such signature algorithms", options.signatures);
  }
  return client;
}

std::unique_ptr<TlsClient::Connection> TlsClient::open(int socket) {
  auto connection = std::make_unique<Connection>();
  connection->ssl.reset(SSL_new(context_.get()));
  SSL* ssl = connection->ssl.get();
  if (ssl == nullptr || SSL_set_fd(ssl, socket) != 1) return nullptr;
  SSL_set_app_data(ssl, connection.get());
  SSL_set_connect_state(ssl);
  std::string name = name_;
  SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  if (resumed_ && !tickets_.empty()) {
    connection->offered = std::move(tickets_.back());
    tickets_.pop_back();
    // A copy: OpenSSL makes a TLS 1.3 ticket useless once it was offered; some servers give no other one.
    const Ticket copy(SSL_SESSION_dup(connection->offered.get()));
    SSL_set_session(ssl, copy.get());
  }
  return connection;
}

void TlsClient::finish(Connection& connection) {
  SSL_shutdown(connection.ssl.get());
  const bool used = connection.offered != nullptr && SSL_session_reused(connection.ssl.get()) == 1;
  if (used && !connection.renewed) tickets_.push_back(std::move(connection.offered));
}

// OpenSSL's callback: 1 keeps the reference it passes.
int TlsClient::keep_new(SSL* ssl, SSL_SESSION* given) {
  auto* client = static_cast<TlsClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  auto* connection = static_cast<Connection*>(SSL_get_app_data(ssl));
  connection->renewed = true;
  if (!client->resumed_ || client->tickets_.size() >= client->most_tickets_) return 0;
  client->tickets_.emplace_back(given);
  return 1;
}

}  // namespace load
