// Rows about certificates and TLS.

#include "config/serve_options.hpp"
#include "config/value.hpp"

namespace config {
namespace {

base::Result<std::string> file_or_same(std::string_view text) {
  return std::string(text);
}

const Words<tls::ClientCertificate>& client_rules() {
  static const Words<tls::ClientCertificate> words{{"none", tls::ClientCertificate::none},
                                                   {"ask", tls::ClientCertificate::ask},
                                                   {"require", tls::ClientCertificate::require}};
  return words;
}

// OpenSSL's own lists: the names are OpenSSL's to know, only what can stand in such a list is checked here.
base::Result<std::string> name_list(std::string_view text) {
  if (text.empty() || text.find_first_of(" \t\"'") != std::string_view::npos) {
    return base::fail("must be names with : between them");
  }
  return std::string(text);
}

}  // namespace

const Words<tls::Version>& tls_versions() {
  static const Words<tls::Version> words{{"TLSv1", tls::Version::tls1_0},
                                         {"TLSv1.0", tls::Version::tls1_0},
                                         {"TLSv1.1", tls::Version::tls1_1},
                                         {"TLSv1.2", tls::Version::tls1_2},
                                         {"TLSv1.3", tls::Version::tls1_3}};
  return words;
}

ServeOptions certificate_options() {
  return {
      many<Draft>(
          {.flag = "cert",
           .key = "cert",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "must be given",
           .help = "PEM chain, leaf first; several: chosen by the client's algorithms and SNI"},
          [](Draft & d) -> auto& { return d.chains; }, plain),
      many<Draft>(
          {.flag = "key",
           .key = "key",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "the key is in the certificate's file",
           .help = "private key; the N-th belongs to the N-th --cert"},
          [](Draft & d) -> auto& { return d.keys; }, file_or_same),
      many<Draft>(
          {.flag = "ticket-secret",
           .key = "ticket_secret",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "made at start, this machine only",
           .help = "32 or more random bytes, the same on every node; the first encrypts"},
          [](Draft & d) -> auto& { return d.plan.ticket_secrets; }, plain),
  };
}

ServeOptions tls_options() {
  return {
      single<Draft>(
          choice({.flag = "tls-min",
                  .key = "tls.min",
                  .argument = "VERSION",
                  .standard = "TLSv1.2",
                  .help = "oldest version"},
                 tls_versions()),
          [](Draft & d) -> auto& { return d.plan.tls.min_version; }, one_of(tls_versions())),
      single<Draft>(
          choice({.flag = "tls-max",
                  .key = "tls.max",
                  .argument = "VERSION",
                  .standard = "TLSv1.3",
                  .help = "newest version"},
                 tls_versions()),
          [](Draft & d) -> auto& { return d.plan.tls.max_version; }, one_of(tls_versions())),
      single<Draft>(
          {.flag = "ciphers",
           .key = "tls.ciphers",
           .argument = "LIST",
           .unset = "ECDHE with AEAD only",
           .help = "OpenSSL cipher list up to TLS 1.2"},
          [](Draft & d) -> auto& { return d.plan.tls.ciphers; }, name_list),
      single<Draft>(
          {.flag = "ciphersuites",
           .key = "tls.ciphersuites",
           .argument = "LIST",
           .unset = "AES-128-GCM, AES-256-GCM, CHACHA20",
           .help = "TLS 1.3 cipher suites"},
          [](Draft & d) -> auto& { return d.plan.tls.ciphersuites; }, name_list),
      single<Draft>(
          {.flag = "groups",
           .key = "tls.groups",
           .argument = "LIST",
           .unset = "X25519, P-256, P-384",
           .help = "key exchange groups, best first; unknown names are skipped"},
          [](Draft & d) -> auto& { return d.plan.tls.groups; }, name_list),
      single<Draft>(
          {.flag = "no-tickets",
           .key = "tls.tickets",
           .kind = Kind::toggle,
           .negated = true,
           .standard = "true",
           .help = "no session tickets, no resumption"},
          [](Draft & d) -> auto& { return d.plan.tls.tickets; }, toggle),
      single<Draft>(
          {.flag = "strict-sni",
           .key = "tls.strict_sni",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "refuse names no certificate has"},
          [](Draft & d) -> auto& { return d.plan.tls.strict_sni; }, toggle),
  };
}

ServeOptions client_certificate_options() {
  return {
      single<Draft>(
          choice({.flag = "client-cert",
                  .key = "tls.client_cert",
                  .argument = "HOW",
                  .standard = "none",
                  .help = "ask clients for a certificate, or require it"},
                 client_rules()),
          [](Draft & d) -> auto& { return d.plan.tls.client_certificate; }, one_of(client_rules())),
      single<Draft>(
          {.flag = "client-ca",
           .key = "tls.client_ca",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "none",
           .help = "PEM of the authorities of client certificates"},
          [](Draft & d) -> auto& { return d.plan.client_ca_file; }, plain),
      many<Draft>(
          {.flag = "client-keys",
           .key = "tls.client_keys",
           .argument = "SHA256",
           .unset = "any",
           .help = "fingerprints of the public keys client certificates may have"},
          [](Draft & d) -> auto& { return d.plan.tls.client_keys; }, fingerprint),
  };
}

}  // namespace config
