#include "apps/tlswrapper/pem_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "os/files.hpp"
#include "tls/server_names.hpp"

namespace app {
namespace {

constexpr std::size_t largest_file = 1024 * 1024;
constexpr std::size_t most_files = 4096;  // as many keys as a key process takes

base::Result<void> add_file(std::vector<PemFile>& files, const std::string& path, std::vector<std::string> names) {
  auto content = os::read_secret_file(path, largest_file);
  if (!content) return tl::unexpected(content.error());
  std::string chain = certificates_in(content->reveal());
  files.push_back({path, std::move(*content), std::move(chain), std::move(names)});
  return {};
}

// The names of its regular files that are host names, sorted.
base::Result<std::vector<std::string>> host_files_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code fault;
  for (std::filesystem::directory_iterator at(directory, fault), end; !fault && at != end; at.increment(fault)) {
    const std::string name = at->path().filename();
    std::error_code gone;
    if (tls::host_name(name) && at->is_regular_file(gone)) names.push_back(name);
  }
  if (fault) return base::fail("{}: {}", directory, fault.message());
  if (names.size() > most_files) return base::fail("{}: more than {} files", directory, most_files);
  std::sort(names.begin(), names.end());
  return names;
}

base::Result<void> add_directory(std::vector<PemFile>& files, const std::string& directory) {
  const auto names = host_files_in(directory);
  if (!names) return tl::unexpected(names.error());
  for (const std::string& name : *names) {
    const auto added = add_file(files, fmt::format("{}/{}", directory, name), {*tls::host_name(name)});
    if (!added) return added;
  }
  return {};
}

}  // namespace

std::string certificates_in(std::string_view pem) {
  std::string found;
  for (const std::string_view kind : {"CERTIFICATE-----", "X509 CERTIFICATE-----", "TRUSTED CERTIFICATE-----"}) {
    const std::string begin = "-----BEGIN " + std::string(kind);
    const std::string end = "-----END " + std::string(kind);
    std::size_t at = pem.find(begin);
    while (at != std::string_view::npos) {
      const std::size_t last = pem.find(end, at);
      if (last == std::string_view::npos) break;
      found.append(pem.substr(at, last + end.size() - at)).append("\n");
      at = pem.find(begin, last);
    }
  }
  return found;
}

base::Result<std::vector<PemFile>> read_pem_files(const std::vector<config::PemPlace>& places) {
  std::vector<PemFile> files;
  for (const bool directories : {false, true}) {
    for (const auto& place : places) {
      if (place.is_directory != directories) continue;
      const auto added = directories ? add_directory(files, place.path) : add_file(files, place.path, {});
      if (!added) return tl::unexpected(added.error());
    }
  }
  return files;
}

}  // namespace app
