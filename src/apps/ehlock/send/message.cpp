#include "apps/ehlock/send/message.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/base64.hpp"

namespace app {
namespace {

constexpr std::string_view short_text = "This message was sent by ehlock to try a mail server.";

}  // namespace

std::string with_crlf(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 32 + 2);
  while (!text.empty()) {
    const auto end = text.find_first_of("\r\n");
    result += text.substr(0, end);
    result += "\r\n";
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  return result;
}

std::string data_of(std::string_view message) {
  std::string result(message.starts_with('.') ? "." : "");
  result.reserve(message.size() + message.size() / 64 + 8);
  for (auto at = message.find("\r\n."); at != std::string_view::npos; at = message.find("\r\n.")) {
    result += message.substr(0, at + 3);
    result += '.';
    message.remove_prefix(at + 3);
  }
  result += message;
  return result + ".\r\n";
}

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  return all < 0x80;
}

std::string compose(const config::SendOptions& options, std::string_view date, std::string_view id) {
  return fmt::format(
      "From: <{}>\r\nTo: <{}>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
      options.from, fmt::join(options.to, ">, <"), options.subject, date, id,
      options.body.empty() ? short_text : std::string_view(options.body));
}

base::Secret auth_plain_command(std::string_view user, std::string_view password) {
  constexpr std::string_view command = "AUTH PLAIN ";
  base::Secret plain(user.size() + password.size() + 2);  // its octets are NUL at first
  user.copy(plain.data() + 1, user.size());
  password.copy(plain.data() + user.size() + 2, password.size());
  base::Secret wire(command.size() + (plain.size() + 2) / 3 * 4 + 2);
  command.copy(wire.data(), command.size());
  char* place = wire.data() + command.size();
  for (std::size_t i = 0; i < plain.size(); i += 3, place += 4) {
    const auto four = base::base64_group(plain.reveal().substr(i, 3));
    std::string_view(four.data(), four.size()).copy(place, four.size());
  }
  std::string_view("\r\n").copy(place, 2);
  return wire;
}

}  // namespace app
