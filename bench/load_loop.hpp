// The loop that keeps a number of clients busy, and what it counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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
  void start_one();
  void settle(int socket, Session& session);
  void count(const Session& session);

  const Options& options_;
  const Script& script_;
  TlsClient& tls_;
  int epoll_;
  std::size_t busy_ = 0;
  std::unordered_map<int, std::unique_ptr<Session>> sessions_;
  Tally tally_;
};

}  // namespace load
