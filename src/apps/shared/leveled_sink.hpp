// LeveledSink: log lines in the form "name: level: ip: message [id]" on standard error, each level told from its own
// verbosity on: 1 fatal, 2 error, warning and info, 3 debug.
#pragma once

#include <string>
#include <string_view>

#include "log/sink.hpp"

namespace app {

class LeveledSink final : public log::Sink {
 public:
  explicit LeveledSink(std::string program);

  void set_verbosity(int verbosity) { verbosity_ = verbosity; }
  // From then on lines have the client's address, and from verbosity 2 on the session's id. An id in front of a line
  // (as a journal has it) moves to its end.
  void set_client(std::string address) { address_ = std::move(address); }
  void set_id(std::string id) { id_ = std::move(id); }

  void write(log::Severity severity, std::string_view line) override;
  void fatal(std::string_view text);
  void debug(std::string_view text);

 private:
  void line(std::string_view level, std::string_view text) const;

  std::string program_;
  std::string address_;
  std::string id_;
  bool by_datagram_;
  int verbosity_ = 1;
};

// One line without any prefix, for the usage.
void say(std::string_view text);

}  // namespace app
