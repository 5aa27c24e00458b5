#include "session/drain.hpp"

#include <utility>

namespace session {

void Drain::begin() {
  begun_ = true;
  for (net::Stream* stream : idle_) stream->interrupt();
  for (const Watch* watch : watches_) watch->told_();
}

Drain::Idle::Idle(Drain& drain, net::Stream& stream)
    : drain_(drain), place_(drain.idle_.insert(drain.idle_.end(), &stream)) {}
Drain::Idle::~Idle() {
  drain_.idle_.erase(place_);
}

Drain::Watch::Watch(Drain& drain, std::function<void()> told) : drain_(drain), told_(std::move(told)) {
  drain_.watches_.insert(this);
  if (drain_.begun()) told_();
}
Drain::Watch::~Watch() {
  drain_.watches_.erase(this);
}

}  // namespace session
