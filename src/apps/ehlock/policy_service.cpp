#include "apps/ehlock/policy_service.hpp"

namespace app {

std::unique_ptr<session::PolicyCheck> policy_for(Service& service, const session::ClientIdentity& identity) {
  (void)service;
  (void)identity;
  return std::make_unique<session::NoPolicy>();
}

}  // namespace app
