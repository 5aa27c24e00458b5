// Lists of TLS versions (smtpd_tls_protocols and its like) in both syntaxes: "!SSLv2, !TLSv1.1" and, since 3.6,
// ">=TLSv1.2, <=0304".
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postfix {

enum class TlsVersion { tls1_0, tls1_1, tls1_2, tls1_3 };

// The versions a list leaves, lowest first; SSLv2 and SSLv3 may be named, but nobody speaks them any more. An empty
// list leaves all, a list may leave none. Fails for a word that is no version.
[[nodiscard]] base::Result<std::vector<TlsVersion>> tls_versions(std::string_view list);

}  // namespace postfix
