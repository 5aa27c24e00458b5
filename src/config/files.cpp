// The files of --config: the file itself and its conf.d.

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "config/sources.hpp"
#include "os/files.hpp"

namespace config {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20;

Reading unreadable(const std::string& why) {
  Reading reading;
  reading.faults.push_back(why);
  reading.whole = false;
  return reading;
}

Reading read_one(const std::vector<Shape>& shapes, const std::string& file) {
  const auto text = os::read_file(file, largest_file);
  if (!text) return unreadable(text.error().text);
  return read_toml(shapes, *text, file);
}

// No folder is no files; a folder that cannot be listed is an error.
base::Result<std::vector<std::string>> drop_ins(const std::filesystem::path& folder) {
  std::error_code fault;
  std::vector<std::string> files;
  if (!std::filesystem::exists(folder, fault)) return files;
  std::filesystem::directory_iterator entry(folder, fault);
  for (; !fault && entry != std::filesystem::directory_iterator(); entry.increment(fault)) {
    const std::filesystem::path& path = entry->path();
    const bool hidden = path.filename().native().starts_with('.');
    if (path.extension() == ".toml" && !hidden) files.push_back(path.native());
  }
  if (fault) return base::fail_errno(folder.native(), fault.value());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<Reading> read_files(const std::vector<Shape>& shapes, const std::string& file) {
  std::vector<Reading> readings{read_one(shapes, file)};
  const auto more = drop_ins(std::filesystem::path(file).parent_path() / "conf.d");
  if (!more) {
    readings.push_back(unreadable(more.error().text));
    return readings;
  }
  for (const std::string& each : *more) readings.push_back(read_one(shapes, each));
  return readings;
}

}  // namespace config
