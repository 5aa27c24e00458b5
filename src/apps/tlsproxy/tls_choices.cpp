#include "apps/tlsproxy/tls_choices.hpp"

#include <algorithm>

#include <fmt/ranges.h>

#include "base/text.hpp"
#include "postfix/tls_ciphers.hpp"
#include "postfix/tls_protocols.hpp"
#include "postfix/version.hpp"
#include "tls/known.hpp"
#include "tls/option_names.hpp"

namespace app {
namespace {

using Warnings = std::vector<std::string>;

// OpenSSL's own choice and order: the original never changes it.
constexpr const char* library_ciphersuites =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
constexpr const char* library_groups = "X25519:P-256:X448:P-521:P-384";

tls::Version version_of(postfix::TlsVersion version) {
  switch (version) {
    case postfix::TlsVersion::tls1_0:
      return tls::Version::tls1_0;
    case postfix::TlsVersion::tls1_1:
      return tls::Version::tls1_1;
    case postfix::TlsVersion::tls1_2:
      return tls::Version::tls1_2;
    case postfix::TlsVersion::tls1_3:
      return tls::Version::tls1_3;
  }
  return tls::Version::tls1_3;
}

base::Result<void> choose_versions(const std::string& list, tls::ServerSettings& into) {
  const auto versions = postfix::tls_versions(list);
  if (!versions) return base::fail("{}: disabling TLS support", versions.error().text);
  if (versions->empty()) return base::fail("no TLS version is left by \"{}\": disabling TLS support", list);
  into.min_version = version_of(versions->front());
  into.max_version = version_of(versions->back());
  for (int each = static_cast<int>(versions->front()); each < static_cast<int>(versions->back()); ++each) {
    const auto version = static_cast<postfix::TlsVersion>(each);
    const bool spoken = std::find(versions->begin(), versions->end(), version) != versions->end();
    if (!spoken) into.leeway.left_out.push_back(version_of(version));
  }
  return {};
}

// Before 3.6 the grade chose between one curve and another.
std::vector<std::string> groups_named(ParameterReading& reading) {
  const auto version = postfix::Version::parse(reading.text("mail_version"));
  const std::string grade = reading.text("tlsproxy_tls_eecdh_grade");
  const bool graded = version && !version->at_least(3, 6);
  if (graded && base::iequals(grade, "strong")) return {reading.text("tls_eecdh_strong_curve")};
  if (graded && base::iequals(grade, "ultra")) return {reading.text("tls_eecdh_ultra_curve")};
  auto names = reading.list("tls_eecdh_auto_curves");
  for (std::string& name : reading.list("tls_ffdhe_auto_groups")) names.push_back(std::move(name));
  return names;
}

bool without_ecdhe(ParameterReading& reading) {
  const auto version = postfix::Version::parse(reading.text("mail_version"));
  return version && !version->at_least(3, 6) && base::iequals(reading.text("tlsproxy_tls_eecdh_grade"), "none");
}

void choose_groups(ParameterReading& reading, tls::ServerSettings& into, Warnings& warnings) {
  std::vector<std::string> known;
  for (const std::string& name : groups_named(reading)) {
    const auto same = [&](const std::string& other) { return base::iequals(name, other); };
    if (std::any_of(known.begin(), known.end(), same)) continue;
    if (tls::knows_group(name)) {
      known.push_back(name);
    } else {
      warnings.push_back(fmt::format("ignoring unknown ECDHE curve \"{}\"", base::escaped(name, 80)));
    }
  }
  if (known.empty()) warnings.emplace_back("none of the configured ECDHE curves are supported");
  into.groups = known.empty() ? library_groups : fmt::format("{}", fmt::join(known, ":"));
  if (without_ecdhe(reading)) into.ciphers += ":!kEECDH";
}

std::uint64_t named_bits(const tls::NamedOptions& found, std::string_view parameter, const std::string& value,
                         Warnings& warnings) {
  for (const std::string& word : found.unknown) {
    warnings.push_back(fmt::format("unknown {} value \"{}\" in \"{}\"", parameter, base::escaped(word, 80),
                                   base::escaped(value, 200)));
  }
  return found.bits;
}

void choose_options(ParameterReading& reading, tls::ServerSettings& into, Warnings& warnings) {
  const auto bits = [&](const char* parameter, tls::NamedOptions (*look_up)(const std::vector<std::string>&)) {
    return named_bits(look_up(reading.list(parameter)), parameter, reading.text(parameter), warnings);
  };
  const std::uint64_t disabled = bits("tls_disable_workarounds", tls::workarounds_named);
  const std::uint64_t enabled = bits("tls_ssl_options", tls::options_named);
  into.leeway.options = (tls::all_workarounds() & ~disabled) | enabled;
  if ((enabled & tls::options_named({"NO_TICKET"}).bits) != 0) into.tickets = false;
  into.client_order = !reading.truth("tls_preempt_cipherlist");
}

}  // namespace

// The key process signs, it does not decrypt: RSA key exchange, which has no forward secrecy and was broken again and
// again (ROBOT), is never agreed on.
base::Result<void> choose_ciphers(const postfix::Parameters& parameters, Demands demands, tls::ServerSettings& into) {
  auto list = postfix::server_ciphers(parameters, demands.mandatory, demands.client_certificate);
  if (!list) return base::fail("{}: disabling TLS support", list.error().text);
  into.ciphers = *list + ":!kRSA";
  into.ciphersuites = library_ciphersuites;
  return {};
}

base::Result<void> choose_algorithms(ParameterReading& reading, Demands demands, tls::ServerSettings& into,
                                     std::vector<std::string>& warnings) {
  const std::string versions =
      reading.text(demands.mandatory ? "tlsproxy_tls_mandatory_protocols" : "tlsproxy_tls_protocols");
  if (auto done = choose_versions(versions, into); !done) return done;
  choose_groups(reading, into, warnings);
  choose_options(reading, into, warnings);
  into.leeway.old_signatures = true;
  return {};
}

}  // namespace app
