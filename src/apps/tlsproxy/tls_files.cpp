#include "apps/tlsproxy/tls_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/text.hpp"
#include "os/files.hpp"
#include "tls/context.hpp"
#include "tls/known.hpp"

namespace app {
namespace {

constexpr std::size_t largest_file = 1 << 20;
constexpr std::size_t most_files = 2000;  // of a folder; a system has some 150
constexpr std::size_t largest_folder = 8 << 20;

// "2c543cd1.0", as `openssl rehash` names certificates.
bool is_hashed_name(const std::string& name) {
  const auto dot = name.find('.');
  return dot == 8 && name.size() > 9 && name.find_first_not_of("0123456789abcdefABCDEF") == dot &&
         name.find_first_not_of("0123456789", dot + 1) == std::string::npos;
}

base::Result<std::string> certificates_of(const std::string& path) {
  auto text = os::read_file(path, largest_file);
  if (!text) return text;
  const auto first = tls::read_certificate(*text);
  if (!first) return base::fail("{}: {}", path, first.error().text);
  return *text + "\n";
}

// What cannot be read there is left out, as OpenSSL does when it looks for an issuer.
std::string certificates_in_folder(const std::string& folder) {
  std::error_code fault;
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(folder, fault), end; !fault && entry != end; entry.increment(fault)) {
    if (is_hashed_name(entry->path().filename().string())) files.push_back(entry->path().string());
  }
  std::sort(files.begin(), files.end());
  files.resize(std::min(files.size(), most_files));
  std::string all;
  for (const std::string& file : files) {
    const auto text = certificates_of(file);
    if (text && all.size() + text->size() <= largest_folder) all += *text;
  }
  return all;
}

}  // namespace

base::Result<void> read_authorities(const AuthorityPlaces& places, tls::ServerSettings& into) {
  const auto& [file, folder, system] = places;
  if (!file.empty()) {
    auto text = certificates_of(file);
    if (!text) {
      return base::fail("{}\ncannot load Certification Authority data, CAfile=\"{}\"{}: disabling TLS support",
                        text.error().text, file, folder.empty() ? "" : fmt::format(", CApath=\"{}\"", folder));
    }
    into.client_ca = std::move(*text);
  }
  if (!folder.empty()) into.leeway.more_ca = certificates_in_folder(folder);
  if (!system || (file.empty() && folder.empty())) return {};
  if (const auto certificates = certificates_of(tls::default_authorities_file())) into.leeway.more_ca += *certificates;
  into.leeway.more_ca += certificates_in_folder(tls::default_authorities_folder());
  return {};
}

void read_dh_parameters(const std::string& path, tls::ServerSettings& into, std::vector<std::string>& warnings) {
  into.leeway.finite_field_dh = true;
  if (path.empty() || base::iequals(path, "auto")) return;
  auto text = os::read_file(path, largest_file);
  if (!text) {
    const std::string& why = text.error().text;
    warnings.push_back(fmt::format("error opening DH parameter file \"{}\": {} -- using compiled-in defaults", path,
                                   why.starts_with(path + ": ") ? why.substr(path.size() + 2) : why));
  } else if (!tls::are_dh_parameters(*text)) {
    warnings.push_back(
        fmt::format("error decoding DH parameters from file \"{}\" -- using compiled-in defaults", path));
  } else {
    into.leeway.dh_parameters = std::move(*text);
  }
}

}  // namespace app
