// One connection after its handshake: plaintext out of records and into them, with limits on what is neither.
#include <algorithm>

#include "tls/connection.hpp"

namespace tls {
namespace {

constexpr std::size_t record_size = 16384;  // RFC 8446 §5.1
constexpr std::size_t back_pressure = std::size_t{64} * 1024;

}  // namespace

Progress Engine::Inner::decrypt(base::Buffer& plaintext) {
  while (!closed && !plaintext.full()) {
    if (wire.incoming.empty() && SSL_pending(ssl.get()) == 0) {
      return ended ? fail({FailReason::truncated, 0, "the stream ended without close_notify"}) : Progress::want_input;
    }
    // No more than may come: a command needs no record's room.
    const auto space = plaintext.prepare(wire.incoming.size() + static_cast<std::size_t>(SSL_pending(ssl.get())));
    std::size_t size = 0;
    forget_faults();
    const int result = SSL_read_ex(ssl.get(), space.data(), space.size(), &size);
    if (idle_messages > idle_message_limit) {
      return fail({FailReason::protocol_error, 0, "too many messages without application data"});
    }
    if (result != 1) return after_reading(result);
    plaintext.commit(size);
    idle_messages = 0;
  }
  if (!closed) return Progress::done;
  // Behind a close_notify there is nothing of this connection (CVE-2026-45185).
  wire.incoming.clear();
  return Progress::closed;
}

Progress Engine::Inner::after_reading(int result) {
  switch (SSL_get_error(ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return ended ? fail({FailReason::truncated, 0, "the stream ended in the middle of a record"})
                   : Progress::want_input;
    case SSL_ERROR_ZERO_RETURN:
      closed = true;
      wire.incoming.clear();
      return Progress::closed;
    case SSL_ERROR_WANT_WRITE:
      return fail({FailReason::protocol_error, 0, "the peer asks for answers and does not read them"});
    default:
      return fail_by_library();
  }
}

Progress Engine::Inner::encrypt(std::string_view plaintext, std::size_t& taken) {
  while (taken < plaintext.size() && wire.outgoing.size() <= back_pressure) {
    const std::string_view piece = plaintext.substr(taken, record_size);
    std::size_t size = 0;
    forget_faults();
    const int result = SSL_write_ex(ssl.get(), piece.data(), piece.size(), &size);
    if (result == 1) {
      taken += size;
      continue;
    }
    // Records fit below the mark, so that OpenSSL never has to keep one for a second try.
    return fail_by_library();
  }
  return taken > 0 || plaintext.empty() ? Progress::done : Progress::want_input;
}

// NOLINTNEXTLINE(readability-function-size): OpenSSL's shape
void Engine::Inner::on_message(int sent, int /*version*/, int content, const void* /*data*/, std::size_t /*size*/,
                               SSL* ssl, void* /*unused*/) {
  Inner& connection = of(ssl);
  if (!connection.secured) return;
  const bool message_heard = sent == 0 && content == SSL3_RT_HANDSHAKE;
  // The answer to a renegotiation that is refused; the attempt itself is not reported.
  const bool alert_said = sent == 1 && content == SSL3_RT_ALERT;
  if (message_heard || alert_said) ++connection.idle_messages;
}

}  // namespace tls
