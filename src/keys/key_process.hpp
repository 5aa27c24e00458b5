// The key process: the only one that holds private keys. Reads their files with the rights it starts with, jails
// itself, parses, then answers requests to sign and nothing else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "os/fd.hpp"
#include "os/jail.hpp"
#include "tls/library.hpp"

namespace keys {

struct KeySource {
  std::string path;                              // PEM; a file with chain and key together is fine
  std::size_t which = 0;                         // of the private keys in it
  bool others_may_read = false;                  // else a file with such a mode is refused
  std::shared_ptr<const base::Secret> pem = {};  // the same text, where it is in no file; `path` names it then
};

struct KeyProcessSpec {
  std::vector<KeySource> sources;    // key N is the N-th
  os::UniqueFd report;               // SOCK_SEQPACKET to the supervisor: LoadReports, then silence; its end = exit
  std::vector<os::UniqueFd> askers;  // SOCK_SEQPACKET, one per network process; shared with sibling key processes
  os::JailSpec jail;
  // OpenSSL starts and the keys are parsed only after one octet came on `report`: most connections of a helper never
  // need them.
  bool parse_when_asked = false;
  tls::Algorithms algorithms = tls::Algorithms::all;  // `advised` has all that keys sign with; OpenSSL is fresh then
  std::string slow_name = "slow signatures";          // what the process of the slow lane is called
  std::vector<base::Secret> contents = {};  // of all sources, where the caller has read them; else they are read here
};

// Runs until `report` is closed by the supervisor. Returns the exit status: 0 then, 1 after a malformed message or when
// the keys could not be loaded. Several processes may serve the same askers: each request is taken by one of them.
// Closes every descriptor but standard error, `report` and the askers, so it belongs into a process of its own. More
// than max_keys sources are a load error. Requests are answered fairly: round robin over askers, and where there are
// RSA keys beside others a second process, a child of this one, makes the RSA signatures (slow_lane.hpp).
[[nodiscard]] int run_key_process(KeyProcessSpec spec);

}  // namespace keys
