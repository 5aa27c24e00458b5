// SinkSession: the server's side of an SMTP session that takes every message (RFC 5321, 1870, 2920, 3030, 4954). It
// decides and stores; octets in and replies out are its caller's business. Whatever is said in AUTH is right.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "apps/ehlock/sink/store.hpp"
#include "base/buffer.hpp"
#include "smtp/body.hpp"
#include "smtp/command.hpp"
#include "smtp/line.hpp"

namespace app {

using SinkReport = std::function<void(const SinkReceipt&)>;

class SinkSession {
 public:
  // A command, or a line of an AUTH exchange, may have this many octets; the buffers of take() hold more.
  static constexpr std::size_t max_line = 12288;

  // `store` and `told`, which hears of each message kept, outlive the session.
  SinkSession(SinkStore& store, const SinkReport& told, std::string name);

  [[nodiscard]] std::string greeting() const;

  // Deals with as much of `unread` as makes sense without more, and consumes it; replies go behind `replies`.
  void take(base::Buffer& unread, std::string& replies);

  // True when nothing more is to be read: QUIT, or too many errors.
  [[nodiscard]] bool over() const { return over_; }
  // Octets of a message come next, not lines.
  [[nodiscard]] bool in_text() const { return in_text_; }

 private:
  enum class Login { none, plain, user, password };
  struct Answer;

  [[nodiscard]] bool take_line(base::Buffer& unread, std::string& replies);
  [[nodiscard]] bool take_text(base::Buffer& unread, std::string& replies);
  void add_unstuffed(std::string_view text);
  [[nodiscard]] std::string answer_to(const smtp::Line& line);

  [[nodiscard]] std::string on_helo(const smtp::Command& command);
  [[nodiscard]] std::string on_ehlo(const smtp::Command& command);
  [[nodiscard]] std::string on_mail(const smtp::Command& command);
  [[nodiscard]] std::string on_rcpt(const smtp::Command& command);
  [[nodiscard]] std::string on_data(const smtp::Command& command);
  [[nodiscard]] std::string on_bdat(const smtp::Command& command);
  [[nodiscard]] std::string on_rset(const smtp::Command& command);
  [[nodiscard]] std::string on_noop(const smtp::Command& command);
  [[nodiscard]] std::string on_vrfy(const smtp::Command& command);
  [[nodiscard]] std::string on_quit(const smtp::Command& command);

  [[nodiscard]] std::string on_auth(std::string_view line);
  [[nodiscard]] std::string on_login_line(std::string_view line);
  [[nodiscard]] std::string ask(Login next, std::string_view challenge);

  [[nodiscard]] std::string end_chunk();
  [[nodiscard]] std::string end_message();
  void forget_message();

  SinkStore& store_;
  const SinkReport& told_;
  std::string name_;
  smtp::LineSplitter lines_;
  smtp::BodyScanner scanner_;
  SinkEnvelope envelope_;
  std::unique_ptr<SinkDraft> draft_;  // from DATA or the first BDAT on
  smtp::Chunk chunk_;
  Login login_ = Login::none;
  bool greeted_ = false;
  bool begun_ = false;  // MAIL was accepted
  bool in_text_ = false;
  bool in_data_ = false;  // the text is of DATA: dots are doubled and it ends with one
  bool line_begins_ = true;
  bool over_ = false;
  std::size_t errors_ = 0;
};

}  // namespace app
