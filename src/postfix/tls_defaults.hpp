// The compiled defaults of Postfix 3.7 for everything tlsproxy reads about TLS, as the expressions they are: a value of
// smtpd_tls_... holds for tlsproxy_tls_... too until that is set.
#pragma once

#include "postfix/main_cf.hpp"

namespace postfix {

// All tlsproxy_tls_*, smtpd_tls_* and tls_* parameters of the server role, and the level they depend on.
void assume_tls_defaults(Parameters& parameters);

}  // namespace postfix
