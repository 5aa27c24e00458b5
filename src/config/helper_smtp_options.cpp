#include "config/helper_smtp_options.hpp"

#include <utility>

#include "base/text.hpp"
#include "config/helper_letters.hpp"

namespace config {
namespace {

base::Result<void> set_policy(SmtpHelperOptions& options, std::string_view text) {
  const auto endpoint = os::Endpoint::parse(text);
  if (!endpoint) return base::fail("option -g: {}", endpoint.error().text);
  if (!endpoint->is_unix() && (endpoint->host.empty() || endpoint->port == 0)) {
    return base::fail("option -g: {} is not host:port or unix:/path", base::escaped(text));
  }
  options.policy = *endpoint;
  return {};
}

}  // namespace

base::Result<void> read_smtp_helper_options(const std::vector<std::string>& words, SmtpHelperOptions& into) {
  std::vector<Letter> letters;
  add_verbosity(letters, into.verbosity);
  letters.push_back(flag('c', [&into] { into.policy_closed = true; }));
  letters.push_back(flag('C', [&into] { into.policy_closed = false; }));
  letters.push_back(seconds_letter('t', [&into](std::chrono::seconds limit) { into.session = limit; }));
  letters.push_back(seconds_letter('T', [&into](std::chrono::seconds limit) { into.wait = limit; }));
  letters.push_back({'g', true, [&into](std::string_view text) { return set_policy(into, text); }});
  letters.push_back(text_letter('u', into.user));
  letters.push_back(text_letter('J', into.jail));
  letters.push_back(text_letter('j', into.jail_user));
  letters.push_back(word("handoff", into.handoff));
  auto program = read_letters(words, letters);
  if (!program) return tl::unexpected(program.error());
  into.program = std::move(*program);
  if (into.program.empty()) return tl::unexpected(base::Error{});
  if (into.policy && !into.handoff.empty()) return base::fail("option -g does not go with --handoff");
  return {};
}

}  // namespace config
