// The options of tlswrapper(1), read into values. Files are looked at when their option is met: one that is missing or
// not regular is a fault then.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tls/settings.hpp"

namespace config {

inline constexpr const char* wrapper_usage =
    "usage: tlswrapper [-qQvnNsS] [-t sec] [-T sec] [-m ver] [-M ver] [-c cipher] [-e group] [-f file] [-d dir] "
    "[-a file] [-U object] [-u user] [-p ver] [-J dir] [-j user] "
    "[--handoff socket] prog";

struct PemPlace {
  std::string path;
  bool is_directory = false;  // -d: one file for each server name
};

enum class AccountFrom { nowhere, common_name, email_address };

struct WrapperOptions {
  int verbosity = 1;
  std::vector<PemPlace> places;  // in the order given
  std::string authorities;       // -a
  AccountFrom account_from = AccountFrom::nowhere;
  std::string user;      // -u
  bool delayed = false;  // -n: the program asks for TLS
  bool proxy = false;    // -p: a PROXY header comes first
  std::chrono::seconds idle{60};
  std::chrono::seconds handshake{30};
  tls::ServerSettings tls;  // without the authorities
  std::string jail = "/var/lib/tlswrapper/empty";
  std::string jail_user;
  std::string handoff;  // a UNIX socket's path; empty: this process does it all
  std::vector<std::string> program;
};

// `into` holds what was read so far also when a later word is at fault (its verbosity counts then). Errors as of
// read_letters().
[[nodiscard]] base::Result<void> read_wrapper_options(const std::vector<std::string>& words, WrapperOptions& into);

}  // namespace config
