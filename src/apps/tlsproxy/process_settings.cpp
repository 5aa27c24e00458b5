#include "apps/tlsproxy/process_settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "apps/tlsproxy/installed_defaults.hpp"
#include "apps/tlsproxy/parameter_reading.hpp"
#include "log/sink.hpp"
#include "os/files.hpp"
#include "os/process.hpp"
#include "postfix/tls_defaults.hpp"

namespace app {
namespace {

using std::chrono::seconds;

// Until the installed Postfix has told its own.
constexpr std::array<std::pair<const char*, const char*>, 14> defaults{{
    {"command_directory", "/usr/sbin"},
    {"queue_directory", "/var/spool/postfix"},
    {"mail_owner", "postfix"},
    {"syslog_name", "${multi_instance_name?{$multi_instance_name}:{postfix}}"},
    {"syslog_facility", "mail"},
    {"maillog_file", ""},
    {"postlog_service_name", "postlog"},
    {"max_use", "100"},
    {"max_idle", "100s"},
    {"tlsproxy_watchdog_timeout", "10s"},
    {"compatibility_level", "0"},
    {"mail_version", "3.7.11"},
    {"tlsmgr_service_name", "tlsmgr"},
    {"tlsproxy_workers", "0"},
}};

constexpr seconds longest_life{18'000};
constexpr seconds least_watchdog{10};
constexpr int most_workers = 64;
constexpr unsigned usual_workers = 16;  // at most, when nobody says a number

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

void assume_installed(MainConfiguration& into) {
  const auto folder = into.parameters.value("command_directory");
  const auto text = folder ? installed_defaults(*folder + "/postconf") : tl::unexpected(folder.error());
  const auto entries = text ? postfix::entries_of(*text) : tl::unexpected(text.error());
  if (!entries) {
    into.warning = fmt::format("{}; taking the defaults of Postfix 3.7", entries.error().text);
    return;
  }
  for (const auto& entry : *entries) into.parameters.assume(entry.name, entry.value);
}

void read_logging(ParameterReading& reading, const ChildEnvironment& environment, ProcessSettings& into) {
  into.log_tag = reading.text("syslog_name");
  const std::string facility = reading.text("syslog_facility");
  const auto number = log::facility_number(facility);
  if (!number) reading.fault(base::Error{fmt::format("unknown syslog_facility: {}", facility)});
  into.facility = number.value_or(log::mail_facility);
  if (!reading.text("maillog_file").empty()) {
    into.postlog_service = fmt::format("{}/public/{}", into.queue_directory, reading.text("postlog_service_name"));
  }
  const std::string name = environment.postlog_host.empty() ? reading.text("myhostname") : environment.postlog_host;
  into.host = name.substr(0, name.find('.'));
}

void read_life(ParameterReading& reading, const ChildOptions& options, ProcessSettings& into) {
  const int uses = reading.number("max_use");
  into.max_idle = reading.time("max_idle");
  const seconds both = into.max_idle * std::clamp(uses, 1, 10'000);
  into.retire = options.retire.value_or(std::min(both, longest_life));
  into.watchdog = reading.time("tlsproxy_watchdog_timeout");
  if (into.watchdog < least_watchdog) {
    reading.fault(base::Error{
        fmt::format("invalid tlsproxy_watchdog_timeout: {} < {}", into.watchdog.count(), least_watchdog.count())});
  }
  into.max_use = uses;
}

unsigned workers_of(ParameterReading& reading) {
  const int wanted = std::min(reading.number("tlsproxy_workers"), most_workers);
  if (wanted > 0) return static_cast<unsigned>(wanted);
  return std::min(os::usable_cores(), usual_workers);
}

}  // namespace

ChildEnvironment child_environment() {
  ChildEnvironment environment;
  environment.config_directory = variable("MAIL_CONFIG", "/etc/postfix");
  environment.log_tag = variable("MAIL_LOGTAG", "postfix");
  environment.postlog_service = variable("POSTLOG_SERVICE", "");
  environment.postlog_host = variable("POSTLOG_HOSTNAME", "");
  environment.generation = variable("GENERATION", "");
  return environment;
}

base::Result<MainConfiguration> read_main_configuration(const ChildOptions& options,
                                                        const ChildEnvironment& environment) {
  const std::string path = environment.config_directory + "/main.cf";
  const auto text = os::read_file(path, postfix::main_cf_limit);
  if (!text) return base::fail("open {}", text.error().text);
  auto parameters = postfix::Parameters::read(*text);
  if (!parameters) return base::fail("{}: {}", path, parameters.error().text);
  MainConfiguration made{std::move(*parameters), false, {}};
  for (const auto& text_of_override : options.overrides) {
    const auto taken = made.parameters.option(text_of_override);
    if (!taken) return tl::unexpected(taken.error());
  }
  made.limits_uses = made.parameters.raw("max_use").has_value();
  postfix::assume_tls_defaults(made.parameters);
  for (const auto& [name, value] : defaults) made.parameters.assume(name, value);
  assume_installed(made);
  made.parameters.force("process_name", "tlsproxy");
  made.parameters.force("process_id", fmt::format("{}", ::getpid()));
  made.parameters.force("service_name", options.service);
  made.parameters.force("config_directory", environment.config_directory);
  return made;
}

base::Result<ProcessSettings> process_settings(const MainConfiguration& configuration, const ChildOptions& options,
                                               const ChildEnvironment& environment) {
  ParameterReading reading(configuration.parameters);
  ProcessSettings settings;
  const auto version = postfix::Version::parse(reading.text("mail_version"));
  if (!version) return base::fail("mail_version: {}", version.error().text);
  settings.version = *version;
  settings.queue_directory = reading.text("queue_directory");
  settings.mail_owner = reading.text("mail_owner");
  read_logging(reading, environment, settings);
  read_life(reading, options, settings);
  if (!configuration.limits_uses) settings.max_use = 0;
  settings.workers = workers_of(reading);
  if (reading.fault()) return tl::unexpected(*reading.fault());
  return settings;
}

}  // namespace app
