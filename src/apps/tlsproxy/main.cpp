// tlsproxy: TLS for postscreen(8), as a child of Postfix's master(8); a drop-in for Postfix's own tlsproxy(8) in its
// server role.

#include <string>
#include <string_view>
#include <vector>

#include "apps/tlsproxy/proxy_supervisor.hpp"

int main(int argc, char** argv) {
  const std::string_view path = argc > 0 ? argv[0] : "tlsproxy";
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return app::run_child_of_master(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), name);
}
