#include "session/correspondent.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace session {
namespace {

constexpr std::chrono::seconds ask_again_after{1};
constexpr std::chrono::hours for_ever{24};

// Between own processes a malformed message means that nothing can be trusted any more (design.md §2).
[[noreturn]] void end_of_trust() {
  fmt::print(stderr, "ehlock: malformed message between own processes\n");
  std::abort();
}

}  // namespace

Correspondent::Correspondent(net::Loop& loop, os::UniqueFd channel, NumberOf number_of, std::uint64_t first_number)
    : loop_(loop),
      channel_(std::move(channel)),
      waiter_(loop, channel_.get()),
      number_of_(std::move(number_of)),
      next_(first_number),
      something_unsent_(loop) {
  (void)os::make_non_blocking(channel_.get());
}

net::Task<std::optional<os::Packet>> Correspondent::ask(std::uint64_t number, std::string question,
                                                        net::Deadline deadline) {
  Waiting mine(*this, number);
  bool answered = false;
  while (!answered && net::Clock::now() < deadline) {
    tell(question);
    const net::Deadline patience = std::min(deadline, net::after(ask_again_after));
    answered = co_await mine.answered.wait(patience);
  }
  if (!answered) co_return std::nullopt;
  co_return std::move(mine.answer);
}

void Correspondent::start(const net::Failed& failed) {
  const auto send = [this] { return send_questions(); };
  const auto receive = [this] { return receive_answers(); };
  net::keep(loop_, send, failed);
  net::keep(loop_, receive, failed);
}

// False: there is no room for it now.
bool Correspondent::send_now(const std::string& message) {
  const auto sent = os::send_packet(channel_.get(), message);
  if (!sent) end_of_trust();
  return *sent;
}

void Correspondent::tell(std::string message) {
  if (unsent_.empty() && send_now(message)) return;
  unsent_.push_back(std::move(message));
  something_unsent_.set();
}

void Correspondent::tell(Message message) {
  if (unsent_.empty() && send_now(message.front())) return;
  unsent_.splice(unsent_.end(), message);
  something_unsent_.set();
}

net::Task<void> Correspondent::send_questions() {
  for (;;) {
    (void)co_await something_unsent_.wait(net::after(for_ever));
    something_unsent_.reset();
    while (!unsent_.empty()) {
      if (send_now(unsent_.front())) {
        unsent_.pop_front();
      } else {
        (void)co_await waiter_.wait(net::Direction::write, net::after(for_ever));
      }
    }
  }
}

net::Task<void> Correspondent::receive_answers() {
  for (;;) {
    auto packet = os::receive_packet(channel_.get());
    if (!packet) end_of_trust();
    if (*packet) {
      if ((*packet)->bytes.empty()) co_return;  // the supervisor is gone, and we soon are
      deliver(std::move(**packet));
    } else {
      waiter_.exhausted(net::Direction::read);
      (void)co_await waiter_.wait(net::Direction::read, net::after(for_ever));
    }
  }
}

void Correspondent::deliver(os::Packet packet) {
  const auto number = number_of_(packet.bytes);
  if (!number) end_of_trust();
  const auto found = waiting_.find(*number);
  if (found == waiting_.end()) return;  // too late, or the second answer to a question asked again
  Waiting& asker = *found->second;
  waiting_.erase(found);  // the first answer counts
  asker.answer = std::move(packet);
  asker.answered.set();
}

}  // namespace session
