#include "net/event.hpp"

namespace net {

Wait<in_time> Event::wait(Deadline deadline) {
  return {loop_, deadline, set_ ? std::optional(0) : std::nullopt, &bell_};
}

void Event::set() {
  set_ = true;
  bell_.ring();
}

}  // namespace net
