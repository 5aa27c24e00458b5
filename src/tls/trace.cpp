// A handshake told step by step, in the words operators know from OpenSSL's own programs.
#include "tls/trace.hpp"

#include "tls/connection.hpp"

namespace tls {
namespace {

std::string alert_line(int where, int result) {
  return fmt::format("SSL3 alert {}:{}:{}", (where & SSL_CB_READ) != 0 ? "read" : "write",
                     SSL_alert_type_string_long(result), SSL_alert_desc_string_long(result));
}

}  // namespace

void trace_step(const SSL* ssl, int where, int result) {
  Engine::Inner& connection = Engine::Inner::of(ssl);
  const char* state = SSL_state_string_long(ssl);
  if ((where & SSL_CB_ALERT) != 0) return connection.note(alert_line(where, result));
  const char* role = SSL_is_server(ssl) == 1 ? "SSL_accept" : "SSL_connect";
  if ((where & SSL_CB_LOOP) != 0) return connection.note(fmt::format("{}:{}", role, state));
  if ((where & SSL_CB_EXIT) == 0) return;
  if (result == 0) return connection.note(fmt::format("{}:failed in {}", role, state));
  // Waiting for the peer is no error, though OpenSSL tells it as one.
  const bool waits = SSL_want(ssl) != SSL_NOTHING;
  if (result < 0 && !waits) connection.note(fmt::format("{}:error in {}", role, state));
}

}  // namespace tls
