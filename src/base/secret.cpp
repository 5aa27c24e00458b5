#include "base/secret.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace base {

Secret::Secret(std::string_view bytes) : Secret(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), bytes_.get());
}

Secret::Secret(Secret&& other) noexcept : size_(std::exchange(other.size_, 0)), bytes_(std::move(other.bytes_)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  size_ = std::exchange(other.size_, 0);
  bytes_ = std::move(other.bytes_);
  return *this;
}

void Secret::wipe() {
  if (bytes_) ::explicit_bzero(bytes_.get(), size_);
}

}  // namespace base
