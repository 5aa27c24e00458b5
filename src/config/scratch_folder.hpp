// For tests: a folder of one test, with files made from text. It goes with the object.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace config {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "config_test_XXXXXX").native();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  // Writes `text` to `name` below the folder and returns the whole path.
  [[nodiscard]] std::string file(std::string_view name, std::string_view text) const {
    const std::filesystem::path whole = path_ / name;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole, std::ios::binary) << text;  // NOLINT(house-iostream): test files are written here only
    return whole.native();
  }

  [[nodiscard]] std::string path() const { return path_.native(); }

 private:
  std::filesystem::path path_;
};

// A file of the source tree, which EHLOCK_SOURCE names; "" when it cannot be read.
[[nodiscard]] inline std::string source_text(const std::string& name) {
  const char* root = std::getenv("EHLOCK_SOURCE");
  if (root == nullptr) return "";
  std::ifstream in(std::filesystem::path(root) / name,
                   std::ios::binary);  // NOLINT(house-iostream): read for tests only
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace config
