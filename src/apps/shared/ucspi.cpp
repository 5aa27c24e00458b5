#include "apps/shared/ucspi.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "base/text.hpp"
#include "os/socket.hpp"

namespace app {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

std::optional<os::SocketAddress> told_address(const char* ip, const char* port) {
  const auto number = base::number<std::uint16_t>(variable(port));
  if (!number) return std::nullopt;
  const auto address = os::SocketAddress::ip(variable(ip), *number);
  return address ? std::optional(*address) : std::nullopt;
}

os::SocketAddress if_ip(const os::SocketAddress& address) {
  return address.octets().empty() ? no_address() : address;
}

// 16 letters and digits. The few whose chance is greater by the remainder do no harm: it is no secret.
std::string random_id() {
  constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::array<unsigned char, 16> random{};
  (void)!::getrandom(random.data(), random.size(), 0);
  std::string id;
  for (const unsigned char octet : random) id += signs[octet % signs.size()];
  return id;
}

std::string session_id() {
  if (std::getenv("LOG_ID") == nullptr) return random_id();
  return base::escaped(variable("LOG_ID"), 64);
}

int told_number(const char* name) {
  return base::number<int>(variable(name)).value_or(0);
}

std::optional<tls::Facts> told_tls() {
  if (variable("SSL_PROTOCOL").empty()) return std::nullopt;
  tls::Facts facts;
  facts.protocol = variable("SSL_PROTOCOL");
  facts.cipher = variable("SSL_CIPHER");
  facts.bits = told_number("SSL_CIPHER_USEKEYSIZE");
  facts.algorithm_bits = told_number("SSL_CIPHER_ALGKEYSIZE");
  facts.sni = variable("SSL_TLS_SNI");
  return facts;
}

}  // namespace

os::SocketAddress no_address() {
  return os::SocketAddress::ip("::", 0).value_or(os::SocketAddress());
}

session::ClientIdentity identity_of_connection() {
  session::ClientIdentity identity;
  const auto client = told_address("TCPREMOTEIP", "TCPREMOTEPORT");
  const auto server = told_address("TCPLOCALIP", "TCPLOCALPORT");
  const bool told = client && server;
  identity.client = told ? *client : if_ip(os::peer_of(STDIN_FILENO));
  identity.server = told ? *server : if_ip(os::local_of(STDIN_FILENO));
  if (!variable("TCPREMOTEHOST").empty()) identity.name = base::escaped(variable("TCPREMOTEHOST"));
  identity.session_id = session_id();
  identity.tls = told_tls();
  return identity;
}

Variables own_environment() {
  Variables variables;
  for (char** one = environ; *one != nullptr; ++one) variables.emplace_back(*one);
  return variables;
}

bool describes_connection(std::string_view variable) {
  const std::string_view name = name_of(variable);
  if (name == "SSL_CERT_FILE" || name == "SSL_CERT_DIR") return false;
  return name == "PROTO" || name == "LOG_ID" || name.starts_with("TCPREMOTE") || name.starts_with("TCPLOCAL") ||
         name.starts_with("SSL_");
}

Variables replace_connection(const Variables& before, const Variables& more) {
  Variables kept;
  std::copy_if(before.begin(), before.end(), std::back_inserter(kept),
               [](const std::string& one) { return !describes_connection(one); });
  std::copy_if(more.begin(), more.end(), std::back_inserter(kept), describes_connection);
  return kept;
}

Variables replace(const Variables& before, const Variables& more) {
  Variables kept;
  std::copy_if(before.begin(), before.end(), std::back_inserter(kept), [&](const std::string& one) {
    return std::none_of(more.begin(), more.end(),
                        [&](const std::string& other) { return name_of(one) == name_of(other); });
  });
  kept.insert(kept.end(), more.begin(), more.end());
  return kept;
}

}  // namespace app
