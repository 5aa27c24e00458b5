#include "session/tls_layer.hpp"

#include <string>
#include <utility>

namespace session {
namespace {

// `request` outlives the wait. Without a signer: empty, which fails the handshake.
net::Task<std::string> signature_by(Signer* signer, const tls::SignatureRequest& request, net::Deadline deadline) {
  if (signer == nullptr) co_return std::string();
  co_return co_await signer->sign(request, deadline);
}

}  // namespace

net::Task<bool> TlsLayer::shake_hands(net::Stream& stream, Signer* signer, net::Deadline deadline) {
  const bool done = co_await handshake(stream, signer, deadline);
  if (!done) {
    // The alert tells the client why; it is sent without waiting for it.
    (void)flush_now(stream);
    engine_->outgoing().clear();
  }
  co_return done;
}

net::Task<bool> TlsLayer::handshake(net::Stream& stream, Signer* signer, net::Deadline deadline) {
  for (;;) {
    const tls::Progress progress = engine_->handshake();
    if (progress == tls::Progress::failed || progress == tls::Progress::closed) {
      failure_ = engine_->failure();
      co_return false;
    }
    if (progress == tls::Progress::want_signature) {
      std::string signature = co_await signature_by(signer, engine_->signature_request(), deadline);
      engine_->supply_signature(std::move(signature));
      continue;
    }
    if (progress == tls::Progress::want_session) {
      std::string session;
      const tls::RecallRequest request = engine_->recall_request();
      if (recall_) session = co_await recall_(request, deadline);
      engine_->supply_recalled(std::move(session));
      continue;
    }
    if (progress == tls::Progress::done && engine_->owes_tickets_only()) {
      unhurried_ = engine_->outgoing().size();
      co_return true;
    }
    const net::Io flushed = co_await flush(stream, deadline);
    if (progress == tls::Progress::done) co_return flushed == net::Io::done;
    const net::Io fed = flushed == net::Io::done ? co_await stream.read(engine_->incoming(), deadline) : flushed;
    if (fed != net::Io::done) {
      fail(fed);
      co_return false;
    }
  }
}

void TlsLayer::fail(net::Io why) {
  if (why == net::Io::timed_out) {
    failure_ = tls::Failure{tls::FailReason::timeout, 0, "handshake took too long"};
    return;
  }
  engine_->on_end_of_stream();
  failure_ = engine_->failure();
}

net::Task<net::Io> TlsLayer::flush(net::Stream& stream, net::Deadline deadline) {
  if (flushing_) {
    // Another coroutine is sending; it takes what was added too. Waiting for it keeps the back-pressure.
    if (!flushed_) flushed_ = std::make_unique<net::Event>(loop_);
    const bool in_time = co_await flushed_->wait(deadline);
    co_return in_time ? net::Io::done : net::Io::timed_out;
  }
  unhurried_ = 0;
  net::Io outcome = net::Io::done;
  while (outcome == net::Io::done && !engine_->outgoing().empty()) {
    const auto now = stream.write_now(engine_->outgoing().view());
    if (!now) {
      outcome = net::Io::lost;  // said below to who waits, too
      break;
    }
    engine_->outgoing().consume(*now);
    if (engine_->outgoing().empty()) break;
    // The buffer may move while we wait: what is on its way is ours.
    const std::string batch(engine_->outgoing().view());
    engine_->outgoing().clear();
    flushing_ = true;
    outcome = co_await stream.write(batch, deadline);
    flushing_ = false;
  }
  if (flushed_) {
    flushed_->set();
    flushed_.reset();
  }
  co_return outcome;
}

std::optional<net::Io> TlsLayer::read_now(net::Stream& stream, base::Buffer& into) {
  for (;;) {
    const tls::Progress progress = engine_->read(into);
    const bool hurried = engine_->outgoing().size() > unhurried_;  // answers to key updates, alerts
    if (hurried && !flush_now(stream)) return net::Io::lost;
    if (progress == tls::Progress::done) return net::Io::done;
    if (progress == tls::Progress::closed) return net::Io::end;
    if (progress != tls::Progress::want_input) return net::Io::lost;
    const auto fed = stream.read_now(engine_->incoming());
    if (!fed) return std::nullopt;
    if (*fed == net::Io::end) {
      engine_->on_end_of_stream();
      failure_ = engine_->failure();
      return net::Io::lost;
    }
    if (*fed != net::Io::done) return fed;
  }
}

// What goes without waiting; the rest goes with the next write. False: the peer is lost.
bool TlsLayer::flush_now(net::Stream& stream) {
  if (flushing_ || engine_->outgoing().empty()) return true;
  unhurried_ = 0;
  const auto sent = stream.write_now(engine_->outgoing().view());
  if (sent) engine_->outgoing().consume(*sent);
  return sent.has_value();
}

net::Task<net::Io> TlsLayer::write(net::Stream& stream, std::string_view plaintext, net::Deadline deadline) {
  while (!plaintext.empty()) {
    std::size_t taken = 0;
    const tls::Progress progress = engine_->write(plaintext, taken);
    if (progress == tls::Progress::failed || progress == tls::Progress::closed) co_return net::Io::lost;
    plaintext.remove_prefix(taken);
    const net::Io flushed = co_await flush(stream, deadline);
    if (flushed != net::Io::done) co_return flushed;
  }
  co_return net::Io::done;
}

net::Task<void> TlsLayer::close(net::Stream& stream, std::string_view last, net::Deadline deadline) {
  std::size_t taken = 0;
  if (!last.empty() && engine_->write(last, taken) == tls::Progress::done) last.remove_prefix(taken);
  if (!last.empty()) (void)co_await write(stream, last, deadline);
  engine_->close();
  (void)co_await flush(stream, deadline);
}

}  // namespace session
