// Mail that was handed over with its program: the dialog of SMTP is this worker's too, and no process stands between it
// and the program.
#pragma once

#include "apps/ehlock/serve/handed.hpp"

namespace app {

// From the program's greeting to the end, which `my` tells then. The client and the program are used up.
[[nodiscard]] net::Task<void> converse_mail(Handed& my);

}  // namespace app
