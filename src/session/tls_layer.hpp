// TlsLayer: an engine between a channel and its stream. Flushing ciphertext is serialised here: a reader may have
// something to send too (alerts, answers to key updates).
#pragma once

#include <memory>

#include "net/event.hpp"
#include "session/layer.hpp"
#include "session/signer.hpp"
#include "tls/engine.hpp"

namespace session {

class TlsLayer final : public Layer {
 public:
  TlsLayer(net::Loop& loop, std::unique_ptr<tls::Engine> engine) : loop_(loop), engine_(std::move(engine)) {}

  // The handshake, within `deadline` as a whole. `signer` may be null where no key of the key process is in use. On
  // failure the stream must be closed; failure() says why, and the client was sent its alert.
  [[nodiscard]] net::Task<bool> shake_hands(net::Stream& stream, Signer* signer, net::Deadline deadline);
  [[nodiscard]] const tls::Failure& failure() const { return failure_; }
  [[nodiscard]] tls::Engine& engine() { return *engine_; }

  [[nodiscard]] std::optional<net::Io> read_now(net::Stream& stream, base::Buffer& into) override;
  [[nodiscard]] net::Task<net::Io> write(net::Stream& stream, std::string_view plaintext,
                                         net::Deadline deadline) override;
  [[nodiscard]] net::Task<void> close(net::Stream& stream, net::Deadline deadline) override;

 private:
  [[nodiscard]] net::Task<bool> handshake(net::Stream& stream, Signer* signer, net::Deadline deadline);
  [[nodiscard]] net::Task<net::Io> flush(net::Stream& stream, net::Deadline deadline);
  [[nodiscard]] bool flush_now(net::Stream& stream);
  void fail(net::Io why);

  net::Loop& loop_;
  std::unique_ptr<tls::Engine> engine_;
  tls::Failure failure_;
  bool flushing_ = false;
  std::unique_ptr<net::Event> flushed_;  // only while somebody waits for another's flush
};

}  // namespace session
