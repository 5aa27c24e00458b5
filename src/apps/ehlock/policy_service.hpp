// Who is asked about a session's client: the configured policy service, or nobody.
#pragma once

#include <memory>

#include "apps/ehlock/service.hpp"
#include "session/client_identity.hpp"
#include "session/policy_check.hpp"

namespace app {

[[nodiscard]] std::unique_ptr<session::PolicyCheck> policy_for(Service& service,
                                                               const session::ClientIdentity& identity);

}  // namespace app
