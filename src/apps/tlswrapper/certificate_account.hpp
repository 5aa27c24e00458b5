// -U: the account a client's certificate names.
#pragma once

#include <string>

#include "config/helper_wrapper_options.hpp"
#include "tls/facts.hpp"

namespace app {

// The common name or the e-mail address of the subject, up to the first "@"; empty for a certificate that was not
// verified or has none.
[[nodiscard]] std::string account_in(const tls::Facts& facts, config::AccountFrom from);

}  // namespace app
