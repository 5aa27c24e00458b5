// Sessions remembered elsewhere: what a ClientHello brings, and OpenSSL's callbacks.
#include "tls/recollection.hpp"

#include <algorithm>

#include "tls/client_hello.hpp"
#include "tls/connection.hpp"
#include "tls/shielded.hpp"
#include "tls/ticket_callback.hpp"

namespace tls {
namespace {

constexpr std::size_t most_made = 4;  // a TLS 1.2 handshake makes one

bool speaks_1_3(SSL* ssl) {
  const long highest = SSL_ctrl(ssl, SSL_CTRL_GET_MAX_PROTO_VERSION, 0, nullptr);
  return (SSL_get_options(ssl) & SSL_OP_NO_TLSv1_3) == 0 && (highest == 0 || highest >= TLS1_3_VERSION);
}

// The name of the key a ticket was sealed with; nothing when the client brings no ticket.
std::string_view ticket_key_name(SSL* ssl, bool tls_1_3) {
  std::string_view ticket = hello_extension(ssl, tls_1_3 ? TLSEXT_TYPE_psk : TLSEXT_TYPE_session_ticket);
  // RFC 8446 §4.2.11: the lengths of all identities and of the first one stand before it.
  if (tls_1_3) ticket.remove_prefix(std::min<std::size_t>(4, ticket.size()));
  return ticket.size() > ticket_name_size ? ticket.substr(0, ticket_name_size) : std::string_view();
}

std::string_view session_id_of(SSL* ssl) {
  const unsigned char* data = nullptr;
  const std::size_t size = SSL_client_hello_get0_session_id(ssl, &data);
  return data != nullptr && size <= SSL_MAX_SSL_SESSION_ID_LENGTH ? chars(data, size) : std::string_view();
}

bool ask(Recollection& memory, Remembered kind, std::string_view name) {
  memory.request = {kind, std::string(name)};
  memory.asked = true;
  memory.waiting = true;
  return true;
}

// NOLINTNEXTLINE(readability-non-const-parameter): OpenSSL's shape
SSL_SESSION* on_lookup(SSL* ssl, const unsigned char* id, int size, int* copy) {
  *copy = 0;
  Recollection& memory = Engine::Inner::of(ssl).early().memory;
  const std::string der = std::exchange(memory.session_der, {});
  if (der.empty() || memory.request.name != chars(id, static_cast<std::size_t>(size))) return nullptr;
  const unsigned char* begin = octets(der);
  SSL_SESSION* const session = d2i_SSL_SESSION(nullptr, &begin, static_cast<long>(der.size()));
  ERR_clear_error();
  return session;
}

// 0: the session stays OpenSSL's.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
  Recollection& memory = Engine::Inner::of(ssl).early().memory;
  unsigned int id_size = 0;
  const unsigned char* id = SSL_SESSION_get_id(session, &id_size);
  const int size = i2d_SSL_SESSION(session, nullptr);
  if (SSL_version(ssl) == TLS1_3_VERSION || id_size == 0 || size <= 0 || memory.made.size() >= most_made) return 0;
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* end = reinterpret_cast<unsigned char*>(der.data());
  i2d_SSL_SESSION(session, &end);
  memory.made.push_back({std::string(chars(id, id_size)), std::move(der)});
  return 0;
}

}  // namespace

bool must_recall(SSL* ssl) {
  Engine::Inner& connection = Engine::Inner::of(ssl);
  Recollection& memory = connection.early().memory;
  const Context::Inner& context = *connection.context;
  if (memory.asked) return false;
  const auto& versions = connection.early().offered.versions;
  const bool tls_1_3 = speaks_1_3(ssl) && std::find(versions.begin(), versions.end(), "TLSv1.3") != versions.end();
  if (const std::string_view name = ticket_key_name(ssl, tls_1_3); !name.empty()) {
    const bool known = !context.tickets || find_ticket_key(*context.tickets, name) != nullptr;
    return context.memory.ticket_keys_asked && !known && ask(memory, Remembered::ticket_key, name);
  }
  // A TLS 1.3 client's session id means nothing (RFC 8446 appendix D.4).
  const std::string_view id = tls_1_3 ? std::string_view() : session_id_of(ssl);
  return context.memory.sessions_asked && !id.empty() && ask(memory, Remembered::session, id);
}

void use_memory(SSL_CTX* context, const SessionMemory& memory) {
  SSL_CTX_set_timeout(context, memory.lifetime.count());
  if (!memory.ids && !memory.sessions_asked) return;
  SSL_CTX_set_session_cache_mode(context,
                                 SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL | SSL_SESS_CACHE_NO_AUTO_CLEAR);
  if (!memory.sessions_asked) return;
  SSL_CTX_sess_set_get_cb(context, shielded<on_lookup>);
  SSL_CTX_sess_set_new_cb(context, shielded<on_new_session>);
}

}  // namespace tls
