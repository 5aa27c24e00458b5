// PEM files as Postfix's ..._chain_files have them: a private key, its certificate, the rest of the chain, the next
// key; files go on where the one before ends.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "keys/key_process.hpp"

namespace app {

// A key's place, and the certificates behind it.
struct KeyedChain {
  std::string chain_pem;
  keys::KeySource key;
};

// Reads the files (at most 1 MiB each); of the keys only their places are kept. Errors: a file that cannot be read, a
// certificate before any key, a key without certificate.
[[nodiscard]] base::Result<std::vector<KeyedChain>> read_chain_files(const std::vector<std::string>& files);

// The same for one text, which stays in memory with its keys; `origin` names it.
[[nodiscard]] base::Result<std::vector<KeyedChain>> read_chain_text(const std::shared_ptr<const base::Secret>& pem,
                                                                    const std::string& origin);

// The certificates of one text, added to what the texts before gave.
[[nodiscard]] base::Result<void> add_keyed_chains(std::string_view text, const std::string& file,
                                                  std::vector<KeyedChain>& chains);

}  // namespace app
