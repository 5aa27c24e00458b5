#include "net/pause.hpp"

#include "net/loop.hpp"

namespace net {

Pause::Pause(Loop& loop, Deadline deadline, Bell* first, Bell* second) : loop_(loop), deadline_(deadline) {
  ears_[0] = {first, nullptr, this, 0};
  ears_[1] = {second, nullptr, this, 1};
}

Pause::~Pause() {
  if (waiting_) leave();
  if (going_on_) loop_.drop(going_on_);  // its coroutine is destroyed before its turn came
}

void Pause::await_suspend(std::coroutine_handle<> waiting) {
  due_ = loop_.expect(deadline_, *this);  // without memory the coroutine goes on with an exception, listed nowhere
  waiting_ = waiting;
  for (Ear& ear : ears_) {
    if (ear.bell != nullptr) ear.next = std::exchange(ear.bell->listeners_, &ear);
  }
}

int Pause::await_resume() noexcept {
  going_on_ = nullptr;
  return rang_;
}

void Pause::end(int rang) {
  leave();
  rang_ = rang;
  going_on_ = std::exchange(waiting_, nullptr);
  loop_.resume(going_on_);
}

void Pause::leave() {
  loop_.forget(due_);
  for (Ear& ear : ears_) {
    if (ear.bell == nullptr) continue;
    Ear** place = &ear.bell->listeners_;
    while (*place != &ear) place = &(*place)->next;
    *place = ear.next;
  }
}

void Bell::ring() {
  while (listeners_ != nullptr) listeners_->pause->end(listeners_->number);
}

void Bell::dismiss() {
  while (listeners_ != nullptr) listeners_->pause->end(-2);
}

}  // namespace net
