#include "apps/tlsproxy/tls_configuration.hpp"

#include <array>
#include <utility>

#include "apps/tlsproxy/parameter_reading.hpp"
#include "apps/tlsproxy/sni_names.hpp"
#include "apps/tlsproxy/tls_choices.hpp"
#include "apps/tlsproxy/tls_files.hpp"
#include "base/text.hpp"
#include "postfix/tls_ciphers.hpp"
#include "tls/known.hpp"

namespace app {
namespace {

using Warnings = std::vector<std::string>;

struct Level {
  bool offered = false;
  bool mandatory = false;
};

base::Result<Level> level_of(ParameterReading& reading, Warnings& warnings) {
  const std::string name = reading.text("tlsproxy_tls_security_level");
  if (name.empty()) {
    const bool enforced = reading.truth("tlsproxy_enforce_tls");
    return Level{reading.truth("tlsproxy_use_tls") || enforced, enforced};
  }
  const auto is = [&](std::string_view word) { return base::iequals(name, word); };
  if (is("none")) return Level{};
  if (is("may")) return Level{true, false};
  if (is("encrypt")) return Level{true, true};
  for (const char* client_level : {"fingerprint", "half-dane", "dane", "dane-only", "verify", "secure"}) {
    if (!is(client_level)) continue;
    warnings.push_back(
        fmt::format("tlsproxy_tls_security_level: unsupported TLS level \"{}\", using \"encrypt\"", name));
    return Level{true, true};
  }
  return base::fail("Invalid TLS level \"{}\"", base::escaped(name, 80));
}

// DSA is in no cipher this library still has for TLS 1.2 and above.
void read_pairs(ParameterReading& reading, TlsConfiguration& into) {
  constexpr std::array<std::pair<const char*, const char*>, 3> kinds{{{"RSA", ""}, {"DSA", "d"}, {"ECDSA", "ec"}}};
  for (const auto& [kind, prefix] : kinds) {
    const std::string certificate = reading.text(fmt::format("tlsproxy_tls_{}cert_file", prefix));
    const std::string key = reading.text(fmt::format("tlsproxy_tls_{}key_file", prefix));
    if (certificate.empty() || base::iequals(certificate, "none")) continue;
    if (std::string_view(kind) == "DSA") {
      into.warnings.push_back(fmt::format("tlsproxy_tls_dcert_file: DSA has no effect here: {}", certificate));
    } else {
      into.chains.push_back({certificate, key, kind});
    }
  }
}

void read_certificates(ParameterReading& reading, TlsConfiguration& into) {
  into.chain_files = reading.list("tlsproxy_tls_chain_files");
  read_pairs(reading, into);
  if (!into.chain_files.empty() && !into.chains.empty()) {
    into.chains.clear();
    into.warnings.emplace_back(
        "Both tlsproxy_tls_chain_files and one or more of the legacy  tlsproxy_tls_cert_file, tlsproxy_tls_eccert_file "
        "or tlsproxy_tls_dcert_file are non-empty; the legacy  parameters will be ignored");
  }
  const bool none = into.chain_files.empty() && into.chains.empty();
  into.settings.leeway.no_certificate = none && base::iequals(reading.text("tlsproxy_tls_cert_file"), "none");
}

// What clients are asked for. Never required: the original does not refuse clients without, and neither asks
// postscreen(8).
base::Result<Demands> demands_of(ParameterReading& reading, const Level& level, TlsConfiguration& into) {
  const bool required = reading.truth("tlsproxy_tls_req_ccert");
  bool asked = reading.truth("tlsproxy_tls_ask_ccert");
  tls::Leeway& leeway = into.settings.leeway;
  if (leeway.no_certificate && (asked || required)) {
    into.warnings.emplace_back("Need a server cert to request client certs");
    leeway.no_certificate = false;
  }
  if (into.chains.empty() && into.chain_files.empty() && !leeway.no_certificate) {
    return base::fail("No server certs available. TLS can't be enabled");
  }
  if (required && !level.mandatory) into.warnings.emplace_back("Can't require client certs unless TLS is required");
  asked = asked || (required && level.mandatory);
  if (asked) into.settings.client_certificate = tls::ClientCertificate::ask;
  return Demands{level.mandatory, asked};
}

int level_number(const postfix::TlsTopics& topics) {
  if (topics.session_dump) return 4;
  if (topics.handshake_dump) return 3;
  if (topics.verbose) return 2;
  return topics.summary ? 1 : 0;
}

void read_log_level(ParameterReading& reading, TlsConfiguration& into) {
  constexpr std::string_view name = "tlsproxy_tls_loglevel";
  const auto topics = postfix::tls_topics(name, reading.text(name));
  if (!topics) into.warnings.push_back(topics.error().text);
  into.topics = topics.value_or(postfix::TlsTopics());
  into.log_level = level_number(into.topics);
  into.settings.leeway.trace = into.topics.traces();
}

void read_sessions(ParameterReading& reading, TlsConfiguration& into) {
  const std::string cipher = reading.text("tls_session_ticket_cipher");
  const bool known = base::iequals(cipher, "aes-256-cbc");
  if (!known) into.settings.tickets = false;
  if (!known && !cipher.empty()) {
    into.warnings.push_back(fmt::format("tls_session_ticket_cipher: invalid value: {}; session tickets disabled",
                                        base::escaped(cipher, 80)));
  }
  into.tickets_from_tlsmgr = into.settings.tickets;
  into.tlsmgr_service = reading.text("tlsmgr_service_name");
  into.settings.memory.ids = reading.truth("tlsproxy_tls_always_issue_session_ids");
  // What Postfix's servers, up to 3.11, bind their sessions to, with the NUL: a client may go on with smtpd(8) later.
  constexpr std::string_view shared_scope("Postfix/TLS\0", 12);
  into.settings.memory.scope = shared_scope;
}

void say_what_has_no_effect(ParameterReading& reading, Warnings& warnings) {
  if (reading.truth("tlsproxy_tls_enable_rpk")) {
    warnings.emplace_back("tlsproxy_tls_enable_rpk: raw public keys have no effect here");
  }
  const std::string file = reading.text("tls_config_file");
  const bool usual = file.empty() || base::iequals(file, "default") || base::iequals(file, "none");
  if (!usual || !reading.text("tls_config_name").empty()) {
    warnings.emplace_back("tls_config_file, tls_config_name: OpenSSL's configuration files have no effect here");
  }
}

// An error disables TLS; faults of values stay in `reading`.
base::Result<void> read_all(ParameterReading& reading, const postfix::Parameters& parameters, const Level& level,
                            TlsConfiguration& into) {
  read_certificates(reading, into);
  const auto demands = demands_of(reading, level, into);
  if (!demands) return tl::unexpected(demands.error());
  const bool required = level.mandatory && reading.truth("tlsproxy_tls_req_ccert");
  if (auto done = choose_ciphers(parameters, *demands, into.settings); !done) return done;
  if (auto done = choose_algorithms(reading, *demands, into.settings, into.warnings); !done) return done;
  into.settings.leeway.security_level = required ? 1 : 0;
  into.settings.leeway.verify_depth = reading.number("tlsproxy_tls_ccert_verifydepth", -1);
  const AuthorityPlaces places{reading.text("tlsproxy_tls_CAfile"), reading.text("tlsproxy_tls_CApath"),
                               reading.truth("tls_append_default_CA")};
  if (auto done = read_authorities(places, into.settings); !done) return done;
  read_dh_parameters(reading.text("tlsproxy_tls_dh1024_param_file"), into.settings, into.warnings);
  into.fingerprint_digest = reading.text("tlsproxy_tls_fingerprint_digest");
  if (tls::knows_digest(into.fingerprint_digest)) return {};
  return base::fail("Digest algorithm \"{}\" not found\ndisabling TLS support",
                    base::escaped(into.fingerprint_digest, 80));
}

// Lists Postfix does not start without.
void check_cipher_lists(const postfix::Parameters& parameters, ParameterReading& reading) {
  for (const std::string_view grade : postfix::cipher_grades(parameters)) {
    const std::string name = fmt::format("tls_{}_cipherlist", grade);
    if (reading.text(name).empty()) reading.fault(base::Error{fmt::format("bad string length 0 < 1: {} = ", name)});
  }
}

void disable(TlsConfiguration& made, const std::string& why) {
  made.offered = false;
  made.settings.leeway.no_certificate = false;
  for (const std::string_view line : base::split(why, '\n')) made.warnings.emplace_back(line);
}

}  // namespace

base::Result<TlsConfiguration> tls_configuration(const postfix::Parameters& parameters) {
  ParameterReading reading(parameters);
  TlsConfiguration made;
  const auto level = level_of(reading, made.warnings);
  if (!level) return tl::unexpected(level.error());
  made.offered = level->offered;
  made.mandatory = level->mandatory;
  made.settings.alpn.clear();
  read_log_level(reading, made);
  read_sessions(reading, made);
  check_cipher_lists(parameters, reading);
  if (!made.offered) {
    made.warnings.emplace_back("TLS server role is disabled with tlsproxy_tls_security_level or tlsproxy_use_tls");
  } else if (const auto done = read_all(reading, parameters, *level, made); !done) {
    disable(made, done.error().text);
  }
  if (made.offered) {
    say_what_has_no_effect(reading, made.warnings);
    auto names = sni_names(parameters, made.warnings);
    if (!names) return tl::unexpected(names.error());
    made.names = std::move(*names);
  }
  if (reading.fault()) return tl::unexpected(*reading.fault());
  return made;
}

}  // namespace app
