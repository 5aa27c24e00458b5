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
  Inner& my = *inner_;
  if (my.has_failed()) return Progress::failed;
  if (my.secured) return Progress::done;
  if (my.desk.waiting && !my.desk.answered) return Progress::want_signature;
  if (my.memory.waiting) return Progress::want_session;
  return my.admits_input() ? my.advance() : Progress::failed;
}

Progress Engine::read(base::Buffer& plaintext) {
  Inner& my = *inner_;
  if (my.has_failed()) return Progress::failed;
  if (!my.secured) return Progress::want_input;
  const std::size_t before = plaintext.size();
  const Progress progress = my.decrypt(plaintext);
  if (plaintext.size() > before) return Progress::done;
  plaintext.consume(0);  // an idle connection keeps no space that was only prepared
  return progress;
}

Progress Engine::write(std::string_view plaintext, std::size_t& taken) {
  Inner& my = *inner_;
  taken = 0;
  if (my.has_failed()) return Progress::failed;
  return my.secured ? my.encrypt(plaintext, taken) : Progress::want_input;
}

void Engine::close() {
  Inner& my = *inner_;
  if (!my.secured || my.has_failed()) return;
  // A second call would read, and swallow what the peer still says.
  if ((SSL_get_shutdown(my.ssl.get()) & SSL_SENT_SHUTDOWN) != 0) return;
  ERR_clear_error();
  SSL_shutdown(my.ssl.get());
  ERR_clear_error();
}

void Engine::on_end_of_stream() {
  Inner& my = *inner_;
  if (my.closed || my.has_failed()) return;
  my.ended = true;
  if (!my.secured) {
    const bool answered = my.context->serves ? my.offered.seen : my.wire.consumed > 0;
    my.fail({answered ? FailReason::eof_after_server_hello : FailReason::eof_before_hello, 0, "the peer went away"});
  } else if (my.wire.incoming.empty() && SSL_pending(my.ssl.get()) == 0) {
    my.fail({FailReason::truncated, 0, "the stream ended without close_notify"});
  }
}

const SignatureRequest& Engine::signature_request() const {
  return inner_->desk.request;
}

void Engine::supply_signature(std::string signature) {
  SigningDesk& desk = inner_->desk;
  if (!desk.waiting || desk.answered) return;
  desk.answered = true;
  if (!signature.empty()) desk.answer = std::move(signature);
}

const RecallRequest& Engine::recall_request() const {
  return inner_->memory.request;
}

void Engine::supply_recalled(std::string session_der) {
  Recollection& memory = inner_->memory;
  if (memory.waiting && memory.request.kind == Remembered::session) memory.session_der = std::move(session_der);
  memory.waiting = false;
}

std::vector<NewSession> Engine::take_new_sessions() {
  return std::exchange(inner_->memory.made, {});
}

std::vector<TraceLine> Engine::take_trace() {
  return std::exchange(inner_->trace, {});
}

const Failure& Engine::failure() const {
  return inner_->failure;
}

const HelloFacts& Engine::offered() const {
  return inner_->offered;
}

}  // namespace tls
