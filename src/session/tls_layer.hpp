// TlsLayer: an engine between a channel and its stream. Flushing ciphertext is serialised here: a reader may have
// something to send too (alerts, answers to key updates).
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "net/event.hpp"
#include "session/layer.hpp"
#include "session/signer.hpp"
#include "tls/engine.hpp"

namespace session {

// Asks elsewhere for a session; its DER, or nothing. A ticket key goes into the ring instead. By value: the engine
// waits.
using Recall = std::function<net::Task<std::string>(tls::RecallRequest request, net::Deadline deadline)>;

class TlsLayer final : public Layer {
 public:
  TlsLayer(net::Loop& loop, std::unique_ptr<tls::Engine> engine) : loop_(loop), engine_(std::move(engine)) {}

  // Before shake_hands(), where the engine may want sessions; else there are none.
  void remember_by(Recall recall) { recall_ = std::move(recall); }

  // The handshake, within `deadline` as a whole. `signer` may be null where no key of the key process is in use. On
  // failure the stream must be closed; failure() says why, and the client was sent its alert.
  [[nodiscard]] net::Task<bool> shake_hands(net::Stream& stream, Signer* signer, net::Deadline deadline);
  [[nodiscard]] const tls::Failure& failure() const { return failure_; }
  [[nodiscard]] tls::Engine& engine() { return *engine_; }

  [[nodiscard]] std::optional<net::Io> read_now(net::Stream& stream, base::Buffer& into) override;
  [[nodiscard]] net::Task<net::Io> write(net::Stream& stream, std::string_view plaintext,
                                         net::Deadline deadline) override;
  void rest() override { engine_->rest(); }
  [[nodiscard]] net::Task<void> close(net::Stream& stream, std::string_view last, net::Deadline deadline) override;

 private:
  [[nodiscard]] net::Task<bool> handshake(net::Stream& stream, Signer* signer, net::Deadline deadline);
  [[nodiscard]] net::Task<net::Io> flush(net::Stream& stream, net::Deadline deadline);
  [[nodiscard]] bool flush_now(net::Stream& stream);
  void fail(net::Io why);

  net::Loop& loop_;
  std::unique_ptr<tls::Engine> engine_;
  Recall recall_;
  tls::Failure failure_;
  // Octets of outgoing() that go with the next write: a server's ticket behind the handshake is no reason for a
  // segment, and for waking the client, of its own.
  std::size_t unhurried_ = 0;
  bool flushing_ = false;
  std::unique_ptr<net::Event> flushed_;  // only while somebody waits for another's flush
};

}  // namespace session
