// Whole files, read once from one descriptor (threat 42: open once, fstat the descriptor).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace os {

// At most `limit` bytes; a larger file, a folder or a device is an error.
[[nodiscard]] base::Result<std::string> read_file(const std::string& path, std::size_t limit);

// The same for secrets: the file must not be readable or writable by others, nor writable by its group (group-readable
// is what Debian's ssl-cert makes and is accepted).
[[nodiscard]] base::Result<base::Secret> read_secret_file(const std::string& path, std::size_t limit);

}  // namespace os
