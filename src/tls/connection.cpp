// One connection's steps: beginning, shaking hands, failing. See traffic.cpp for what comes after the handshake.
#include "tls/connection.hpp"

#include "tls/shielded.hpp"
#include "tls/trace.hpp"
#include "tls/trust.hpp"

namespace tls {
namespace {

int connection_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// Content types of TLS records (RFC 8446 §5.1), and the old form of a ClientHello, whose first bit is set.
bool may_begin_tls(char first) {
  const auto octet = static_cast<unsigned char>(first);
  return (octet >= 0x14 && octet <= 0x18) || octet >= 0x80;
}

}  // namespace

void forget_ephemeral_keys(SSL* ssl) {
  // Another type for a key frees what it was.
  for (const int which : {SSL_CTRL_GET_TMP_KEY, SSL_CTRL_GET_PEER_TMP_KEY}) {
    EVP_PKEY* found = nullptr;
    if (SSL_ctrl(ssl, which, 0, static_cast<void*>(&found)) != 1) continue;
    const KeyPtr key(found);
    EVP_PKEY_set_type(key.get(), EVP_PKEY_ED25519);
  }
}

Engine::Inner& Engine::Inner::of(const SSL* ssl) {
  return *static_cast<Inner*>(SSL_get_ex_data(ssl, connection_index()));
}

Beginning& Engine::Inner::early() {
  if (!beginning) beginning = std::make_unique<Beginning>();
  return *beginning;
}

void Engine::Inner::rest() {
  // Whose stream has come to an end is not idle: its next read tells of that.
  const bool over = closed || ended || has_failed();
  const bool idle = secured && !over && wire.incoming.empty() && wire.outgoing.empty();
  if (packed || !idle || SSL_has_pending(ssl.get()) != 0) return;
  packed.pack(ssl.get());
  beginning.reset();
}

void Engine::Inner::begin() {
  forget_faults();
  const Beside here;
  ssl.reset(SSL_new(context->contexts.front().get()));
  BioPtr bio = bio_over(wire);
  if (!ssl || !bio || SSL_set_ex_data(ssl.get(), connection_index(), this) != 1) {
    ssl.reset();
    fail({FailReason::internal, 0, "no memory for a connection"});
    return;
  }
  BIO* const both_ways = bio.release();
  SSL_set_bio(ssl.get(), both_ways, both_ways);
  if (context->trace) SSL_set_info_callback(ssl.get(), shielded<trace_step>);
  context->serves ? begin_serving() : begin_asking();
}

void Engine::Inner::begin_serving() {
  SSL_set_accept_state(ssl.get());
  if (!context->tickets || context->tickets->keys().empty()) {
    SSL_set_num_tickets(ssl.get(), 0);
    SSL_set_options(ssl.get(), SSL_OP_NO_TICKET);
  } else if (context->tickets->keys().front().material.empty()) {
    SSL_set_num_tickets(ssl.get(), 0);  // there are keys to open with only
  }
  if (context->remote_keys && !has_blocking_signer()) SSL_set_mode(ssl.get(), SSL_MODE_ASYNC);
}

void Engine::Inner::begin_asking() {
  SSL_set_connect_state(ssl.get());
  sni = context->server_name;
  if (!sni.empty()) SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, sni.data());
}

bool Engine::Inner::choose_certificate() {
  const auto found = sni.empty() ? std::nullopt : context->names.find(sni);
  name_known = found.has_value();
  if (!found && context->strict_sni) {
    fail({FailReason::unknown_sni, 0, "no certificate has the name " + early().offered.sni});
    return false;
  }
  SSL_CTX* chosen = context->contexts[found.value_or(0)].get();
  if (SSL_get_SSL_CTX(ssl.get()) == chosen) return true;
  // Takes certificates and session id context over, but nothing of the rest; that is the same in all contexts of one
  // Context, but stands here so that it stays true.
  SSL_set_SSL_CTX(ssl.get(), chosen);
  SSL_set_options(ssl.get(), SSL_CTX_get_options(chosen));
  SSL_set_verify(ssl.get(), SSL_CTX_get_verify_mode(chosen), SSL_CTX_get_verify_callback(chosen));
  return true;
}

bool Engine::Inner::admits_input() {
  if (wire.incoming.empty()) return true;
  if (wire.consumed == 0 && !may_begin_tls(wire.incoming.view().front())) {
    fail({FailReason::not_tls, 0, "not a TLS record"});
  } else if (wire.consumed + wire.incoming.size() > handshake_limit) {
    fail({FailReason::protocol_error, 0, "handshake of more than 64 KiB"});
  }
  return !has_failed();
}

Progress Engine::Inner::advance() {
  forget_faults();
  const AtWork here(early().desk);
  const Beside beside(ssl.get());
  const int result = SSL_do_handshake(ssl.get());
  if (result == 1) return finish();
  switch (SSL_get_error(ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Progress::want_input;
    case SSL_ERROR_WANT_ASYNC:
      return early().desk.waiting ? Progress::want_signature
                                  : fail({FailReason::internal, 0, "paused without a reason"});
    case SSL_ERROR_WANT_CLIENT_HELLO_CB:
      return early().memory.waiting ? Progress::want_session
                                    : fail({FailReason::internal, 0, "paused without a reason"});
    case SSL_ERROR_ZERO_RETURN:
      return fail({FailReason::client_alert, SSL3_AD_CLOSE_NOTIFY, "close notify"});
    case SSL_ERROR_WANT_WRITE:
      return fail({FailReason::internal, 0, "a flight larger than the outgoing buffer"});
    default:
      return fail_by_library();
  }
}

// Only handshakes pause: afterwards nothing is signed, and a job for each record would cost a stack switch.
Progress Engine::Inner::finish() {
  SSL_clear_mode(ssl.get(), SSL_MODE_ASYNC);
  secured = true;
  early().desk = {};
  forget_ephemeral_keys(ssl.get());
  forget_faults();
  if (context->client_certificate != ClientCertificate::require) return Progress::done;
  // A resumed session brings its result with it; what was not good then is not good now (CVE-2021-20230).
  const long verified = SSL_get_verify_result(ssl.get());
  if (trusts_client()) return Progress::done;
  return fail({FailReason::cert_rejected, 0, X509_verify_cert_error_string(verified)});
}

void Engine::Inner::note(std::string line, bool names_peer) {
  if (context->trace && trace.size() < most_trace_lines) trace.push_back({names_peer, std::move(line)});
}

bool Engine::Inner::trusts_client() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl.get());
  return certificate != nullptr && SSL_get_verify_result(ssl.get()) == X509_V_OK &&
         lists_key_of(context->client_keys, certificate);
}

Progress Engine::Inner::fail(Failure why) {
  if (!has_failed()) failure = std::move(why);
  forget_faults();
  return Progress::failed;
}

Progress Engine::Inner::fail_by_library() {
  if (early().desk.refused) return fail({FailReason::internal, 0, "the key process gave no signature"});
  const bool hello = secured || (context->serves ? early().offered.seen : wire.consumed > SSL3_RT_HEADER_LENGTH);
  Failure why = explain(ssl.get(), hello ? Stage::after_hello : Stage::before_hello);
  if (why.reason == FailReason::cert_rejected && !early().doubt.empty()) why.detail = early().doubt;
  return fail(std::move(why));
}

// A paused job has a stack of its own with OpenSSL's objects on it; it cannot be freed, only led to its end.
void Engine::Inner::abandon_signature() {
  while (beginning && early().desk.waiting) {
    early().desk.answer.reset();
    early().desk.answered = true;
    forget_faults();
    const AtWork here(early().desk);
    SSL_do_handshake(ssl.get());
  }
  forget_faults();
}

}  // namespace tls
