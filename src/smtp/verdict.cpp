// What a verdict's text may put into the session, see verdict.hpp: a policy service that lies or is mistaken must not
// be able to forge replies or to cut a message's header (threats: policy server lies).

#include "smtp/verdict.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"

namespace smtp {
namespace {

constexpr std::size_t longest_reply = 510;   // RFC 5321 §4.5.3.1.5, without CRLF
constexpr std::size_t longest_header = 998;  // RFC 5322 §2.1.1, without CRLF

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f'; });
}

bool refuses(std::string_view text) {
  const int code = base::number<unsigned short>(text.substr(0, 3)).value_or(0);
  return code >= 400 && code <= 599 && text.size() > 4 && text[3] == ' ' && !has_controls(text);
}

bool is_header(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || text.size() > longest_header || has_controls(text)) return false;
  const std::string_view name = text.substr(0, colon);
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

std::string reply_text(const Verdict& verdict) {
  if (refuses(verdict.text)) return verdict.text.substr(0, longest_reply);
  const bool defers = verdict.action == Verdict::Action::defer;
  return defers ? "450 4.7.1 Refused by policy, try again later" : "550 5.7.1 Refused by policy";
}

std::string header_line(const Verdict& verdict) {
  return is_header(verdict.text) ? verdict.text + "\r\n" : "";
}

}  // namespace smtp
