// Result<T>: a value, or an Error somebody must still hear about (the operator at start, a client, another process).
// Where nobody is left to hear it, net::Disconnected is thrown instead; see HACKING.md, "Errors".
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <tl/expected.hpp>

namespace base {

// What went wrong, in words for the operator: what was tried, on what, and why it failed. No trailing newline.
struct Error {
  std::string text;
};

template <typename T>
using Result = tl::expected<T, Error>;

// The failed half of a Result: `return base::fail("{}: not a port", text);`
template <typename... Args>
[[nodiscard]] tl::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected(Error{fmt::format(format, std::forward<Args>(args)...)});
}

// The same with the error number's text behind it: "PATH: Permission denied".
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view what, int error_number);

}  // namespace base
