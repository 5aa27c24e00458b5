// A value of main.cf, and what a client sees of it.
#include <filesystem>

#include <gmock/gmock.h>
#include <unistd.h>

#include "apps/tlsproxy/tls_configuration.hpp"
#include "base/base64.hpp"
#include "postfix/tls_defaults.hpp"
#include "tls/test_peers.hpp"

namespace app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tls::Progress;
using tls::test::RawClient;

constexpr const char* usual =
    "smtpd_tls_security_level = may\nsmtpd_tls_cert_file = /mail.pem\nmail_version = 3.7.11\n";

base::Result<TlsConfiguration> read(const std::string& more, const std::string& first = usual) {
  auto parameters = postfix::Parameters::read(first + more).value();
  postfix::assume_tls_defaults(parameters);
  return tls_configuration(parameters);
}

TlsConfiguration made(const std::string& more, const std::string& first = usual) {
  auto read_configuration = read(more, first);
  EXPECT_TRUE(read_configuration.has_value()) << read_configuration.error().text;
  return std::move(*read_configuration);
}

tls::Context context_of(const std::string& more, tls::KeyKind kind = tls::KeyKind::ecdsa_p256) {
  const TlsConfiguration configuration = made(more);
  EXPECT_TRUE(configuration.offered);
  return tls::test::server(configuration.settings, {tls::test::identity({"mail.example"}, kind)});
}

// What `client` is told: "TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384 X25519", or why there is nothing.
std::string agreed(RawClient& client, const tls::Context& context) {
  const auto server = context.start();
  if (client.shake(*server) != Progress::done) return server->failure().text();
  const tls::Facts facts = server->facts();
  return fmt::format("{} {} {}", facts.protocol, facts.cipher, facts.group);
}

std::string version_for(const std::string& more, int lowest, int highest) {
  RawClient client;
  SSL_CTX_set_min_proto_version(client.context.get(), lowest);
  SSL_CTX_set_max_proto_version(client.context.get(), highest);
  const std::string found = agreed(client, context_of(more));
  return found.substr(0, found.find(' '));
}

std::string cipher_for(const std::string& more, const char* offered, tls::KeyKind kind = tls::KeyKind::rsa_2048) {
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(client.context.get(), offered);
  const std::string found = agreed(client, context_of(more, kind));
  const auto space = found.find(' ');
  return space == std::string::npos ? found : found.substr(space + 1, found.rfind(' ') - space - 1);
}

TEST(TlsConfiguration, the_level_decides_whether_tls_is_offered) {
  const std::string certificate = "smtpd_tls_cert_file = /mail.pem\n";
  const auto level = [&](const std::string& words) {
    const TlsConfiguration found = made(words, certificate);
    return fmt::format("{}{}", found.offered ? "offered" : "off", found.mandatory ? " mandatory" : "");
  };
  EXPECT_EQ(level(""), "off");
  EXPECT_EQ(level("smtpd_tls_security_level = none"), "off");
  EXPECT_EQ(level("smtpd_tls_security_level = May"), "offered");
  EXPECT_EQ(level("smtpd_tls_security_level = encrypt"), "offered mandatory");
  EXPECT_EQ(level("smtpd_tls_security_level = may\ntlsproxy_tls_security_level = none"), "off");
  EXPECT_EQ(level("smtpd_use_tls = yes"), "offered");
  EXPECT_EQ(level("smtpd_enforce_tls = yes"), "offered mandatory");
  EXPECT_EQ(level("tlsproxy_use_tls = yes"), "offered");
  EXPECT_EQ(level("smtpd_tls_security_level = none\nsmtpd_use_tls = yes"), "off");
  EXPECT_EQ(level("smtpd_tls_security_level = secure"), "offered mandatory");
}

TEST(TlsConfiguration, what_is_wrong_is_said_in_postfix_words) {
  const std::pair<const char*, const char*> table[] = {
      {"smtpd_tls_security_level = secure",
       "tlsproxy_tls_security_level: unsupported TLS level \"secure\", using \"encrypt\""},
      {"smtpd_tls_security_level = none",
       "TLS server role is disabled with tlsproxy_tls_security_level or tlsproxy_use_tls"},
      {"smtpd_tls_loglevel = foo", "unknown tlsproxy_tls_loglevel value \"foo\" in \"foo\""},
      {"smtpd_tls_protocols = !SSLv9", "Invalid TLS protocol list \"!SSLv9\": disabling TLS support"},
      {"smtpd_tls_ciphers = superb", "invalid cipher grade: \"superb\": disabling TLS support"},
      {"tls_disable_workarounds = FOO TLSEXT_PADDING",
       "unknown tls_disable_workarounds value \"FOO\" in \"FOO TLSEXT_PADDING\""},
      {"tls_ssl_options = BAR NO_TICKET", "unknown tls_ssl_options value \"BAR\" in \"BAR NO_TICKET\""},
      {"tls_eecdh_auto_curves = x9 X25519", "ignoring unknown ECDHE curve \"x9\""},
      {"tls_eecdh_auto_curves = x9", "none of the configured ECDHE curves are supported"},
      {"smtpd_tls_dh1024_param_file = /nonexistent",
       "error opening DH parameter file \"/nonexistent\": No such file or directory -- using compiled-in defaults"},
      {"smtpd_tls_CAfile = /nonexistent",
       "cannot load Certification Authority data, CAfile=\"/nonexistent\": disabling TLS support"},
      {"smtpd_tls_CAfile = /nonexistent\nsmtpd_tls_CApath = /no.d",
       "cannot load Certification Authority data, CAfile=\"/nonexistent\", CApath=\"/no.d\": disabling TLS support"},
      {"smtpd_tls_req_ccert = yes", "Can't require client certs unless TLS is required"},
      {"smtpd_tls_fingerprint_digest = nonsense", "Digest algorithm \"nonsense\" not found"},
      {"tls_session_ticket_cipher = nonsense",
       "tls_session_ticket_cipher: invalid value: nonsense; session tickets disabled"},
      {"smtpd_tls_cert_file = ", "No server certs available. TLS can't be enabled"},
      {"smtpd_tls_cert_file = none\nsmtpd_tls_ask_ccert = yes", "Need a server cert to request client certs"},
      {"smtpd_tls_chain_files = /a.pem",
       "Both tlsproxy_tls_chain_files and one or more of the legacy  tlsproxy_tls_cert_file, tlsproxy_tls_eccert_file "
       "or "
       "tlsproxy_tls_dcert_file are non-empty; the legacy  parameters will be ignored"},
      {"smtpd_tls_dcert_file = /dsa.pem", "tlsproxy_tls_dcert_file: DSA has no effect here: /dsa.pem"},
      {"tls_config_file = /etc/x.cnf",
       "tls_config_file, tls_config_name: OpenSSL's configuration files have no effect here"},
      {"tlsproxy_tls_enable_rpk = yes", "tlsproxy_tls_enable_rpk: raw public keys have no effect here"},
      {"tls_server_sni_maps = regexp:/x",
       "tls_server_sni_maps: regexp:/x: a table of this kind cannot be listed; its names get the default certificates"},
  };
  for (const auto& [value, warning] : table) EXPECT_THAT(made(value).warnings, Contains(warning)) << value;
}

TEST(TlsConfiguration, what_postfix_does_not_start_with_is_an_error_in_its_words) {
  const std::pair<const char*, const char*> table[] = {
      {"smtpd_tls_security_level = bogus", "Invalid TLS level \"bogus\""},
      {"smtpd_tls_ask_ccert = maybe", "bad boolean configuration: tlsproxy_tls_ask_ccert = maybe"},
      {"smtpd_tls_ccert_verifydepth = deep", "bad numerical configuration: tlsproxy_tls_ccert_verifydepth = deep"},
      {"tls_medium_cipherlist =", "bad string length 0 < 1: tls_medium_cipherlist = "},
      {"tls_server_sni_maps = /x", "open dictionary: expecting \"type:name\" form instead of \"/x\""},
      {"smtpd_tls_loglevel = ${a", "parameter tlsproxy_tls_loglevel: macro processing error"},
  };
  for (const auto& [value, error] : table) {
    const auto configuration = read(value);
    ASSERT_FALSE(configuration.has_value()) << value;
    EXPECT_THAT(configuration.error().text, testing::StartsWith(error)) << value;
  }
}

TEST(TlsConfiguration, a_usual_one_has_no_warnings) {
  const TlsConfiguration configuration = made("smtpd_tls_loglevel = 1\ncompatibility_level = 3.6\n");
  EXPECT_THAT(configuration.warnings, IsEmpty());
  EXPECT_EQ(configuration.log_level, 1);
  EXPECT_EQ(configuration.fingerprint_digest, "sha256");
  EXPECT_EQ(configuration.cache_type, "smtpd");
  EXPECT_EQ(configuration.tlsmgr_service, "tlsmgr");
}

TEST(TlsConfiguration, certificates_are_pairs_or_chain_files) {
  const TlsConfiguration pairs = made("smtpd_tls_eccert_file = /ec.pem\nsmtpd_tls_eckey_file = /ec.key\n");
  ASSERT_EQ(pairs.chains.size(), 2U);
  EXPECT_EQ(pairs.chains[0].certificate + pairs.chains[0].key + pairs.chains[0].kind, "/mail.pem/mail.pemRSA");
  EXPECT_EQ(pairs.chains[1].certificate + pairs.chains[1].key + pairs.chains[1].kind, "/ec.pem/ec.keyECDSA");
  const TlsConfiguration files = made("smtpd_tls_chain_files = /a.pem, /b.pem");
  EXPECT_THAT(files.chains, IsEmpty());
  EXPECT_THAT(files.chain_files, ElementsAre("/a.pem", "/b.pem"));
}

TEST(TlsConfiguration, protocols) {
  EXPECT_EQ(version_for("", TLS1_VERSION, TLS1_3_VERSION), "TLSv1.3");
  EXPECT_EQ(version_for("", TLS1_VERSION, TLS1_VERSION), "TLSv1");
  EXPECT_EQ(version_for("", TLS1_1_VERSION, TLS1_1_VERSION), "TLSv1.1");
  EXPECT_EQ(version_for("smtpd_tls_protocols = >=TLSv1.2", TLS1_VERSION, TLS1_1_VERSION), "no_shared_version");
  EXPECT_EQ(version_for("smtpd_tls_protocols = !TLSv1.3", TLS1_VERSION, TLS1_3_VERSION), "TLSv1.2");
  EXPECT_EQ(version_for("smtpd_tls_protocols = TLSv1 TLSv1.3", TLS1_VERSION, TLS1_2_VERSION), "TLSv1");
  const std::string encrypt = "tlsproxy_tls_security_level = encrypt\n";
  EXPECT_EQ(version_for(encrypt + "smtpd_tls_mandatory_protocols = <=TLSv1.2", TLS1_VERSION, TLS1_3_VERSION),
            "TLSv1.2");
  EXPECT_EQ(version_for(encrypt + "smtpd_tls_protocols = <=TLSv1.2", TLS1_VERSION, TLS1_3_VERSION), "TLSv1.3");
}

TEST(TlsConfiguration, ciphers) {
  EXPECT_EQ(cipher_for("", "ALL:@SECLEVEL=0"), "ECDHE-RSA-AES256-GCM-SHA384");
  EXPECT_EQ(cipher_for("", "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384"), "ECDHE-RSA-AES128-SHA");
  EXPECT_EQ(cipher_for("tls_preempt_cipherlist = yes", "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384"),
            "ECDHE-RSA-AES256-GCM-SHA384");
  EXPECT_EQ(cipher_for("smtpd_tls_exclude_ciphers = ECDHE-RSA-AES128-SHA",
                       "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384"),
            "ECDHE-RSA-AES256-GCM-SHA384");
  EXPECT_EQ(cipher_for("", "DHE-RSA-AES256-GCM-SHA384"), "DHE-RSA-AES256-GCM-SHA384");
  EXPECT_EQ(cipher_for("smtpd_tls_exclude_ciphers = kEDH", "DHE-RSA-AES256-GCM-SHA384"), "no_shared_cipher");
  EXPECT_EQ(cipher_for("smtpd_tls_ciphers = null", "ECDHE-RSA-NULL-SHA:@SECLEVEL=0"), "ECDHE-RSA-NULL-SHA");
  EXPECT_EQ(cipher_for("", "ECDHE-RSA-NULL-SHA:@SECLEVEL=0"), "no_shared_cipher");
  EXPECT_EQ(cipher_for("", "AECDH-AES256-SHA:@SECLEVEL=0"), "AECDH-AES256-SHA");
  EXPECT_EQ(cipher_for("smtpd_tls_ask_ccert = yes", "AECDH-AES256-SHA:@SECLEVEL=0"), "no_shared_cipher");
}

TEST(TlsConfiguration, threat_28_rsa_key_exchange_is_never_agreed_on) {
  for (const char* grade : {"high", "medium", "low", "export"}) {
    EXPECT_EQ(cipher_for(fmt::format("smtpd_tls_ciphers = {}", grade), "kRSA:@SECLEVEL=0"), "no_shared_cipher");
  }
}

std::string group_for(const std::string& more, const char* offered) {
  RawClient client;
  SSL_CTX_set1_groups_list(client.context.get(), offered);
  const std::string found = agreed(client, context_of(more));
  return found.substr(found.rfind(' ') + 1);
}

TEST(TlsConfiguration, groups) {
  EXPECT_EQ(group_for("", "X25519"), "X25519");
  EXPECT_EQ(group_for("", "P-521"), "secp521r1");
  EXPECT_EQ(group_for("tls_eecdh_auto_curves = prime256v1", "P-521:P-256"), "prime256v1");
  EXPECT_EQ(group_for("tls_eecdh_auto_curves = prime256v1", "P-521"), "no_shared_group");
  EXPECT_EQ(group_for("tls_ffdhe_auto_groups = ffdhe2048", "ffdhe2048"), "ffdhe2048");
  EXPECT_EQ(group_for("smtpd_tls_eecdh_grade = ultra", "X25519"), "X25519");
  EXPECT_EQ(group_for("mail_version = 3.5.0\nsmtpd_tls_eecdh_grade = ultra", "X25519:P-384"), "secp384r1");
  EXPECT_EQ(group_for("mail_version = 3.5.0\nsmtpd_tls_eecdh_grade = strong", "X25519:P-256"), "prime256v1");
}

TEST(TlsConfiguration, options) {
  const auto has = [](const std::string& more, std::uint64_t bit) {
    return (made(more).settings.leeway.options & bit) != 0;
  };
  EXPECT_TRUE(has("", SSL_OP_TLSEXT_PADDING));
  EXPECT_FALSE(has("tls_disable_workarounds = TLSEXT_PADDING", SSL_OP_TLSEXT_PADDING));
  EXPECT_TRUE(has("tls_ssl_options = PRIORITIZE_CHACHA", SSL_OP_PRIORITIZE_CHACHA));
  EXPECT_TRUE(made("").settings.tickets);
  EXPECT_FALSE(made("tls_ssl_options = NO_TICKET").settings.tickets);
  EXPECT_FALSE(made("tls_session_ticket_cipher =").settings.tickets);
  EXPECT_FALSE(made("tls_session_ticket_cipher =").tickets_from_tlsmgr);
}

TEST(TlsConfiguration, session_ids) {
  for (const bool wanted : {true, false}) {
    RawClient client;
    SSL_CTX_set_max_proto_version(client.context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(client.context.get(), SSL_OP_NO_TICKET);
    const auto server =
        context_of(fmt::format("smtpd_tls_always_issue_session_ids = {}", wanted ? "yes" : "no")).start();
    ASSERT_EQ(client.shake(*server), Progress::done);
    unsigned int size = 0;
    SSL_SESSION_get_id(client.session().get(), &size);
    EXPECT_EQ(size, wanted ? 32U : 0U);
  }
}

// The files of one test.
class Folder {
 public:
  Folder() : path_(testing::TempDir() + "tls_configuration." + std::to_string(::getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    const std::string path = path_ + "/" + name;
    std::FILE* const out = std::fopen(path.c_str(), "w");
    EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), out), text.size());
    std::fclose(out);
    return path;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Whether the client whose authority the configuration names is trusted, and how many names it was told.
std::string trust_of(const std::string& more) {
  RawClient client;
  client.show({"client.example"});
  const auto server = context_of(more).start();
  if (client.shake(*server) != Progress::done) return server->failure().text();
  const tls::Facts facts = server->facts();
  if (!facts.client_certificate) return "not asked";
  return fmt::format("{} {}", facts.client_verified ? "trusted" : "untrusted",
                     sk_X509_NAME_num(SSL_get_client_CA_list(client.ssl.get())));
}

TEST(TlsConfiguration, client_certificates) {
  const Folder folder;
  const std::string pem = tls::test::certificate({"client.example"}).chain_pem;
  const std::string file = folder.file("ca.pem", pem);
  (void)folder.file("0a1b2c3d.0", pem);
  EXPECT_EQ(trust_of(""), "not asked");
  EXPECT_EQ(trust_of("smtpd_tls_ask_ccert = yes"), "untrusted -1");
  EXPECT_EQ(trust_of("smtpd_tls_ask_ccert = yes\nsmtpd_tls_CAfile = " + file), "trusted 1");
  EXPECT_EQ(trust_of("smtpd_tls_ask_ccert = yes\nsmtpd_tls_CApath = " + folder.path()), "trusted -1");
  EXPECT_EQ(trust_of("smtpd_tls_req_ccert = yes\nsmtpd_tls_CAfile = " + file), "not asked");
  EXPECT_EQ(trust_of("tlsproxy_tls_security_level = encrypt\nsmtpd_tls_req_ccert = yes\nsmtpd_tls_CAfile = " + file),
            "trusted 1");
}

TEST(TlsConfiguration, a_required_certificate_raises_the_security_level_but_is_not_enforced) {
  const std::string required = "tlsproxy_tls_security_level = encrypt\nsmtpd_tls_req_ccert = yes\n";
  EXPECT_EQ(made(required).settings.leeway.security_level, 1);
  EXPECT_EQ(made("").settings.leeway.security_level, 0);
  RawClient without;
  EXPECT_THAT(agreed(without, context_of(required)), HasSubstr("TLSv1.3"));
}

TEST(TlsConfiguration, names_of_inline_tables_come_first_and_once) {
  const TlsConfiguration configuration = made(
      "tls_server_sni_maps = inline:{ {A.example = /a.pem, /b.pem} {.b.example = /c.pem} }, "
      "inline:{ {a.example = /other.pem} {empty.example = } }");
  ASSERT_EQ(configuration.names.size(), 2U);
  EXPECT_EQ(configuration.names[0].name, "a.example");
  EXPECT_THAT(configuration.names[0].files, ElementsAre("/a.pem", "/b.pem"));
  EXPECT_EQ(configuration.names[1].name, ".b.example");
  EXPECT_THAT(configuration.warnings, Contains(HasSubstr("1 names are left out")));
}

TEST(TlsConfiguration, a_table_may_hold_the_pem_text_itself) {
  const std::string pem = "-----BEGIN PRIVATE KEY-----\n";
  const TlsConfiguration configuration =
      made(fmt::format("tls_server_sni_maps = inline:{{ {{a.example = {}}} }}", base::base64(pem)));
  ASSERT_EQ(configuration.names.size(), 1U);
  ASSERT_TRUE(configuration.names[0].pem);
  EXPECT_EQ(configuration.names[0].pem->reveal(), pem);
}

TEST(TlsConfiguration, threat_52_a_table_of_too_many_names_is_cut) {
  std::string table;
  for (int i = 0; i < 250; ++i) table += fmt::format("{{n{}.example = /a.pem}} ", i);
  const TlsConfiguration configuration = made("tls_server_sni_maps = inline:{ " + table + "}");
  EXPECT_EQ(configuration.names.size(), 200U);
  EXPECT_THAT(configuration.warnings, Contains(HasSubstr("50 names are left out")));
}

TEST(TlsConfiguration, without_a_certificate_there_are_anonymous_ciphers_only) {
  const TlsConfiguration configuration = made("tlsproxy_tls_cert_file = none");
  EXPECT_TRUE(configuration.offered);
  EXPECT_TRUE(configuration.settings.leeway.no_certificate);
  RawClient client;
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_2_VERSION);
  EXPECT_THAT(agreed(client, tls::test::server(configuration.settings, {})), HasSubstr("ADH-AES256"));
}

TEST(TlsConfiguration, a_client_of_another_application_protocol_is_served_as_ever) {
  RawClient client;
  constexpr std::string_view web = "\2h2";
  SSL_CTX_set_alpn_protos(client.context.get(), tls::octets(web), 3);
  EXPECT_THAT(agreed(client, context_of("")), HasSubstr("TLSv1.3"));
}

TEST(TlsConfiguration, a_trace_is_kept_from_level_2_on) {
  EXPECT_FALSE(made("smtpd_tls_loglevel = 1").settings.leeway.trace);
  EXPECT_TRUE(made("smtpd_tls_loglevel = 2").settings.leeway.trace);
  EXPECT_EQ(made("smtpd_tls_loglevel = 4").log_level, 4);
}

}  // namespace
}  // namespace app
