// Files that main.cf names beside certificates: authorities for client certificates, DH parameters. Read once, with the
// rights before the jail.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "tls/settings.hpp"

namespace app {

struct AuthorityPlaces {
  std::string file;     // tlsproxy_tls_CAfile: announced to clients
  std::string folder;   // tlsproxy_tls_CApath: not
  bool system = false;  // tls_append_default_CA: the system's too, where one of the others is set
};

// An error, in Postfix's words, disables TLS.
[[nodiscard]] base::Result<void> read_authorities(const AuthorityPlaces& places, tls::ServerSettings& into);

// tlsproxy_tls_dh1024_param_file. What is wrong with it is a warning: parameters of OpenSSL's stand in.
void read_dh_parameters(const std::string& path, tls::ServerSettings& into, std::vector<std::string>& warnings);

}  // namespace app
