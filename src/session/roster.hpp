// Roster: the sessions of one worker, in memory it shares with the supervisor alone, for whoever asks who is there.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace session {

struct Listed {
  std::string session;
  std::string client;
  std::string listener;
  std::int64_t since = 0;  // seconds since 1970
};

class Roster {
 public:
  // While it lives, the session is on the roster; when all lines are taken it is not.
  class Entry {
   public:
    Entry(Roster& roster, std::string_view session, std::string_view client, std::string_view listener);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    Roster& roster_;
    std::size_t line_;
  };

  // What the worker wrote is not believed: texts are cut and made printable.
  [[nodiscard]] std::vector<Listed> sessions() const;

 private:
  static constexpr std::size_t lines = 1024;
  struct Line {
    std::atomic<bool> used{false};
    std::array<char, 68> session{};
    std::array<char, 60> client{};
    std::array<char, 60> listener{};
    std::int64_t since = 0;
  };
  [[nodiscard]] std::size_t take_line();
  void give_back(std::size_t line);

  std::array<Line, lines> lines_;
  // The worker's own: where there is room is known, and not looked for among a thousand lines at each session.
  std::size_t fresh_ = 0;  // lines from here on were never used
  std::array<std::uint16_t, lines> given_back_{};
  std::size_t given_back_count_ = 0;
};

}  // namespace session
