#include "apps/shared/ucspi.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "os/socket.hpp"
#include "session/ucspi_facts.hpp"

namespace app {
namespace {

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
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

}  // namespace

os::SocketAddress no_address() {
  return os::SocketAddress::ip("::", 0).value_or(os::SocketAddress());
}

session::ClientIdentity identity_of_connection() {
  session::ClientIdentity identity = session::identity_in(own_environment());
  if (identity.client.octets().empty()) {
    identity.client = if_ip(os::peer_of(STDIN_FILENO));
    identity.server = if_ip(os::local_of(STDIN_FILENO));
  }
  if (identity.session_id.empty()) identity.session_id = random_id();
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
