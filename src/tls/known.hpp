// What this OpenSSL knows: asked before a value of a configuration is relied on, so that a wrong one can be named.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tls {

// A group for key exchange, by OpenSSL's name.
[[nodiscard]] bool knows_group(const std::string& name);

// A digest for fingerprints.
[[nodiscard]] bool knows_digest(const std::string& name);

[[nodiscard]] bool are_dh_parameters(std::string_view pem);

// Where OpenSSL was built to look for authorities.
[[nodiscard]] std::string default_authorities_file();
[[nodiscard]] std::string default_authorities_folder();

// Of the first certificate in `pem`, as "AB:CD:...".
struct Fingerprints {
  std::string certificate;
  std::string public_key;
};
[[nodiscard]] base::Result<Fingerprints> fingerprints(std::string_view pem, const std::string& digest);

}  // namespace tls
