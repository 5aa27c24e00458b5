#include "apps/tlswrapper/certificate_account.hpp"

#include <string_view>

#include "base/text.hpp"

namespace app {
namespace {

// The value of an attribute in a subject's one-line form (RFC 2253); up to a sign that has to be escaped there, which
// no account's name has.
std::string_view attribute(std::string_view subject, std::string_view name) {
  for (const std::string_view part : base::split(subject, ',')) {
    if (!base::istarts_with(part, name)) continue;
    const std::string_view value = part.substr(name.size());
    return value.substr(0, value.find_first_of("\\+"));
  }
  return {};
}

}  // namespace

std::string account_in(const tls::Facts& facts, config::AccountFrom from) {
  if (!facts.client_verified) return {};
  const bool common = from == config::AccountFrom::common_name;
  const std::string_view value =
      common ? std::string_view(facts.client_common_name) : attribute(facts.client_subject, "emailAddress=");
  return std::string(value.substr(0, value.find('@')));
}

}  // namespace app
