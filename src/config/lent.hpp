// What the service manager lends: listening sockets it opened (systemd.socket(5)) and credentials, files in a folder
// only this service can read (LoadCredential= of systemd.exec(5)).
#pragma once

#include <string_view>

#include "config/draft.hpp"
#include "config/load.hpp"
#include "config/reading.hpp"

namespace config {

// How a passed socket is served: with TLS at once when it is named smtps, submissions or something-tls, or its port is
// 465; else with STARTTLS.
[[nodiscard]] Door door_of_passed(std::string_view name, const os::Endpoint& endpoint);

// Passed sockets join the plan's listeners. A configured listener that overlaps one is served by it, with the door the
// configuration says.
void use_passed(ServePlan& plan, const std::vector<Listener>& passed);

// "$CREDENTIALS_DIRECTORY/NAME" in the names of certificates, keys, secrets and authorities becomes the file's path; a
// fault when there is no such folder.
void name_credentials(Draft& draft, const Environment& environment, Applied& applied);

}  // namespace config
