// Descriptors with one owner, always close-on-exec (threat 39: descriptor leak through exec).
#pragma once

#include <cerrno>
#include <utility>

#include "base/result.hpp"

namespace os {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  // The number, -1 when nothing is owned.
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

struct FdPair {
  UniqueFd first;   // pipe: readable end
  UniqueFd second;  // pipe: writable end
};

[[nodiscard]] base::Result<FdPair> make_pipe();
[[nodiscard]] base::Result<FdPair> make_socket_pair(int type);  // SOCK_STREAM or SOCK_SEQPACKET
[[nodiscard]] base::Result<UniqueFd> duplicate(int fd);
[[nodiscard]] base::Result<void> make_non_blocking(int fd);

// Whether the error number only says that a non-blocking descriptor is not ready.
[[nodiscard]] constexpr bool would_block(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK;
}

// Closes every descriptor but the listed ones (and 0, 1, 2 only when listed).
void close_all_but(const int* keep, int count);

}  // namespace os
