// Inside of the room: how values about TLS are cut into words.
#pragma once

#include <string_view>
#include <vector>

namespace postfix {

// The words between commas, colons and white space. Views into `list`.
[[nodiscard]] std::vector<std::string_view> tls_words(std::string_view list);

}  // namespace postfix
