// The loop that keeps a number of clients busy, and what it counted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "load_session.hpp"

namespace load {

struct Tally {
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t resumed = 0;
  std::string reason;  // of the first failure
  double seconds = 0;
  std::vector<float> latencies;  // milliseconds of each whole session
};

class Load {
 public:
  // All three must outlive the load.
  Load(const Options& options, const Script& script, TlsClient& tls);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  Load(Load&&) = delete;
  Load& operator=(Load&&) = delete;

  // Runs so many sessions to their end (with --hold: until all are held). An error: nothing moved for 30 s.
  [[nodiscard]] base::Result<Tally> run(std::size_t sessions);

  // Closes what is held; how many of them the server had ended before.
  [[nodiscard]] std::size_t release();

 private:
  using Clock = std::chrono::steady_clock;

  void start_one(Clock::time_point due);
  // When session `number` of this run is due, by --rate or because another one ended; none: not yet known.
  [[nodiscard]] std::optional<Clock::time_point> due(std::size_t number) const;
  void settle(int socket, Session& session);
  void count(const Session& session);

  const Options& options_;
  const Script& script_;
  TlsClient& tls_;
  int epoll_;
  std::size_t busy_ = 0;
  std::unordered_map<int, std::unique_ptr<Session>> sessions_;
  Tally tally_;
  Clock::time_point began_;
};

}  // namespace load
