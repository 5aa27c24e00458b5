#include "session/client_identity.hpp"

#include <sys/socket.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace session {
namespace {

// A value for the environment: without control characters, bounded (threat 40).
std::string clean(std::string value) {
  constexpr std::size_t longest = 512;
  value.resize(std::min(value.size(), longest));
  std::replace_if(
      value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, '?');
  return value;
}

void add(std::vector<std::string>& to, std::string_view name, const std::string& value) {
  if (!value.empty()) to.push_back(fmt::format("{}={}", name, clean(value)));
}

void add_tls(std::vector<std::string>& to, const tls::Facts& facts, std::string_view session) {
  add(to, "SSL_PROTOCOL", facts.protocol);
  add(to, "SSL_CIPHER", facts.cipher);
  add(to, "SSL_CIPHER_USEKEYSIZE", std::to_string(facts.bits));
  add(to, "SSL_CIPHER_ALGKEYSIZE", std::to_string(facts.algorithm_bits));
  add(to, "SSL_SESSION_ID", base::hex(session));
  add(to, "SSL_TLS_SNI", facts.sni);
  add(to, "SSL_TLS_SNI_SERVERNAME", facts.sni);
  add(to, "SSL_CLIENT_S_DN", facts.client_subject);
  add(to, "SSL_CLIENT_I_DN", facts.client_issuer);
  add(to, "SSL_CLIENT_M_SERIAL", facts.client_serial);
  const std::string_view verified = facts.client_verified ? "SUCCESS" : "FAILED";
  add(to, "SSL_CLIENT_VERIFY", std::string(facts.client_certificate ? verified : "NONE"));
}

}  // namespace

std::string ClientIdentity::text() const {
  return fmt::format("{}[{}]:{}", name, client.host(), client.port());
}

smtp::TlsFacts ClientIdentity::tls_for_smtp() const {
  if (!tls) return {};
  return {tls->protocol, tls->cipher, tls->bits, tls->algorithm_bits};
}

std::vector<std::string> environment_of(const ClientIdentity& identity) {
  std::vector<std::string> variables;
  add(variables, "PROTO", identity.client.octets().size() == 16 ? "TCP6" : "TCP");
  add(variables, "TCPREMOTEIP", identity.client.host());
  add(variables, "TCPREMOTEPORT", std::to_string(identity.client.port()));
  if (identity.name != "unknown") add(variables, "TCPREMOTEHOST", identity.name);
  add(variables, "TCPLOCALIP", identity.server.host());
  add(variables, "TCPLOCALPORT", std::to_string(identity.server.port()));
  add(variables, "LOG_ID", identity.session_id);
  if (identity.tls) add_tls(variables, *identity.tls, identity.tls_session);
  return variables;
}

}  // namespace session
