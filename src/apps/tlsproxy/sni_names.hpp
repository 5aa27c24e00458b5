// tls_server_sni_maps: which names have certificates of their own. Whole tables are read at the start, before the jail,
// since nothing can be looked up from inside.
#pragma once

#include <string>
#include <vector>

#include "apps/tlsproxy/tls_configuration.hpp"
#include "base/result.hpp"
#include "postfix/main_cf.hpp"

namespace app {

// Names of all tables together; each costs its certificates and its key in memory.
inline constexpr std::size_t most_names = 200;

// The names of "inline:" tables, and what `postmap -s` lists of others (hash, btree, cdb, lmdb, texthash). Tables that
// cannot be listed (regexp, pcre, those of other machines) and names beyond the limit are warnings, and so is a table
// that cannot be read: its names get the default certificates then.
[[nodiscard]] base::Result<std::vector<NameFiles>> sni_names(const postfix::Parameters& parameters,
                                                             std::vector<std::string>& warnings);

}  // namespace app
