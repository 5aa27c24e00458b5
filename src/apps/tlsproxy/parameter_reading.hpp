// ParameterReading: reads parameter after parameter and keeps the first fault, so that reading stays a list of what is
// read.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "postfix/main_cf.hpp"

namespace app {

class ParameterReading {
 public:
  explicit ParameterReading(const postfix::Parameters& from) : from_(from) {}

  // An empty value after a fault.
  std::string text(std::string_view name) { return kept(from_.value(name)); }
  bool truth(std::string_view name) { return kept(from_.boolean(name)); }
  int number(std::string_view name, int least = 0) { return kept(from_.number(name, least)); }
  std::chrono::seconds time(std::string_view name) { return kept(from_.time(name)); }
  std::vector<std::string> list(std::string_view name) { return kept(from_.list(name)); }

  void fault(base::Error error) {
    if (!fault_) fault_ = std::move(error);
  }
  [[nodiscard]] const std::optional<base::Error>& fault() const { return fault_; }

 private:
  template <typename T>
  T kept(base::Result<T> read) {
    if (read) return std::move(*read);
    fault(std::move(read.error()));
    return T();
  }

  const postfix::Parameters& from_;
  std::optional<base::Error> fault_;
};

}  // namespace app
