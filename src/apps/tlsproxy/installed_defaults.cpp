#include "apps/tlsproxy/installed_defaults.hpp"

#include "apps/tlsproxy/program_output.hpp"
#include "postfix/main_cf.hpp"

namespace app {

base::Result<std::string> installed_defaults(const std::string& command) {
  return program_output({command, "-d"}, {}, postfix::main_cf_limit);
}

}  // namespace app
