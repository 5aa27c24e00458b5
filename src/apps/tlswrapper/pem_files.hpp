// The files of -f and -d, read once, before the jail. The network process keeps the certificates only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/helper_wrapper_options.hpp"

namespace app {

struct PemFile {
  std::string path;
  base::Secret content;            // for the key process
  std::string chain;               // its certificates, nothing else
  std::vector<std::string> names;  // the server names it is for; none: for every client whose name nothing else has
};

// First those of -f, in their order: the choice for clients without a (known) name. Then one for each file of the -d
// directories that is named as a host is (in any case; so none that begins with a dot, threat 37), in the order of the
// names. Errors: a file that cannot be read or that others may read.
[[nodiscard]] base::Result<std::vector<PemFile>> read_pem_files(const std::vector<config::PemPlace>& places);

// The certificate blocks of a PEM text, as they are.
[[nodiscard]] std::string certificates_in(std::string_view pem);

}  // namespace app
