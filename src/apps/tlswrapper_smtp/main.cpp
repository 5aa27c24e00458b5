// tlswrapper-smtp: STARTTLS for an SMTP program, between tlswrapper (which has the TLS) and the program.

#include "apps/shared/child_watch.hpp"
#include "apps/tlswrapper_smtp/helper.hpp"

int main(int argc, char** argv) {
  if (argc < 1) return app::exit_usage;
  return app::run_smtp_helper(std::vector<std::string>(argv + 1, argv + argc));
}
