// TlsmgrClient: a jailed worker's conversation with tlsmgr(8). One exchange after the other, each within a second;
// after one without answer nothing is asked for a while, so that no session waits for what does not come. The stream is
// brought by the supervisor, since the jail has no way to it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "log/sink.hpp"
#include "net/event.hpp"
#include "net/stream.hpp"
#include "postfix/tlsmgr.hpp"

namespace app {

class TlsmgrClient {
 public:
  // `want_stream` asks the supervisor, who answers by bring(). `sink` outlives it.
  TlsmgrClient(net::Loop& loop, std::function<void()> want_stream, bool greeted, log::Sink& sink);

  // Runs for the life of the process; spawned once.
  [[nodiscard]] net::Task<void> run();

  // The reply to a request; nothing when there is none in time.
  [[nodiscard]] net::Task<std::optional<postfix::Attributes>> ask(std::string request);
  // For requests whose reply tells nothing.
  void tell(std::string request);

  // Empty: tlsmgr cannot be reached.
  void bring(os::UniqueFd stream);
  // The supervisor has gone: there is no new stream any more.
  void end();

 private:
  struct Job {
    Job(net::Loop& loop, std::string text) : request(std::move(text)), done(loop) {}
    std::string request;
    net::Event done;
    std::optional<postfix::Attributes> reply;
  };

  [[nodiscard]] bool silent() const { return net::Clock::now() < silent_until_; }
  [[nodiscard]] std::shared_ptr<Job> enqueue(std::string request);
  [[nodiscard]] net::Task<std::optional<postfix::Attributes>> perform(const Job& job);
  [[nodiscard]] net::Task<bool> open(net::Deadline deadline);
  [[nodiscard]] net::Task<std::optional<postfix::Attributes>> hear(net::Deadline deadline);
  void give_up();

  net::Loop& loop_;
  std::function<void()> want_stream_;
  bool greeted_;
  log::Sink& sink_;
  std::deque<std::shared_ptr<Job>> jobs_;
  net::Event wanted_;   // there are jobs
  net::Event brought_;  // the supervisor answered
  os::UniqueFd offered_;
  std::optional<net::Stream> stream_;
  net::Deadline silent_until_;
  bool complained_ = false;
  bool ended_ = false;
};

}  // namespace app
