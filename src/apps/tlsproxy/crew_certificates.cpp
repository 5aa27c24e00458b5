#include "apps/tlsproxy/crew_certificates.hpp"

#include <utility>

#include "apps/shared/pem.hpp"
#include "tls/context.hpp"

namespace app {

base::Result<CrewCertificates> read_certificates_of(const TlsConfiguration& configuration) {
  CrewCertificates read;
  for (const ChainFile& files : configuration.chains) {
    auto pem = read_certificates(files.certificate);
    if (!pem) {
      return base::fail("{}\ncannot get {} certificate from file \"{}\": disabling TLS support", pem.error().text,
                        files.kind, files.certificate);
    }
    read.chains.push_back({std::move(*pem), {}, files.certificate});
    read.keys.push_back({files.key.empty() ? files.certificate : files.key});
  }
  for (const std::string& file : configuration.chain_files) {
    auto pem = read_certificates(file);
    if (!pem) {
      return base::fail("{}\nerror loading private keys and certificates from: {}: disabling TLS support",
                        pem.error().text, file);
    }
    read.chains.push_back({std::move(*pem), {}, file});
    read.keys.push_back({file});
  }
  if (read.chains.empty()) return base::fail("No server certs available. TLS can't be enabled");
  return read;
}

std::vector<std::string> files_of(const TlsConfiguration& configuration) {
  std::vector<std::string> files = configuration.chain_files;
  for (const ChainFile& one : configuration.chains) {
    files.push_back(one.certificate);
    if (!one.key.empty()) files.push_back(one.key);
  }
  return files;
}

}  // namespace app
