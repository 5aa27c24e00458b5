// The children of a supervisor: what each keeps of its descriptors, the first words of each, and starting the one that
// holds the private keys.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "keys/key_process.hpp"
#include "os/fd.hpp"
#include "tls/context.hpp"

namespace app {

// In a child: closes what belongs to the supervisor and to its other children. 0, 1 and 2 stay.
void keep_only(std::vector<int> mine);

// The first datagram of a child, waited for; an error that names it when it ended or stayed silent for a minute.
[[nodiscard]] base::Result<std::string> first_words(int fd, std::string_view name);

// A worker's first words: "ready", with what the jail had to leave out, one a line; or "failed", with why.
struct Started {
  bool ready = false;
  std::string text;
};
[[nodiscard]] std::string encode(const Started& started);
[[nodiscard]] std::optional<Started> decode_started(std::string_view bytes);

struct KeyProcessPlan {
  std::string name = "key process";  // as ps shows it
  std::vector<keys::KeySource> sources;
  std::vector<int> askers;  // the key process's ends; they stay the caller's as well
  std::string jail;
  os::User user;
  bool dies_with_parent = true;
};

struct KeyProcess {
  pid_t pid = 0;
  os::UniqueFd report;  // the key process ends when every copy of this was closed
};

// Forks it; it reads its files with the rights there are, then goes to jail.
[[nodiscard]] base::Result<KeyProcess> start_key_process(const KeyProcessPlan& plan);

// Waits until it has loaded: the public halves in the order of the sources, or why not.
[[nodiscard]] base::Result<std::vector<std::string>> loaded_keys(const os::UniqueFd& report, std::string_view name);

// A chain whose private key is the key process's.
struct ChainWithKey {
  std::string chain_pem;
  std::string public_der;
  std::string origin;
  std::optional<std::vector<std::string>> names = {};  // as in tls::Identity
};

// In a process without keys: chain N with key N of the key process.
[[nodiscard]] base::Result<std::vector<tls::Identity>> identities_of(const std::vector<ChainWithKey>& chains);

}  // namespace app
