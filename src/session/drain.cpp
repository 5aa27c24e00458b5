#include "session/drain.hpp"

namespace session {

void Drain::begin() {
  begun_ = true;
  for (net::Stream* stream : idle_) stream->interrupt();
}

Drain::Idle::Idle(Drain& drain, net::Stream& stream) : drain_(drain), stream_(stream) {
  drain_.idle_.insert(&stream_);
}
Drain::Idle::~Idle() {
  drain_.idle_.erase(&stream_);
}

}  // namespace session
