#include "session/ucspi_facts.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "os/reverse_name.hpp"

namespace session {
namespace {

constexpr std::size_t longest_id = 64;

// The value of the first variable of that name, empty where there is none.
template <typename Text>
std::string_view value_of(const std::vector<Text>& variables, std::string_view name) {
  const auto is_it = [name](std::string_view one) {
    return one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=';
  };
  const auto found = std::find_if(variables.begin(), variables.end(), is_it);
  return found == variables.end() ? std::string_view() : std::string_view(*found).substr(name.size() + 1);
}

template <typename Text>
smtp::TlsFacts tls_facts(const std::vector<Text>& variables) {
  const auto bits = [&](std::string_view name) {
    return std::max(0, base::number<int>(value_of(variables, name)).value_or(0));
  };
  return {base::escaped(value_of(variables, "SSL_PROTOCOL")), base::escaped(value_of(variables, "SSL_CIPHER")),
          bits("SSL_CIPHER_USEKEYSIZE"), bits("SSL_CIPHER_ALGKEYSIZE")};
}

std::shared_ptr<const tls::Facts> told_tls(const std::vector<std::string>& variables) {
  const smtp::TlsFacts told = tls_facts(variables);
  if (told.protocol.empty()) return nullptr;
  tls::Facts facts;
  facts.protocol = told.protocol;
  facts.cipher = told.cipher;
  facts.bits = told.bits;
  facts.algorithm_bits = told.algorithm_bits;
  facts.sni = base::escaped(value_of(variables, "SSL_TLS_SNI"));
  return std::make_shared<const tls::Facts>(std::move(facts));
}

}  // namespace

std::optional<os::SocketAddress> address_of(std::string_view host, std::string_view port) {
  const auto number = base::number<std::uint16_t>(port);
  if (!number) return std::nullopt;
  auto address = os::SocketAddress::ip(host, *number);
  return address ? std::optional(*address) : std::nullopt;
}

ClientIdentity identity_in(const std::vector<std::string>& variables) {
  const auto value = [&](std::string_view name) { return value_of(variables, name); };
  ClientIdentity identity;
  const auto client = address_of(value("TCPREMOTEIP"), value("TCPREMOTEPORT"));
  const auto server = address_of(value("TCPLOCALIP"), value("TCPLOCALPORT"));
  if (client && server) {
    identity.client = *client;
    identity.server = *server;
  }
  if (os::is_host_name(value("TCPREMOTEHOST"))) identity.name = value("TCPREMOTEHOST");
  identity.session_id = base::escaped(value("LOG_ID"), longest_id);
  identity.tls = told_tls(variables);
  return identity;
}

smtp::TlsFacts tls_facts_in(std::string_view told) {
  return tls_facts(base::split(told, '\0'));
}

}  // namespace session
