// Buffer: bytes waiting to be taken, with a limit. Holds no memory while it is empty, so that ten thousand idle
// connections cost no buffers.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace base {

class Buffer {
 public:
  // At most `limit` unread bytes at any time.
  explicit Buffer(std::size_t limit) : limit_(limit) {}

  // The unread bytes. The view lives until the next non-const call.
  [[nodiscard]] std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t room() const { return limit_ - size(); }
  [[nodiscard]] bool full() const { return room() == 0; }

  // Appends all of `bytes`, or nothing and returns false when they do not fit the limit.
  [[nodiscard]] bool append(std::string_view bytes);

  // Writable space of 1..`want` bytes behind the unread ones (empty only when full). What was really written is
  // told by commit(). The span lives until the next call.
  [[nodiscard]] std::span<char> prepare(std::size_t want);
  void commit(std::size_t written) { end_ += written; }

  // Forgets the first `count` unread bytes (count <= size()). Gives the memory back when nothing is left.
  void consume(std::size_t count);

  // Forgets everything and returns how many bytes that were.
  std::size_t clear();

 private:
  void make_room(std::size_t wanted);

  std::size_t limit_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::unique_ptr<char[]> data_;
};

}  // namespace base
