// Engine: the order in which one connection's steps may be taken. What they are is in connection.cpp and traffic.cpp.
#include "tls/engine.hpp"

#include <utility>

#include "tls/connection.hpp"

namespace tls {

Engine::Engine(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}

Engine::~Engine() = default;

base::Buffer& Engine::incoming() {
  return inner_->wire.incoming;
}

base::Buffer& Engine::outgoing() {
  return inner_->wire.outgoing;
}

Progress Engine::handshake() {
  Inner& my = awake();
  if (my.has_failed()) return Progress::failed;
  if (my.secured) return Progress::done;
  if (my.early().desk.waiting && !my.early().desk.answered) return Progress::want_signature;
  if (my.early().memory.waiting) return Progress::want_session;
  return my.admits_input() ? my.advance() : Progress::failed;
}

Progress Engine::read(base::Buffer& plaintext) {
  if (inner_->packed && inner_->wire.incoming.empty()) return Progress::want_input;
  Inner& my = awake();
  if (my.has_failed()) return Progress::failed;
  if (!my.secured) return Progress::want_input;
  const std::size_t before = plaintext.size();
  const Progress progress = my.decrypt(plaintext);
  if (plaintext.size() > before) return Progress::done;
  plaintext.consume(0);  // an idle connection keeps no space that was only prepared
  return progress;
}

Progress Engine::write(std::string_view plaintext, std::size_t& taken) {
  Inner& my = awake();
  taken = 0;
  if (my.has_failed()) return Progress::failed;
  return my.secured ? my.encrypt(plaintext, taken) : Progress::want_input;
}

void Engine::rest() {
  inner_->rest();
}

Engine::Inner& Engine::awake() const {
  inner_->packed.unpack();
  return *inner_;
}

void Engine::close() {
  Inner& my = awake();
  if (!my.secured || my.has_failed()) return;
  // A second call would read, and swallow what the peer still says.
  if ((SSL_get_shutdown(my.ssl.get()) & SSL_SENT_SHUTDOWN) != 0) return;
  forget_faults();
  SSL_shutdown(my.ssl.get());
  forget_faults();
}

void Engine::on_end_of_stream() {
  Inner& my = awake();
  if (my.closed || my.has_failed()) return;
  my.ended = true;
  if (!my.secured) {
    const bool answered = my.context->serves ? my.early().offered.seen : my.wire.consumed > 0;
    my.fail({answered ? FailReason::eof_after_server_hello : FailReason::eof_before_hello, 0, "the peer went away"});
  } else if (my.wire.incoming.empty() && SSL_pending(my.ssl.get()) == 0) {
    my.fail({FailReason::truncated, 0, "the stream ended without close_notify"});
  }
}

const SignatureRequest& Engine::signature_request() const {
  return inner_->early().desk.request;
}

void Engine::supply_signature(std::string signature) {
  SigningDesk& desk = inner_->early().desk;
  if (!desk.waiting || desk.answered) return;
  desk.answered = true;
  if (!signature.empty()) desk.answer = std::move(signature);
}

const RecallRequest& Engine::recall_request() const {
  return inner_->early().memory.request;
}

void Engine::supply_recalled(std::string session_der) {
  Recollection& memory = inner_->early().memory;
  if (memory.waiting && memory.request.kind == Remembered::session) memory.session_der = std::move(session_der);
  memory.waiting = false;
}

std::vector<NewSession> Engine::take_new_sessions() {
  return std::exchange(inner_->early().memory.made, {});
}

std::vector<TraceLine> Engine::take_trace() {
  return std::exchange(inner_->trace, {});
}

bool Engine::owes_tickets_only() const {
  return inner_->secured && inner_->context->serves && SSL_version(inner_->ssl.get()) == TLS1_3_VERSION;
}

const Failure& Engine::failure() const {
  return inner_->failure;
}

const HelloFacts& Engine::offered() const {
  return inner_->early().offered;
}

}  // namespace tls
