#include "apps/ehlock/demo/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "config/load.hpp"
#include "os/fd.hpp"
#include "tls/self_signed.hpp"

namespace app {
namespace {

constexpr std::chrono::hours certificate_lifetime{24 * 30};

std::vector<std::string> names_of_this_host() {
  std::vector<std::string> names{"localhost"};
  const std::string host = config::process_environment().host_name;
  if (host != names.front()) names.push_back(host);
  names.emplace_back("127.0.0.1");
  return names;
}

}  // namespace

base::Result<DemoFolder> DemoFolder::make(const std::string& keep) {
  std::error_code fault;
  const auto parent = std::filesystem::temp_directory_path(fault);
  std::string path = ((fault ? std::filesystem::path("/tmp") : parent) / "ehlock-run.XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) return base::fail_errno(path, errno);
  DemoFolder folder;
  folder.path_ = std::move(path);
  folder.messages_ = keep.empty() ? folder.path_ + "/messages" : keep;
  const auto filled = folder.fill();
  if (!filled) return tl::unexpected(filled.error());
  return folder;
}

base::Result<void> DemoFolder::fill() const {
  // The jail's mode is not the umask's to change: a process in it has the folder as its root.
  if (::mkdir(jail().c_str(), 0555) != 0 || ::chmod(jail().c_str(), 0555) != 0) return base::fail_errno(jail(), errno);
  const auto made = tls::make_self_signed(names_of_this_host(), tls::KeyKind::ecdsa_p256, certificate_lifetime);
  if (!made) return tl::unexpected(made.error());
  const auto chain = write("cert.pem", made->chain_pem);
  if (!chain) return tl::unexpected(chain.error());
  const auto secret = write("key.pem", made->key_pem);
  if (!secret) return tl::unexpected(secret.error());
  return {};
}

base::Result<std::string> DemoFolder::write(std::string_view name, std::string_view text) const {
  std::string path = fmt::format("{}/{}", path_, name);
  const os::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return base::fail_errno(path, errno);
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) return base::fail_errno(path, written < 0 ? errno : ENOSPC);
  return path;
}

DemoFolder::DemoFolder(DemoFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), messages_(std::move(other.messages_)) {}

DemoFolder::~DemoFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace app
