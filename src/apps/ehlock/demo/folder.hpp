// DemoFolder: what `ehlock run` needs on disk, in a temporary folder that goes away with it: a self-signed certificate
// with its key, the jail, and the messages unless they are to be kept elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace app {

class DemoFolder {
 public:
  // `keep`: the messages' folder; empty: inside the temporary one.
  [[nodiscard]] static base::Result<DemoFolder> make(const std::string& keep);
  ~DemoFolder();
  DemoFolder(DemoFolder&& other) noexcept;
  DemoFolder& operator=(DemoFolder&&) = delete;
  DemoFolder(const DemoFolder&) = delete;
  DemoFolder& operator=(const DemoFolder&) = delete;

  [[nodiscard]] std::string certificate() const { return path_ + "/cert.pem"; }
  [[nodiscard]] std::string key() const { return path_ + "/key.pem"; }
  [[nodiscard]] std::string jail() const { return path_ + "/jail"; }
  [[nodiscard]] const std::string& messages() const { return messages_; }

  // A new file that only its owner can read; its path.
  [[nodiscard]] base::Result<std::string> write(std::string_view name, std::string_view text) const;

 private:
  DemoFolder() = default;
  [[nodiscard]] base::Result<void> fill() const;

  std::string path_;
  std::string messages_;
};

}  // namespace app
