#include "apps/shared/program_mail.hpp"

#include <utility>

namespace app {
namespace {

// What each command may cost a program that was not written for crowds of recipients.
constexpr std::size_t most_recipients = 256;

}  // namespace

session::Limits limits_before_program(const std::optional<std::chrono::seconds>& wait) {
  session::Limits limits;
  if (!wait) return limits;
  limits.command = limits.data = limits.greeting = limits.reply = limits.policy = *wait;
  limits.handshake = *wait;
  return limits;
}

smtp::DialogSettings dialog_before_program(std::string name, bool tls_available) {
  smtp::DialogSettings settings;
  settings.name = std::move(name);
  settings.injected = smtp::InjectedBytes::discard;
  settings.max_recipients = most_recipients;
  settings.tls_available = tls_available;
  settings.auth_before_tls = !tls_available;
  return settings;
}

smtp::DialogStart start_for(const session::ClientIdentity& client) {
  smtp::DialogStart start;
  start.secured = client.tls != nullptr;
  start.tls = client.tls_for_smtp();
  return start;
}

net::Task<base::Result<net::Stream>> OnlyProgram::open(const session::ClientIdentity&) {
  if (!stream_.open()) co_return base::fail("the program was used up");
  co_return std::move(stream_);
}

}  // namespace app
