// --handoff: a worker of `ehlock serve` gets the client's connection and holds the dialog, with STARTTLS; this process
// becomes the SMTP program.
#pragma once

#include "apps/tlswrapper_smtp/mail_session.hpp"

namespace app {

// Returns only when it failed: with the reason.
[[nodiscard]] base::Error hand_over_mail(const MailSessionSpec& spec);

}  // namespace app
