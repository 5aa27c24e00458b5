// What an Engine is made of: one SSL, its wire, and what happened so far. OpenSSL's callbacks find it by the SSL.
#pragma once

#include <memory>
#include <string>

#include "tls/bio.hpp"
#include "tls/context_inner.hpp"
#include "tls/engine.hpp"
#include "tls/failure.hpp"
#include "tls/recollection.hpp"
#include "tls/signing_desk.hpp"
#include "tls/ssl_places.hpp"

namespace tls {

// What may come before the handshake is complete (threat 23), and of key updates and the like between two pieces of
// application data (threat 21).
inline constexpr std::size_t handshake_limit = std::size_t{64} * 1024;
inline constexpr unsigned int idle_message_limit = 32;

// What a handshake needs, and hardly anybody after it.
struct Beginning {
  SigningDesk desk;
  HelloFacts offered;
  Recollection memory;
  std::string doubt;  // why the client's certificate is not trusted, for the log
};

// Of the two keys that were agreed with nothing is used after the handshake, and one of them is secret; OpenSSL keeps
// them as long as the connection lasts.
void forget_ephemeral_keys(SSL* ssl);

struct Engine::Inner {
  explicit Inner(std::shared_ptr<const Context::Inner> shared) : context(std::move(shared)) {}
  ~Inner() {
    packed.unpack();
    abandon_signature();
  }
  Inner(const Inner&) = delete;
  Inner& operator=(const Inner&) = delete;

  // The connection behind an SSL; only for those begin() made.
  [[nodiscard]] static Inner& of(const SSL* ssl);

  // Makes the SSL; has_failed() when there is no memory for it.
  void begin();

  // By `sni`; false when strictness forbids the default.
  [[nodiscard]] bool choose_certificate();

  // False when what waits in the wire cannot belong to a handshake; then it has failed.
  [[nodiscard]] bool admits_input();
  // One call of SSL_do_handshake.
  [[nodiscard]] Progress advance();
  // Reads records while there is room: done means that there is none left.
  [[nodiscard]] Progress decrypt(base::Buffer& plaintext);
  [[nodiscard]] Progress encrypt(std::string_view plaintext, std::size_t& taken);

  // One line of the trace, where there is one.
  void note(std::string line, bool names_peer = false);

  // After the handshake: the client showed a certificate, and it is what the rules of this context want.
  [[nodiscard]] bool trusts_client() const;

  // Notes the first cause only.
  Progress fail(Failure why);
  Progress fail_by_library();
  [[nodiscard]] bool has_failed() const { return failure.reason != FailReason::none; }

  // OpenSSL's message callback: counts what a secured connection hears and says beside application data.
  // NOLINTNEXTLINE(readability-function-size): the parameters are OpenSSL's
  static void on_message(int sent, int version, int content, const void* data, std::size_t size, SSL* ssl,
                         void* unused);

  // What is known of the handshake; empty once rest() has given it back.
  [[nodiscard]] Beginning& early();
  // See Engine::rest().
  void rest();

  std::shared_ptr<const Context::Inner> context;
  Wire wire;
  std::string sni;  // what the client named, if that is a host name; the name asked for in the client role
  Failure failure;
  std::vector<TraceLine> trace;
  unsigned int idle_messages = 0;
  std::unique_ptr<Beginning> beginning = std::make_unique<Beginning>();  // by early()
  Packed packed;                                                         // the SSL, while nothing happens
  bool name_known = false;                                               // a certificate has `sni`
  bool by_ticket = false;                                                // a ticket was opened
  bool secured = false;                                                  // the handshake is complete
  bool closed = false;                                                   // close_notify was received
  bool ended = false;                                                    // the stream was
  SslPtr ssl;                                                            // goes first: its BIO refers to `wire`

 private:
  void begin_serving();
  void begin_asking();
  Progress finish();
  // What an SSL_read_ex that gave nothing means.
  Progress after_reading(int result);
  void abandon_signature();
};

}  // namespace tls
