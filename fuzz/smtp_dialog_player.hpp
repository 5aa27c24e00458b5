// Performs a Dialog's steps with bytes from a fuzzer and checks what it says, see smtp_dialog.cpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/buffer.hpp"
#include "base/text.hpp"
#include "smtp/capabilities.hpp"
#include "smtp/dialog.hpp"
#include "smtp_backend_ear.hpp"

namespace fuzz {

class Player {
 public:
  Player(smtp::DialogSettings settings, smtp::DialogStart start)
      : strict_(settings.bare_newline == smtp::BareNewline::reject),
        ear_(settings),
        dialog_(std::move(settings), std::move(start)) {
    perform(dialog_.start());
  }

  [[nodiscard]] bool closed() const { return next_ == smtp::Next::close; }

  void client(std::string_view octets) {
    const std::string said = dialog_.secured() ? without_mark(octets) : std::string(octets);
    static_cast<void>(unread_.append(said));
    while ((next_ == smtp::Next::client_line && read_line()) || (next_ == smtp::Next::body && read_body())) continue;
  }

  void backend(std::string_view wire) {
    smtp::ReplyParser parser(1024);
    static_cast<void>(parser.feed(wire));
    const bool listening = next_ == smtp::Next::backend_reply || next_ == smtp::Next::client_line;
    if (!listening || parser.state() != smtp::ReplyParser::State::complete) return;
    const smtp::Reply reply = parser.take();
    ear_.said(reply);
    perform(dialog_.on_reply(reply));
    client("");
  }

  void event(char kind, std::string_view text) {
    constexpr std::string_view tls = "sufm";
    constexpr std::string_view verdicts = "phdr";
    if (next_ == smtp::Next::start_tls && tls.find(kind) != std::string_view::npos) {
      static_cast<void>(unread_.clear());
      perform(dialog_.on_tls(static_cast<smtp::TlsResult>(tls.find(kind)), {"TLSv1.3", "X", 128, 128}));
    }
    if (next_ == smtp::Next::policy && verdicts.find(kind) != std::string_view::npos) {
      perform(dialog_.on_verdict({static_cast<smtp::Verdict::Action>(verdicts.find(kind)), without_mark(text)}));
    }
    if (next_ == smtp::Next::reopen_backend && kind == 'o') {
      ear_.begin();
      perform(dialog_.on_reopened());
    }
    if (kind >= '0' && kind <= '6') perform(dialog_.on_fault(static_cast<smtp::Fault>(kind - '0')));
    client("");
  }

 private:
  static std::string without_mark(std::string_view text) {
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), 'z', 'y');
    return plain;
  }

  bool read_line() {
    const auto line = dialog_.lines().next(unread_);
    if (!line) return false;
    verb_ = smtp::parse_command(line->text).verb;
    const smtp::Step step = dialog_.on_line(*line, unread_.size() - line->size);
    unread_.consume(line->size);
    perform(step);
    return true;
  }

  bool read_body() {
    smtp::BodyScanner& scanner = dialog_.scanner();
    const std::size_t taken = scanner.take(unread_.view());
    check_backend(unread_.view().substr(0, taken));
    ear_.hear(unread_.view().substr(0, taken), dialog_.secured());
    unread_.consume(taken);
    if (scanner.state() == smtp::BodyScanner::State::more) return false;
    perform(dialog_.on_body());
    return true;
  }

  void perform(const smtp::Step& step) {
    next_ = step.next;
    check_client(step.to_client);
    check_backend(step.to_backend);
    ear_.hear(step.to_backend, dialog_.secured());
    for (std::size_t i = 0; strict_ && i < step.to_backend.size(); ++i) {
      const bool behind_cr = i > 0 && step.to_backend[i - 1] == '\r';
      if (step.to_backend[i] == '\0' || behind_cr != (step.to_backend[i] == '\n')) __builtin_trap();
    }
  }

  // Inside TLS nothing with the mark of the clear session passes.
  void check_backend(std::string_view heard) const {
    if (dialog_.secured() && heard.find('z') != std::string_view::npos) __builtin_trap();
  }

  void check_client(std::string_view heard) const {
    while (!heard.empty()) {
      smtp::ReplyParser parser(8192);
      heard.remove_prefix(parser.feed(heard));
      if (parser.state() != smtp::ReplyParser::State::complete) __builtin_trap();
      const smtp::Reply reply = parser.take();
      const bool offers = verb_ == smtp::Verb::ehlo && reply.code == 250 && dialog_.secured();
      const auto lines = reply.lines();
      for (std::size_t i = 1; offers && i < lines.size(); ++i) {
        if (base::iequals(smtp::keyword_of(lines[i]), "STARTTLS")) __builtin_trap();
      }
    }
  }

  bool strict_;
  BackendEar ear_;
  smtp::Dialog dialog_;
  base::Buffer unread_{4096};
  smtp::Next next_ = smtp::Next::close;
  smtp::Verb verb_ = smtp::Verb::unknown;
};

}  // namespace fuzz
