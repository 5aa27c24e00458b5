#include "apps/tlsproxy/crew_certificates.hpp"

#include <algorithm>
#include <utility>

#include "apps/shared/pem.hpp"
#include "apps/tlsproxy/chain_files.hpp"
#include "tls/context.hpp"

namespace app {
namespace {

using Names = std::vector<std::string>;

// The key's fault, or the certificate's, in Postfix's words for the parameter it is in.
std::string disabled_by(const ChainFile& files, std::string_view what, const std::string& file) {
  return fmt::format("cannot get {} {} from file \"{}\": disabling TLS support", files.kind, what, file);
}

std::string disabled_by(const Names& files) {
  return fmt::format("error loading private keys and certificates from: {}: disabling TLS support",
                     fmt::join(files, ", "));
}

base::Result<void> add_pairs(const std::vector<ChainFile>& pairs, CrewCertificates& read) {
  for (const ChainFile& files : pairs) {
    auto pem = read_certificates(files.certificate);
    if (!pem) return base::fail("{}\n{}", pem.error().text, disabled_by(files, "certificate", files.certificate));
    read.chains.push_back({std::move(*pem), {}, files.certificate, Names()});
    read.keys.push_back({files.key.empty() ? files.certificate : files.key, 0, true});
  }
  return {};
}

void add(std::vector<KeyedChain> chains, const Names& names, CrewCertificates& read) {
  for (KeyedChain& chain : chains) {
    read.chains.push_back({std::move(chain.chain_pem), {}, chain.key.path, names});
    read.keys.push_back(std::move(chain.key));
  }
}

base::Result<void> add_chains(const Names& files, CrewCertificates& read) {
  auto chains = read_chain_files(files);
  if (!chains) return base::fail("{}\n{}", chains.error().text, disabled_by(files));
  add(std::move(*chains), {}, read);
  return {};
}

// A name whose certificates cannot be read goes without: the original finds out when a client asks for it.
void add_names(const std::vector<NameFiles>& entries, CrewCertificates& read) {
  for (const NameFiles& entry : entries) {
    auto chains =
        entry.pem ? read_chain_text(entry.pem, "tls_server_sni_maps: " + entry.name) : read_chain_files(entry.files);
    if (chains) {
      add(std::move(*chains), {entry.name}, read);
    } else {
      read.warnings.push_back(
          fmt::format("tls_server_sni_maps: {} map lookup problem: {}", entry.name, chains.error().text));
    }
  }
}

}  // namespace

base::Result<CrewCertificates> read_certificates_of(const TlsConfiguration& configuration) {
  CrewCertificates read;
  auto done = add_pairs(configuration.chains, read);
  if (done && !configuration.chain_files.empty()) done = add_chains(configuration.chain_files, read);
  if (!done) return tl::unexpected(done.error());
  const bool some = !read.chains.empty() || configuration.settings.leeway.no_certificate;
  add_names(configuration.names, read);
  if (!some) return base::fail("No server certs available. TLS can't be enabled");
  return read;
}

std::string words_for_bad_key(const TlsConfiguration& configuration, std::string_view fault) {
  for (const ChainFile& files : configuration.chains) {
    const std::string& key = files.key.empty() ? files.certificate : files.key;
    if (fault.starts_with(key + ": ")) return disabled_by(files, "private key", key);
  }
  if (!configuration.chain_files.empty()) return disabled_by(configuration.chain_files);
  return "disabling TLS support";
}

std::vector<std::string> files_of(const TlsConfiguration& configuration) {
  std::vector<std::string> files = configuration.chain_files;
  for (const ChainFile& one : configuration.chains) {
    files.push_back(one.certificate);
    if (!one.key.empty()) files.push_back(one.key);
  }
  for (const NameFiles& one : configuration.names) files.insert(files.end(), one.files.begin(), one.files.end());
  return files;
}

}  // namespace app
