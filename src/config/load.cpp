#include "config/load.hpp"

#include <unistd.h>

#include <array>
#include <optional>

#include "config/checks.hpp"
#include "config/command_line.hpp"
#include "config/lent.hpp"
#include "config/serve_options.hpp"
#include "config/settings_text.hpp"
#include "config/sources.hpp"
#include "config/tls_policies.hpp"
#include "config/value.hpp"

namespace config {
namespace {

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = shapes_of(serve_options());
  return all;
}

// The value of --config in one source.
std::optional<std::string> file_named_in(const Reading& reading) {
  for (const Assignment& assignment : reading.assignments) {
    if (shapes()[assignment.option].flag == "config" && !assignment.words.empty()) {
      return assignment.words.back().text;
    }
  }
  return std::nullopt;
}

base::Result<Loaded> load(const std::vector<Reading>& readings, const Environment& environment) {
  Draft draft;
  Applied applied;
  bool whole = true;
  for (const Reading& reading : readings) {
    apply(serve_options(), reading, draft, applied);
    whole = whole && reading.whole;
  }
  use_passed(draft.plan, environment.passed);
  name_credentials(draft, environment, applied);
  complete(draft, applied, environment);
  Sections sections;
  if (whole) {
    sections = add_tls_policies(readings, environment, draft, applied);
    for (std::string& fault : cross_check(draft, applied, environment)) applied.faults.push_back(std::move(fault));
  }
  if (!applied.faults.empty()) return base::fail("{}", fmt::join(applied.faults, "\n"));
  return Loaded{std::move(draft.plan), settings_of(shapes(), applied), std::move(sections.settings),
                std::move(sections.warnings)};
}

}  // namespace

Environment process_environment() {
  Environment result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) result.variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0 && host_name(name.data())) result.host_name = name.data();
  result.root = geteuid() == 0;
  return result;
}

base::Result<Loaded> load_serve(const std::vector<std::string>& arguments, const Environment& environment) {
  Reading flags = read_flags(shapes(), arguments);
  Reading variables = read_environment(shapes(), environment.variables);
  std::vector<Reading> readings{read_defaults(shapes())};
  auto file = file_named_in(flags);
  if (!file) file = file_named_in(variables);
  if (file) {
    for (Reading& each : read_files(shapes(), *file)) readings.push_back(std::move(each));
  }
  readings.push_back(std::move(variables));
  readings.push_back(std::move(flags));
  return load(readings, environment);
}

base::Result<Loaded> load_text(std::string_view toml, const std::string& file, const Environment& environment) {
  return load({read_defaults(shapes()), read_toml(shapes(), toml, file)}, environment);
}

std::string effective_text(const Loaded& loaded) {
  return text_of(shapes(), loaded.settings) + text_of(loaded.sections);
}

}  // namespace config
