// What a ClientHello says (RFC 8446 §4.1.2), and which certificate answers it.
#include "tls/client_hello.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "tls/connection.hpp"
#include "tls/server_names.hpp"
#include "tls/shielded.hpp"

namespace tls {
namespace {

constexpr std::size_t most_ciphers = 128;
constexpr std::size_t most_groups = 64;
constexpr std::size_t most_versions = 16;

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  const auto octet = [&](std::size_t index) {
    return static_cast<unsigned int>(static_cast<unsigned char>(bytes[index]));
  };
  return static_cast<std::uint16_t>((octet(at) << 8) | octet(at + 1));
}

bool is_grease(std::uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff);
}

std::vector<std::uint16_t> numbers(std::string_view bytes, std::size_t most) {
  std::vector<std::uint16_t> found;
  for (std::size_t at = 0; at + 1 < bytes.size() && found.size() < most; at += 2) {
    const std::uint16_t value = number_at(bytes, at);
    if (!is_grease(value)) found.push_back(value);
  }
  return found;
}

// Without the length in front; a wrong length gives what is there.
std::string_view behind(std::string_view bytes, std::size_t length_octets) {
  return bytes.substr(std::min(length_octets, bytes.size()));
}

// Before TLS 1.3 a client names only the highest version it speaks (RFC 8446 §4.2.1).
std::vector<std::string> offered_versions(SSL* ssl) {
  auto found = numbers(behind(hello_extension(ssl, TLSEXT_TYPE_supported_versions), 1), most_versions);
  if (found.empty()) found.push_back(static_cast<std::uint16_t>(SSL_client_hello_get0_legacy_version(ssl)));
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const std::uint16_t version : found) names.push_back(version_name(version));
  return names;
}

std::vector<std::uint16_t> offered_ciphers(SSL* ssl) {
  const unsigned char* data = nullptr;
  const std::size_t size = SSL_client_hello_get0_ciphers(ssl, &data);
  // The SSLv2 form of a ClientHello has three octets to a cipher.
  if (data == nullptr || SSL_client_hello_isv2(ssl) == 1) return {};
  return numbers(chars(data, size), most_ciphers);
}

int on_client_hello(SSL* ssl, int* alert, void* /*unused*/) {
  Engine::Inner& connection = Engine::Inner::of(ssl);
  connection.early().offered = read_hello(ssl);
  if (must_recall(ssl)) return SSL_CLIENT_HELLO_RETRY;
  const auto raw = raw_server_name(ssl);
  if (!raw) return SSL_CLIENT_HELLO_SUCCESS;
  connection.sni = host_name(*raw).value_or("");
  if (connection.choose_certificate()) return SSL_CLIENT_HELLO_SUCCESS;
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_CLIENT_HELLO_ERROR;
}

// Whether the answer acknowledges the name (RFC 6066 §3): only if a certificate has it.
int on_server_name(SSL* ssl, int* /*alert*/, void* /*unused*/) {
  return Engine::Inner::of(ssl).name_known ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

std::string_view hello_extension(SSL* ssl, unsigned int type) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, type, &data, &size) != 1) return {};
  return chars(data, size);
}

std::string version_name(unsigned int version) {
  switch (version) {
    case TLS1_3_VERSION:
      return "TLSv1.3";
    case TLS1_2_VERSION:
      return "TLSv1.2";
    case TLS1_1_VERSION:
      return "TLSv1.1";
    case TLS1_VERSION:
      return "TLSv1";
    case SSL3_VERSION:
      return "SSLv3";
    case SSL2_VERSION:
      return "SSLv2";
    default:
      return fmt::format("0x{:04x}", version);
  }
}

HelloFacts read_hello(SSL* ssl) {
  HelloFacts facts;
  facts.seen = true;
  facts.versions = offered_versions(ssl);
  facts.ciphers = offered_ciphers(ssl);
  facts.groups = numbers(behind(hello_extension(ssl, TLSEXT_TYPE_supported_groups), 2), most_groups);
  // RFC 5077 §3.2: an empty extension only asks for a ticket. TLS 1.3 resumes by a pre-shared key.
  facts.ticket =
      !hello_extension(ssl, TLSEXT_TYPE_session_ticket).empty() || !hello_extension(ssl, TLSEXT_TYPE_psk).empty();
  const std::string_view name = raw_server_name(ssl).value_or("");
  facts.sni = host_name(name).value_or(base::escaped(name));
  return facts;
}

// struct { uint16 list; uint8 type; uint16 length; name }: exactly one name, as no other type was ever defined.
std::optional<std::string_view> raw_server_name(SSL* ssl) {
  const std::string_view bytes = hello_extension(ssl, TLSEXT_TYPE_server_name);
  if (bytes.size() < 5 || bytes[2] != TLSEXT_NAMETYPE_host_name) return std::nullopt;
  const std::string_view name = bytes.substr(5);
  if (number_at(bytes, 0) != bytes.size() - 2 || number_at(bytes, 3) != name.size()) return std::nullopt;
  return name;
}

void use_client_hello(SSL_CTX* context) {
  SSL_CTX_set_client_hello_cb(context, shielded<on_client_hello, SSL_CLIENT_HELLO_ERROR>, nullptr);
  SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, reinterpret_cast<void (*)()>(on_server_name));
}

}  // namespace tls
