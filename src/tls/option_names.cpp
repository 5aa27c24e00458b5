// Tables of names. Some bits are 0 in OpenSSL 3: the name is known, and there is nothing to switch any more.
#include "tls/option_names.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "base/text.hpp"
#include "tls/openssl.hpp"

namespace tls {
namespace {

struct Named {
  std::string_view name;
  std::uint64_t bits;
};

constexpr Named workarounds[] = {
    {"MICROSOFT_SESS_ID_BUG", SSL_OP_MICROSOFT_SESS_ID_BUG},
    {"NETSCAPE_CHALLENGE_BUG", SSL_OP_NETSCAPE_CHALLENGE_BUG},
    {"LEGACY_SERVER_CONNECT", SSL_OP_LEGACY_SERVER_CONNECT},
    {"NETSCAPE_REUSE_CIPHER_CHANGE_BUG", SSL_OP_NETSCAPE_REUSE_CIPHER_CHANGE_BUG},
    {"CVE-2010-4180", SSL_OP_NETSCAPE_REUSE_CIPHER_CHANGE_BUG},
    {"SSLREF2_REUSE_CERT_TYPE_BUG", SSL_OP_SSLREF2_REUSE_CERT_TYPE_BUG},
    {"MICROSOFT_BIG_SSLV3_BUFFER", SSL_OP_MICROSOFT_BIG_SSLV3_BUFFER},
    {"MSIE_SSLV2_RSA_PADDING", SSL_OP_MSIE_SSLV2_RSA_PADDING},
    {"CVE-2005-2969", SSL_OP_MSIE_SSLV2_RSA_PADDING},
    {"SSLEAY_080_CLIENT_DH_BUG", SSL_OP_SSLEAY_080_CLIENT_DH_BUG},
    {"TLS_D5_BUG", SSL_OP_TLS_D5_BUG},
    {"TLS_BLOCK_PADDING_BUG", SSL_OP_TLS_BLOCK_PADDING_BUG},
    {"TLS_ROLLBACK_BUG", SSL_OP_TLS_ROLLBACK_BUG},
    {"DONT_INSERT_EMPTY_FRAGMENTS", SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS},
    {"CRYPTOPRO_TLSEXT_BUG", SSL_OP_CRYPTOPRO_TLSEXT_BUG},
    {"TLSEXT_PADDING", SSL_OP_TLSEXT_PADDING},
};

constexpr Named options[] = {
    {"LEGACY_SERVER_CONNECT", SSL_OP_LEGACY_SERVER_CONNECT},
    {"NO_TICKET", SSL_OP_NO_TICKET},
    {"NO_COMPRESSION", SSL_OP_NO_COMPRESSION},
    {"NO_RENEGOTIATION", SSL_OP_NO_RENEGOTIATION},
    {"NO_SESSION_RESUMPTION_ON_RENEGOTIATION", SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION},
    {"PRIORITIZE_CHACHA", SSL_OP_PRIORITIZE_CHACHA},
    {"ENABLE_MIDDLEBOX_COMPAT", SSL_OP_ENABLE_MIDDLEBOX_COMPAT},
};

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  if (!base::istarts_with(text, "0x")) return std::nullopt;
  text.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

NamedOptions look_up(const std::vector<std::string>& names, std::span<const Named> table) {
  NamedOptions found;
  for (const std::string& name : names) {
    const auto is = [&](const Named& each) { return base::iequals(each.name, name); };
    const auto entry = std::find_if(table.begin(), table.end(), is);
    const auto number = hexadecimal(name);
    if (entry == table.end() && !number) found.unknown.push_back(name);
    found.bits |= entry != table.end() ? entry->bits : number.value_or(0);
  }
  return found;
}

}  // namespace

NamedOptions workarounds_named(const std::vector<std::string>& names) {
  return look_up(names, workarounds);
}

std::uint64_t all_workarounds() {
  return SSL_OP_ALL;
}

NamedOptions options_named(const std::vector<std::string>& names) {
  return look_up(names, options);
}

}  // namespace tls
