// Stream: bytes to and from one peer: a socket, or a readable and a writable descriptor. Owns them. Each wait has a
// deadline; there is no operation without one.
#pragma once

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string_view>

#include "base/buffer.hpp"
#include "net/loop.hpp"
#include "net/waiter.hpp"
#include "os/fd.hpp"

namespace net {

enum class Io {
  done,
  end,  // reading: the peer will send no more
  timed_out,
  lost,  // reset, or any other error of the descriptor
};

// A socket that does not block already: accept4(2) and os::start_connect() make them so.
struct NonBlocking {
  os::UniqueFd socket;
};

class Stream {
 public:
  Stream(Loop& loop, NonBlocking made);
  Stream(Loop& loop, os::UniqueFd both_ways);
  // A pipe pair, or standard input and output.
  Stream(Loop& loop, os::UniqueFd readable, os::UniqueFd writable);
  ~Stream();
  Stream(Stream&&) = default;
  Stream& operator=(Stream&& other) noexcept;

  // Appends what is there, at least one byte, at most `most` bytes and what `into` has room for (it must have some).
  [[nodiscard]] Task<Io> read(base::Buffer& into, Deadline deadline, std::size_t most = 16384);

  // The same without waiting; nothing: no byte is there, as far as the loop heard of it.
  [[nodiscard]] std::optional<Io> read_now(base::Buffer& into, std::size_t most = 16384);

  // The same for who must know of every byte that is there: the kernel is asked.
  [[nodiscard]] std::optional<Io> read_present(base::Buffer& into, std::size_t most = 16384);
  // So is it by the next read_now(), whoever makes it.
  void doubt();

  // All of `bytes`, which must live until this is done.
  [[nodiscard]] Task<Io> write(std::string_view bytes, Deadline deadline);

  // As many bytes as go without waiting; nothing: the peer is lost.
  [[nodiscard]] std::optional<std::size_t> write_now(std::string_view bytes);

  // end_writing() follows the next writes at once: TCP keeps the last segment back for its FIN.
  void expect_end() { send_flags_ |= MSG_MORE; }

  // Half-close: the peer sees the end of our bytes. Sockets: shutdown(2); pipes: the writable end is closed.
  void end_writing();

  // Both directions closed now. Waits of other coroutines on this stream end as timed out.
  void close();

  // The peer is gone as of now, as if it had closed: reads find the end, writes are lost. What is no socket ends its
  // present waits as timed out.
  void cut();

  // Ends every present wait as timed out (drain).
  void interrupt();

  [[nodiscard]] bool open() const { return static_cast<bool>(readable_) || static_cast<bool>(writable_); }
  [[nodiscard]] int readable_fd() const { return readable_.get(); }
  [[nodiscard]] int writable_fd() const { return writable_ ? writable_.get() : readable_.get(); }

  // Gives the socket away (handing it to another process); the stream is closed afterwards.
  [[nodiscard]] os::UniqueFd release();

  // Both: only while it is open.
  [[nodiscard]] Waiter& read_waiter() { return *read_waiter_; }
  [[nodiscard]] Loop& loop() { return read_waiter_->loop(); }

 private:
  // Of a socket, a read of less than was asked for leaves nothing behind (epoll(7), question 9); of a terminal it may.
  [[nodiscard]] bool reads_tell_emptiness() const { return !writable_; }
  [[nodiscard]] Waiter& write_waiter() { return write_waiter_ ? *write_waiter_ : *read_waiter_; }

  os::UniqueFd readable_;
  os::UniqueFd writable_;  // empty: the socket is in readable_
  std::unique_ptr<Waiter> read_waiter_;
  std::unique_ptr<Waiter> write_waiter_;  // only with two descriptors
  bool is_socket_ = true;                 // until a write says otherwise
  bool cut_ = false;                      // what cannot be shut down
  int send_flags_ = MSG_NOSIGNAL;
};

}  // namespace net
