#include "apps/tlsproxy/child_options.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/helper_letters.hpp"
#include "postfix/values.hpp"

namespace app {
namespace {

using config::flag;
using config::Letter;
using Done = base::Result<void>;

// What has to be there in the end, beside the values.
struct Demands {
  std::string transport;
  bool unlimited = false;
};

Letter override_letter(char name, std::string parameter, ChildOptions& into) {
  return {name, true, [parameter = std::move(parameter), &into](std::string_view value) -> Done {
            into.overrides.push_back(fmt::format("{}={}", parameter, value));
            return {};
          }};
}

Done check_transport(std::string_view name) {
  constexpr std::array<std::string_view, 4> known{"inet", "unix", "pass", "unix-dgram"};
  if (std::find(known.begin(), known.end(), name) != known.end()) return {};
  return base::fail("unsupported transport type: {}", base::escaped(name, 80));
}

Done check_sockets(std::string_view count) {
  if (count == "1") return {};
  return base::fail("invalid socket_count: {}", base::escaped(count, 80));
}

Done set_override(std::string_view text, ChildOptions& into) {
  if (text.find('=') == std::string_view::npos) {
    return base::fail("invalid \"-o {}\" option value: missing '=' after attribute name", base::escaped(text, 200));
  }
  into.overrides.emplace_back(text);
  return {};
}

Done set_retire(std::string_view text, ChildOptions& into) {
  const auto time = postfix::time_of("retire_time", text);
  if (!time) return tl::unexpected(time.error());
  into.retire = *time;
  return {};
}

// Each sign that is no letter of ours, with the words for it.
void refuse_others(std::vector<Letter>& letters) {
  for (char sign = '!'; sign <= '~'; ++sign) {
    const bool known = std::any_of(letters.begin(), letters.end(), [&](const Letter& one) { return one.name == sign; });
    if (known) continue;
    letters.push_back(
        {sign, false, [sign](std::string_view) -> Done { return base::fail("invalid option: {}", sign); }});
  }
}

std::vector<Letter> letters_for(ChildOptions& into, Demands& demands) {
  const auto nothing = [] {};  // for masters and for debugging by hand: changes nothing here
  std::vector<Letter> letters{
      flag('c', nothing),
      flag('d', nothing),
      flag('l', nothing),
      flag('u', nothing),
      flag('D', [&into] { into.wants_debugger = true; }),
      override_letter('i', "max_idle", into),
      override_letter('m', "max_use", into),
      config::text_letter('n', into.service),
      {'o', true, [&into](std::string_view text) { return set_override(text, into); }},
      {'r', true, [&into](std::string_view text) { return set_retire(text, into); }},
      {'s', true, check_sockets},
      flag('S', [&into] { into.one_session = true; }),
      config::text_letter('t', demands.transport),
      flag('v', [&into] { ++into.verbosity; }),
      flag('V', [&into] { into.logs_to_stderr = true; }),
      flag('z', [&demands] { demands.unlimited = true; }),
  };
  refuse_others(letters);
  return letters;
}

Done check(const Demands& demands, const ChildOptions& options) {
  if (!demands.unlimited && !options.one_session) {
    return base::fail("service {} requires a process limit of 0", base::escaped(options.service, 80));
  }
  if (demands.transport.empty() && !options.one_session) return base::fail("no transport type specified");
  return demands.transport.empty() ? Done() : check_transport(demands.transport);
}

}  // namespace

base::Result<ChildOptions> read_child_options(const std::vector<std::string>& words, std::string_view program) {
  ChildOptions options;
  Demands demands;
  options.service = program;
  const auto rest = config::read_letters(words, letters_for(options, demands));
  if (!rest && rest.error().text.empty()) return base::fail("an option lacks its argument");
  if (!rest) return tl::unexpected(rest.error());
  if (const auto checked = check(demands, options); !checked) return tl::unexpected(checked.error());
  if (!rest->empty()) return base::fail("unexpected command-line argument: {}", base::escaped(rest->front(), 80));
  return options;
}

}  // namespace app
