// Stint: how much a task does at a stretch. Where octets come faster than it passes them on it never has to wait, and
// nobody else would have a turn.
#pragma once

namespace net {

class Stint {
 public:
  // Of a piece of work (16 KiB at most); true: now others come first, by
  //   co_await loop.sleep_until(Clock::now());
  [[nodiscard]] bool is_over() { return ++pieces_ % at_a_stretch == 0; }

 private:
  // 4 MiB, some 4 ms: the oftener sessions take turns, the less of each is in the caches (1 MiB: a tenth dearer).
  static constexpr unsigned at_a_stretch = 256;
  unsigned pieces_ = 0;
};

}  // namespace net
