// KeyKeeper: this connection's key process, seen from the network process: it is jailed before the first octet of the
// client, and works only from the moment TLS begins.
#pragma once

#include <string>
#include <vector>

#include "apps/tlswrapper/pem_files.hpp"
#include "os/fd.hpp"
#include "os/jail.hpp"
#include "tls/context.hpp"

namespace app {

class KeyKeeper {
 public:
  // Forks the key process. The contents of `files` are gone from this process afterwards.
  [[nodiscard]] static base::Result<KeyKeeper> start(std::vector<PemFile> files, os::JailSpec jail);

  // Starts OpenSSL here and there, and gives the context whose private keys are over there: its signatures are asked
  // for and waited for, since this process has nothing else to do in a handshake. Once.
  [[nodiscard]] base::Result<tls::Context> context(const tls::ServerSettings& settings);

 private:
  [[nodiscard]] base::Result<std::vector<std::string>> public_keys() const;

  std::vector<PemFile> files_;  // without contents
  os::UniqueFd report_;
  os::UniqueFd questions_;
};

}  // namespace app
