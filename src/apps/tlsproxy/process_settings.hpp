// What environment and main.cf say of the process itself: where it logs, who it becomes, how long it stays. (What they
// say of TLS: tls_configuration.)
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "apps/tlsproxy/child_options.hpp"
#include "base/result.hpp"
#include "postfix/main_cf.hpp"
#include "postfix/version.hpp"

namespace app {

// What master(8) passes on of import_environment.
struct ChildEnvironment {
  std::string config_directory;  // MAIL_CONFIG
  std::string log_tag;           // MAIL_LOGTAG, for lines before main.cf was read
  std::string postlog_service;   // POSTLOG_SERVICE, the path of postlogd's socket; empty: syslog
  std::string postlog_host;      // POSTLOG_HOSTNAME
  std::string generation;        // GENERATION
};

[[nodiscard]] ChildEnvironment child_environment();

// main.cf, the overrides and the defaults of the installed Postfix. What could not be had of the latter is in
// `warning`: then those of 3.7 hold.
struct MainConfiguration {
  postfix::Parameters parameters;
  bool limits_uses = false;  // somebody wrote max_use
  std::string warning;
};

[[nodiscard]] base::Result<MainConfiguration> read_main_configuration(const ChildOptions& options,
                                                                      const ChildEnvironment& environment);

struct ProcessSettings {
  postfix::Version version;
  std::string queue_directory;
  std::string mail_owner;
  std::string log_tag;
  int facility = 0;
  std::string postlog_service;  // as in ChildEnvironment
  std::string host;             // in lines for postlogd
  int max_use = 0;              // 0: any number. Postfix's default of 100 is not taken over: a start costs more here
  std::chrono::seconds max_idle{0};
  std::chrono::seconds retire{0};
  std::chrono::seconds watchdog{0};
  unsigned workers = 1;  // tlsproxy_workers, a parameter of ours; 0 there: one for each processor
};

[[nodiscard]] base::Result<ProcessSettings> process_settings(const MainConfiguration& configuration,
                                                             const ChildOptions& options,
                                                             const ChildEnvironment& environment);

}  // namespace app
