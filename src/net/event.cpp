#include "net/event.hpp"

namespace net {

Task<bool> Event::wait(Deadline deadline) {
  if (set_) co_return true;
  Pause pause(loop_, deadline, &bell_);
  const int rang = co_await pause;
  co_return rang == 0;
}

void Event::set() {
  set_ = true;
  bell_.ring();
}

}  // namespace net
