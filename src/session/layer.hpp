// Layer: what may lie between a channel and its stream: TLS of our own. An interface, so that a program that never does
// TLS itself (tlswrapper-smtp) does not link OpenSSL.
#pragma once

#include <optional>
#include <string_view>

#include "base/buffer.hpp"
#include "net/stream.hpp"

namespace session {

class Layer {
 public:
  Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  virtual ~Layer() = default;

  // As Channel's functions of the same names.
  [[nodiscard]] virtual std::optional<net::Io> read_now(net::Stream& stream, base::Buffer& into) = 0;
  [[nodiscard]] virtual net::Task<net::Io> write(net::Stream& stream, std::string_view plaintext,
                                                 net::Deadline deadline) = 0;
  // Nothing is expected for a while: memory may be given back.
  virtual void rest() = 0;
  // The last words, then goodbye in its own way (close_notify), together where they fit.
  [[nodiscard]] virtual net::Task<void> close(net::Stream& stream, std::string_view last, net::Deadline deadline) = 0;
};

}  // namespace session
