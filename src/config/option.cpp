// What a row's other names are.

#include "config/option.hpp"

namespace config {

std::string variable_of(const Shape& shape) {
  std::string name = "EHLOCK_" + base::uppered(shape.flag.empty() ? shape.key : shape.flag);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

}  // namespace config
