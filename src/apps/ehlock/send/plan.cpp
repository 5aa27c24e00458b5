#include "apps/ehlock/send/plan.hpp"

#include <sysexits.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/client/authorities.hpp"
#include "apps/ehlock/send/message.hpp"
#include "config/load.hpp"
#include "os/files.hpp"
#include "session/mail_date.hpp"

namespace app {
namespace {

constexpr std::size_t largest_message = std::size_t{256} << 20U;
constexpr std::size_t largest_password = 4096;

tl::unexpected<ClientFault> fault(int status, const base::Error& error) {
  return tl::unexpected(ClientFault{status, error.text});
}

std::string unique_id(const std::string& host) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("{}.{}@{}", std::chrono::duration_cast<std::chrono::microseconds>(now).count(), ::getpid(), host);
}

ClientResult<std::string> message_of(const config::SendOptions& options, const std::string& host) {
  if (options.file.empty()) {
    return with_crlf(compose(options, session::mail_date(), unique_id(host)));
  }
  const auto text = os::read_file(options.file, largest_message);
  if (!text) return fault(EX_NOINPUT, text.error());
  return with_crlf(*text);
}

ClientResult<tls::Context> context_of(const config::SendOptions& options) {
  tls::ClientSettings settings;
  settings.server_name = options.name();
  settings.min_version = options.min_version;
  settings.max_version = options.max_version;
  if (options.verify) {
    const auto authorities = read_authorities(options.ca_file);
    if (!authorities) return tl::unexpected(authorities.error());
    settings.ca = *authorities;
  }
  auto context = tls::Context::client(settings);
  if (!context) return fault(EX_NOINPUT, context.error());
  return std::move(*context);
}

ClientResult<base::Secret> auth_of(const config::SendOptions& options) {
  if (options.user.empty()) return base::Secret();
  const auto file = os::read_secret_file(options.password_file, largest_password);
  if (!file) return fault(EX_NOINPUT, file.error());
  const std::string_view text = file->reveal();
  return auth_plain_command(options.user, text.substr(0, text.find_first_of("\r\n")));
}

}  // namespace

ClientResult<SendPlan> plan_sending(const config::SendOptions& options) {
  const std::string host = config::process_environment().host_name;
  auto message = message_of(options, host);
  if (!message) return tl::unexpected(message.error());
  auto context = context_of(options);
  if (!context) return tl::unexpected(context.error());
  auto auth = auth_of(options);
  if (!auth) return tl::unexpected(auth.error());
  auto addresses = os::resolve(options.server, false);
  if (!addresses) return fault(EX_UNAVAILABLE, addresses.error());
  return SendPlan{std::move(*addresses), std::move(*context), options.implicit, host, options.from, options.to,
                  std::move(*message),   std::move(*auth),    options.times};
}

}  // namespace app
