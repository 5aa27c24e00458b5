// Whole sessions: settings from the first octet, then events parted by 0xff: C octets of the client, B a reply, E
// another event. What the client hears is always whole replies, STARTTLS is offered in clear only, a refused newline
// never passes, and no octet of the clear session reaches the backend inside TLS: there every z the client says is
// another letter. Of all that the backend is sent it takes nothing for a command that must not pass.

#include <algorithm>
#include <string>

#include "smtp_dialog_player.hpp"

namespace {

smtp::DialogSettings settings_of(unsigned bits) {
  smtp::DialogSettings settings;
  settings.require_tls = (bits & 1) != 0;
  settings.auth_before_tls = (bits & 2) != 0;
  settings.chunking = (bits & 4) == 0;
  if ((bits & 8) != 0) settings.bare_newline = smtp::BareNewline::pass;
  if ((bits & 16) != 0) settings.injected = smtp::InjectedBytes::discard;
  if ((bits & 32) != 0) settings.on_starttls = smtp::OnStarttls::reconnect;
  using Stage = smtp::PolicyStage;
  if ((bits & 64) != 0) {
    settings.policy_stages = {Stage::connect, Stage::helo, Stage::mail,
                              Stage::rcpt,    Stage::data, Stage::end_of_message};
  }
  settings.max_line = 256;
  settings.max_auth_line = 512;
  settings.max_recipients = 3;
  return settings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  smtp::DialogStart start;
  if ((data[0] & 128) != 0) start.trace_from = "unknown [192.0.2.1]";
  fuzz::Player player(settings_of(data[0]), std::move(start));
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  while (!rest.empty() && !player.closed()) {
    const std::string_view record = rest.substr(0, rest.find('\xff'));
    rest.remove_prefix(std::min(rest.size(), record.size() + 1));
    if (record.size() < 2) continue;
    if (record[0] == 'C') player.client(record.substr(1));
    if (record[0] == 'B') player.backend(record.substr(1));
    if (record[0] == 'E') player.event(record[1], record.substr(2));
  }
  return 0;
}
