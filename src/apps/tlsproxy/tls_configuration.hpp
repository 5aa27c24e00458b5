// What main.cf says of TLS, made into what this program's rooms understand: levels, certificates, authorities, names,
// session memory. Promises Postfix's words for what is wrong; refuses nothing that Postfix accepts, but warns where
// something has no effect here. Reads authorities, DH parameters and SNI maps (before the jail); the chains are read by
// load_chains(), again after a change.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "postfix/main_cf.hpp"
#include "postfix/tls_log_level.hpp"
#include "tls/settings.hpp"

namespace app {

// One certificate of main.cf: PEM files, where the key may stand in the same file.
struct ChainFile {
  std::string certificate;
  std::string key;
  std::string kind;  // "RSA", "DSA", "ECDSA", as the parameters say; for messages
};

// What tls_server_sni_maps has for one key.
struct NameFiles {
  std::string name;                         // a host name, or ".example.com" for everything below
  std::vector<std::string> files;           // PEM: key, its certificate, its chain, the next key ...
  std::shared_ptr<const base::Secret> pem;  // instead of files: the same text, from a table made by `postmap -F`
};

struct TlsConfiguration {
  bool offered = false;    // the level is may or encrypt, and what it needs is there
  bool mandatory = false;  // encrypt
  tls::ServerSettings settings;
  std::vector<ChainFile> chains;         // in order of preference
  std::vector<std::string> chain_files;  // tlsproxy_tls_chain_files; then `chains` is empty
  std::vector<NameFiles> names;
  int log_level = 0;          // 0-4
  postfix::TlsTopics topics;  // the same in detail
  std::string cache_type = "smtpd";
  bool tickets_from_tlsmgr = false;  // ask tlsmgr for ticket keys
  std::string tlsmgr_service = "tlsmgr";
  std::string fingerprint_digest;     // for log level 2 and the context reply
  std::vector<std::string> warnings;  // in Postfix's words, each for one line at start
};

// Errors, in Postfix's words, are those it is `fatal:` for. Everything that only disables TLS is a warning.
[[nodiscard]] base::Result<TlsConfiguration> tls_configuration(const postfix::Parameters& parameters);

}  // namespace app
