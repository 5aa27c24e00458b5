// Secret: bytes that are wiped when they go (private keys, ticket keys, passwords). Has no conversion to text, so that
// a log line cannot take it by accident.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size) : size_(size), bytes_(size > 0 ? new char[size]() : nullptr) {}
  explicit Secret(std::string_view bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  [[nodiscard]] char* data() { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // The bytes, for the one function that needs them. The view lives as long as the Secret.
  [[nodiscard]] std::string_view reveal() const { return {bytes_.get(), size_}; }

  [[nodiscard]] Secret copy() const { return Secret(reveal()); }

 private:
  void wipe();

  std::size_t size_ = 0;
  std::unique_ptr<char[]> bytes_;
};

}  // namespace base
