// Engine: one TLS connection as a transformer of bytes, without descriptor, clock or log. Ciphertext goes in and out
// through two buffers, plaintext through read() and write(); each call says what the connection waits for.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/buffer.hpp"
#include "base/result.hpp"
#include "tls/facts.hpp"
#include "tls/recall.hpp"
#include "tls/signing.hpp"

namespace tls {

enum class Progress {
  done,            // handshake complete; plaintext was read; all was written
  want_input,      // put more into incoming() (flush outgoing() first)
  want_signature,  // see signature_request(); call supply_signature(), then handshake() again
  want_session,    // see recall_request(); call supply_recalled(), then handshake() again
  closed,  // the peer's close_notify: no more plaintext, ever (CVE-2026-45185: nothing of that socket is read again)
  failed,  // see failure(); flush outgoing(), it may hold an alert; then close
};

class Engine {
 public:
  struct Inner;
  explicit Engine(std::unique_ptr<Inner> inner);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Ciphertext from the peer, consumed by the calls below; limit one record and a bit (about 17 KiB).
  [[nodiscard]] base::Buffer& incoming();
  // Ciphertext for the peer; whoever performs sends and consumes it. Grows by at most what one call produces; write()
  // takes nothing while more than 64 KiB wait here (back-pressure).
  [[nodiscard]] base::Buffer& outgoing();

  [[nodiscard]] Progress handshake();

  // Decrypts into `plaintext` as long as it has room and incoming() has records. done: something was appended.
  // A session of more than 32 key updates without application data fails (threat 21).
  [[nodiscard]] Progress read(base::Buffer& plaintext);

  // Encrypts a prefix of `plaintext`; `taken` says how much. done when taken > 0 or nothing was given.
  [[nodiscard]] Progress write(std::string_view plaintext, std::size_t& taken);

  // Nothing is expected for a while: gives memory back, as far as may be. Every other call is as if it had not been
  // made.
  void rest();

  // Puts close_notify into outgoing(). Reading may go on (half-close, TLS 1.3).
  void close();

  // The end of the ciphertext stream was met without close_notify (truncation, threat 17).
  void on_end_of_stream();

  [[nodiscard]] const SignatureRequest& signature_request() const;
  // Empty `signature`: the key process could not; the handshake fails with internal_error.
  void supply_signature(std::string signature);

  [[nodiscard]] const RecallRequest& recall_request() const;
  // The session as DER; empty for none, and for ticket keys: those go into the Context's TicketRing.
  void supply_recalled(std::string session_der);
  // What to remember; empties it.
  [[nodiscard]] std::vector<NewSession> take_new_sessions();

  // Where Leeway::trace is set: the steps since the last call.
  [[nodiscard]] std::vector<TraceLine> take_trace();

  // After the handshake: whether all that outgoing() holds is tickets (RFC 8446 §4.6.1), which nobody waits for. The
  // last flight of TLS 1.2 and of clients ends the handshake.
  [[nodiscard]] bool owes_tickets_only() const;

  [[nodiscard]] const Failure& failure() const;
  [[nodiscard]] const HelloFacts& offered() const;
  [[nodiscard]] Facts facts() const;             // after the handshake
  [[nodiscard]] std::string session_id() const;  // likewise; as octets, empty: it has none

  // The peer's chain in PEM and its verification result text ("ok" or why not); client role, for ehlock send and probe.
  [[nodiscard]] std::string peer_chain_pem() const;
  [[nodiscard]] std::string verification() const;

  // Client role: the session to resume with, DER (after the first read in TLS 1.3); and using one before the handshake.
  [[nodiscard]] std::string session_der() const;
  void resume_with(std::string_view session_der);

 private:
  [[nodiscard]] Inner& awake() const;
  std::unique_ptr<Inner> inner_;
};

}  // namespace tls
