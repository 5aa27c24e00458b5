#include "base/buffer.hpp"

#include <algorithm>
#include <cstring>

namespace base {
namespace {

constexpr std::size_t smallest_allocation = 512;

}  // namespace

bool Buffer::append(std::string_view bytes) {
  if (bytes.size() > room()) return false;
  if (bytes.empty()) return true;
  make_room(bytes.size());
  std::memcpy(data_.get() + end_, bytes.data(), bytes.size());
  end_ += bytes.size();
  return true;
}

std::span<char> Buffer::prepare(std::size_t want) {
  const std::size_t size = std::min(want, room());
  if (size == 0) return {};
  make_room(size);
  return {data_.get() + end_, size};
}

void Buffer::consume(std::size_t count) {
  begin_ += count;
  if (begin_ == end_) clear();
}

std::size_t Buffer::clear() {
  const std::size_t forgotten = size();
  data_.reset();
  capacity_ = begin_ = end_ = 0;
  return forgotten;
}

// Space for `wanted` more bytes behind end_: by moving the unread bytes to the front where that is enough, else by a
// larger allocation (doubling, never over the limit).
void Buffer::make_room(std::size_t wanted) {
  if (end_ + wanted <= capacity_) return;
  const std::size_t unread = size();
  const std::size_t needed = unread + wanted;
  if (needed <= capacity_) {
    std::memmove(data_.get(), data_.get() + begin_, unread);
  } else {
    const std::size_t grown =
        std::min(std::max({needed, capacity_ * 2, smallest_allocation}), std::max(limit_, needed));
    std::unique_ptr<char[]> larger(new char[grown]);
    if (unread > 0) std::memcpy(larger.get(), data_.get() + begin_, unread);
    data_ = std::move(larger);
    capacity_ = grown;
  }
  begin_ = 0;
  end_ = unread;
}

}  // namespace base
