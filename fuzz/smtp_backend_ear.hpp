// What a backend takes for commands of all that it is sent, by its own rules and not by ours: text of DATA until its
// end, chunks if it offered them, an answer to its 334. No command among them may be one that must not pass.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "smtp/capabilities.hpp"
#include "smtp/command.hpp"
#include "smtp/settings.hpp"

namespace fuzz {

class BackendEar {
 public:
  explicit BackendEar(const smtp::DialogSettings& settings)
      : needs_tls_(settings.require_tls), auth_in_clear_(settings.auth_before_tls) {}

  // Another connection to it.
  void begin() {
    mode_ = Mode::command;
    unanswered_.clear();
    chunks_ = false;
    heard_.clear();
  }

  // Its reply to the first command that has none, before anything else is sent to it.
  void said(const smtp::Reply& reply) {
    const smtp::Verb verb = unanswered_.empty() ? smtp::Verb::unknown : unanswered_.front();
    const bool goes_on = verb == smtp::Verb::auth && reply.code == 334;
    if (!unanswered_.empty() && !goes_on) unanswered_.pop_front();
    if (smtp::is_greeting(verb) && reply.code == 250)
      chunks_ = verb != smtp::Verb::helo && smtp::lists(reply, "CHUNKING");
    if (verb == smtp::Verb::data && reply.code == 354) mode_ = Mode::text;
    if (goes_on) mode_ = Mode::secret;
    if (mode_ == Mode::text) heard_ = "\r\n";
  }

  void hear(std::string_view octets, bool secured) {
    heard_ += octets;
    while (mode_ == Mode::text ? take_text() : mode_ == Mode::chunk ? take_chunk() : take_line(secured)) continue;
  }

 private:
  enum class Mode { command, secret, text, chunk };

  bool take_text() {
    constexpr std::string_view end = "\r\n.\r\n";
    const auto at = heard_.find(end);
    if (at == std::string::npos) return false;
    heard_.erase(0, at + end.size());
    mode_ = Mode::command;
    return true;
  }

  bool take_chunk() {
    const auto taken = std::min<std::uint64_t>(left_, heard_.size());
    heard_.erase(0, static_cast<std::size_t>(taken));
    left_ -= taken;
    if (left_ == 0) mode_ = Mode::command;
    return left_ == 0;
  }

  bool take_line(bool secured) {
    const auto end = heard_.find('\n');
    if (end == std::string::npos) return false;
    if (end == 0 || heard_.find('\r') != end - 1 || heard_.find('\0') < end) __builtin_trap();
    const std::string line = heard_.substr(0, end - 1);
    heard_.erase(0, end + 1);
    if (std::exchange(mode_, Mode::command) == Mode::secret) return true;
    const smtp::Command command = smtp::parse_command(line);
    unanswered_.push_back(command.verb);
    check(command.verb, secured);
    if (command.verb == smtp::Verb::bdat && chunks_) begin_chunk(command.argument);
    return true;
  }

  void begin_chunk(std::string_view argument) {
    const smtp::Chunk chunk = smtp::parse_chunk(argument);
    if (chunk.kind != smtp::Chunk::Kind::good) __builtin_trap();
    left_ = chunk.size;
    mode_ = Mode::chunk;
  }

  void check(smtp::Verb verb, bool secured) const {
    using smtp::Verb;
    for (const Verb never : {Verb::xclient, Verb::xforward, Verb::starttls, Verb::uncarried}) {
      if (verb == never) __builtin_trap();
    }
    if (verb == Verb::bdat && !chunks_) __builtin_trap();
    if (secured) return;
    if (verb == Verb::auth && !auth_in_clear_) __builtin_trap();
    const bool harmless = verb == Verb::ehlo || verb == Verb::lhlo || verb == Verb::noop || verb == Verb::quit;
    if (needs_tls_ && !harmless) __builtin_trap();
  }

  bool needs_tls_;
  bool auth_in_clear_;
  bool chunks_ = false;
  Mode mode_ = Mode::command;
  std::uint64_t left_ = 0;  // of a chunk
  std::deque<smtp::Verb> unanswered_;
  std::string heard_;
};

}  // namespace fuzz
