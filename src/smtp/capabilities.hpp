// The EHLO reply edited: keywords taken out and put in, everything else word for word (RFC 5321 §4.1.1.1).
#pragma once

#include <string_view>
#include <vector>

#include "smtp/reply.hpp"

namespace smtp {

struct CapabilityEdit {
  std::vector<std::string_view> remove;  // keywords, compared without case; AUTH covers the old form AUTH=
  std::vector<std::string_view> add;     // whole lines; each is there once afterwards, whatever the backend said
};

// The first line is the server's name and greeting and stays. Lines end rightly wherever one was taken or added.
[[nodiscard]] Reply edited(const Reply& ehlo, const CapabilityEdit& edit);

// Whether the reply lists the keyword, in any case. Its first line lists none.
[[nodiscard]] bool lists(const Reply& ehlo, std::string_view keyword);

// The keyword of one line of an EHLO reply: up to the first white space or '='. A view into `line`.
[[nodiscard]] std::string_view keyword_of(std::string_view line);

}  // namespace smtp
