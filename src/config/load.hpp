// From arguments, files and environment to a checked ServePlan. Nothing is opened but the configuration files, so that
// a reload can be tried without touching what runs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/serve_plan.hpp"

namespace config {

// One name, what holds for it and who said so; for `ehlock check`.
struct Setting {
  std::string name;    // TOML key: "timeout.data"
  std::string value;   // as TOML: "\"10m\"", "[\":25\"]", "true"; empty: not set
  std::string origin;  // "/etc/ehlock/ehlock.toml:12:8", "EHLOCK_TIMEOUT_DATA", "--timeout-data", "default"
};

// A table that stands for itself.
struct SettingGroup {
  std::string heading;  // "[tls_policy.printers]"
  std::string origin;
  std::vector<Setting> settings;  // what it says, without what it leaves as it is
};

struct Loaded {
  ServePlan plan;
  std::vector<Setting> settings;       // every key of the table, in its order
  std::vector<SettingGroup> sections;  // TLS policies, then the rules that choose them
  std::vector<std::string> warnings;   // what can be meant, but hardly is, a line each
};

// What the process was started with, as a value: reading it is the caller's business.
struct Environment {
  std::map<std::string, std::string> variables{};  // all; those that begin with EHLOCK_ are read
  std::string host_name = "localhost";             // the default of `name`
  bool root = true;                                // programs must then get a user of their own
  std::vector<Listener> passed{};                  // sockets of the service manager; they replace what overlaps them
};

[[nodiscard]] Environment process_environment();

// The configuration of `ehlock serve ARGUMENTS...`: defaults < --config FILE < conf.d/*.toml beside it < EHLOCK_* <
// arguments. The error holds all faults, a line each (further lines of a fault are indented). To load again after HUP,
// call it again with the same arguments.
[[nodiscard]] base::Result<Loaded> load_serve(const std::vector<std::string>& arguments,
                                              const Environment& environment);

// The same for one TOML text alone; `file` is what origins name.
[[nodiscard]] base::Result<Loaded> load_text(std::string_view toml, const std::string& file,
                                             const Environment& environment);

// The whole configuration as TOML, the origin of each value behind it as a comment. Can be loaded again.
[[nodiscard]] std::string effective_text(const Loaded& loaded);

}  // namespace config
