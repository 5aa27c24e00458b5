// Correspondent: questions to another process of ours and their answers, over one SOCK_SEQPACKET, for any number of
// sessions at once. Answers may come in any order; each carries its question's number. A question that got no answer
// for a while is asked again (the process may have been replaced in the meantime; both ends of the channel outlive it).
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/event.hpp"
#include "net/loop.hpp"
#include "net/spawn.hpp"
#include "net/waiter.hpp"
#include "os/packet.hpp"

namespace session {

class Correspondent {
 public:
  // `number_of` finds the number in an answer; nothing for a malformed one, which ends this process.
  using NumberOf = std::function<std::optional<std::uint64_t>(std::string_view)>;
  Correspondent(net::Loop& loop, os::UniqueFd channel, NumberOf number_of, std::uint64_t first_number);

  // Numbers differ also from those a predecessor on the same channel used: the first is random.
  [[nodiscard]] std::uint64_t next_number() { return next_++; }

  // The answer to `question`, which carries `number`; nothing when the deadline passed.
  [[nodiscard]] net::Task<std::optional<os::Packet>> ask(std::uint64_t number, std::string question,
                                                         net::Deadline deadline);

  // One, and room for it in the row of what is unsent.
  using Message = std::list<std::string>;

  // Says something that has no answer. A Message made beforehand needs no memory then: a destructor may tell it.
  void tell(std::string message);
  void tell(Message message);

  // Once: it listens and speaks for the life of the process. `failed` hears of a lack of memory, which may cost an
  // answer: its question is asked again.
  void start(const net::Failed& failed);

 private:
  // One question under way: listed until its answer came or it went.
  struct Waiting {
    Waiting(Correspondent& whose, std::uint64_t of) : all(whose.waiting_), number(of), answered(whose.loop_) {
      all.emplace(number, this);
    }
    ~Waiting() { all.erase(number); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    std::map<std::uint64_t, Waiting*>& all;
    std::uint64_t number;
    net::Event answered;
    os::Packet answer;
  };

  [[nodiscard]] net::Task<void> send_questions();
  [[nodiscard]] net::Task<void> receive_answers();
  [[nodiscard]] bool send_now(const std::string& message);
  void deliver(os::Packet packet);

  net::Loop& loop_;
  os::UniqueFd channel_;
  net::Waiter waiter_;
  NumberOf number_of_;
  std::uint64_t next_;
  Message unsent_;
  net::Event something_unsent_;
  std::map<std::uint64_t, Waiting*> waiting_;
};

}  // namespace session
