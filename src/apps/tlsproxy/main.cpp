// tlsproxy: TLS for postscreen(8), as a child of Postfix's master(8); a drop-in for Postfix's own tlsproxy(8) in its
// server role.

#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "apps/tlsproxy/proxy_supervisor.hpp"
#include "tls/ssl_places.hpp"

namespace {

constexpr std::string_view version = "tlsproxy (ehlock) " EHLOCK_VERSION "\n";
constexpr std::string_view help =
    "tlsproxy does TLS for Postfix's postscreen(8). It is started by master(8) and of no use by hand:\n"
    "\n"
    "  postconf -F tlsproxy/unix/command=PATH    its path, relative to Postfix's daemon_directory\n"
    "  postfix reload\n"
    "\n"
    "Its parameters are those of main.cf; see tlsproxy(8).\n";

int tell(std::string_view text) {
  return ::write(STDOUT_FILENO, text.data(), text.size()) < 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view path = argc > 0 ? argv[0] : "tlsproxy";
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (words == std::vector<std::string>{"--help"}) return tell(help);
  if (words == std::vector<std::string>{"--version"}) return tell(version);
  tls::give_ssls_places();
  return app::run_child_of_master(words, name);
}
