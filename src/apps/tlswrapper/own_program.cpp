#include "apps/tlswrapper/own_program.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/text.hpp"

namespace app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view helper_name = "tlswrapper-smtp";

// The first one in PATH that can be run; empty: none.
fs::path found_in_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  for (const std::string_view folder : base::split(path == nullptr ? "/bin:/usr/bin" : path, ':')) {
    fs::path candidate = fs::path(folder) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

}  // namespace

bool is_own_smtp_helper(const std::string& name) {
  const fs::path asked(name);
  if (asked.filename() != helper_name) return false;
  std::error_code fault;
  const fs::path ours = fs::read_symlink("/proc/self/exe", fault).replace_filename(helper_name);
  const fs::path found = asked.has_parent_path() ? asked : found_in_path(name);
  return !fault && !found.empty() && fs::equivalent(ours, found, fault) && !fault;
}

}  // namespace app
