// Channel: a stream in clear, or inside a layer (TLS) once that was put on. One coroutine may read while another
// writes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/buffer.hpp"
#include "net/stream.hpp"
#include "session/layer.hpp"

namespace session {

class Channel {
 public:
  explicit Channel(net::Stream stream) : stream_(std::move(stream)) {}

  // From now on everything passes through `layer`.
  void put_on(std::unique_ptr<Layer> layer) { layer_ = std::move(layer); }

  // Appends plaintext. end: the peer's close_notify (or end of file in clear); lost: truncation too (threat 17).
  [[nodiscard]] net::Task<net::Io> read(base::Buffer& into, net::Deadline deadline);
  // The same without waiting; nothing: wait until the stream is readable.
  [[nodiscard]] std::optional<net::Io> read_now(base::Buffer& into);
  // The same for who must know of every octet that is there (net::Stream::read_present()).
  [[nodiscard]] std::optional<net::Io> read_present(base::Buffer& into);
  // Until when a wait for the peer, which may last until `deadline`, is a short one. When that has passed it has become
  // a long one: rested() gives memory back, and says so once.
  [[nodiscard]] net::Deadline short_wait(net::Deadline deadline) const;
  [[nodiscard]] bool rested(net::Deadline waited, net::Deadline deadline);
  // Sends all of it.
  [[nodiscard]] net::Task<net::Io> write(std::string_view plaintext, net::Deadline deadline);

  // The last words, close_notify where there is TLS, and FIN, in one segment where they fit; reading may go on.
  [[nodiscard]] net::Task<void> end_writing(net::Deadline deadline, std::string_view last = {});
  void close() { stream_.close(); }

  [[nodiscard]] net::Stream& stream() { return stream_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }  // plaintext octets
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  net::Stream stream_;
  std::unique_ptr<Layer> layer_;
  bool resting_ = false;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace session
