// The one table of what `ehlock serve` and `ehlock check` can be told.
#pragma once

#include <vector>

#include "config/draft.hpp"
#include "config/option.hpp"
#include "tls/settings.hpp"

namespace config {

// All rows, in the order of --help and of the manual pages.
[[nodiscard]] const std::vector<Option<Draft>>& serve_options();

using ServeOptions = std::vector<Option<Draft>>;

// Its parts; the headings are set by serve_options().
[[nodiscard]] ServeOptions listening_options();
[[nodiscard]] ServeOptions backend_options();
[[nodiscard]] ServeOptions dialog_options();
[[nodiscard]] ServeOptions policy_options();
[[nodiscard]] ServeOptions reputation_options();
[[nodiscard]] ServeOptions certificate_options();
[[nodiscard]] ServeOptions tls_options();
[[nodiscard]] ServeOptions client_certificate_options();
[[nodiscard]] ServeOptions timeout_options();
[[nodiscard]] ServeOptions limit_options();
[[nodiscard]] ServeOptions client_options();
[[nodiscard]] ServeOptions process_options();
[[nodiscard]] ServeOptions watch_options();
[[nodiscard]] ServeOptions log_options();

// The rows of one [[match]].
[[nodiscard]] const std::vector<Option<RuleDraft>>& rule_options();

// How a row of serve_options() is called inside a [tls_policy.NAME]: "min" for "tls.min"; empty when it cannot stand
// there.
[[nodiscard]] std::string policy_key(const Shape& shape);

// The words of TLS versions, for `ehlock send` too.
[[nodiscard]] const Words<tls::Version>& tls_versions();

}  // namespace config
