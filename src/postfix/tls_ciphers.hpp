// Cipher grades (smtpd_tls_ciphers and its like): a word for a list of OpenSSL's, minus what is excluded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "postfix/main_cf.hpp"

namespace postfix {

// The grades that have a list of their own: 3.8 and later take "low" and "export" for "medium".
[[nodiscard]] std::vector<std::string_view> cipher_grades(const Parameters& parameters);

// The parameter that holds a grade's list: "tls_medium_cipherlist" for "medium", any case. Grades: high, medium, low,
// export, null.
[[nodiscard]] base::Result<std::string> cipher_list_parameter(const Parameters& parameters, std::string_view grade);

// The list with ":!WORD" for each excluded word. Fails for a word that begins with one of OpenSSL's signs: it would
// change more than itself.
[[nodiscard]] base::Result<std::string> without_ciphers(std::string list, std::string_view exclusions);

// What the server role uses: tlsproxy_tls_ciphers with tlsproxy_tls_exclude_ciphers, the mandatory ones where TLS is;
// no anonymous ciphers where a client certificate is asked for.
[[nodiscard]] base::Result<std::string> server_ciphers(const Parameters& parameters, bool mandatory,
                                                       bool asks_for_certificate);

}  // namespace postfix
