// WaitingProgram: the program's process, made before the jail, that becomes the program when it is told to (after the
// handshake, say), or ends without having been it. What the jailed process may tell it is small: variables that
// describe the connection, and with -U the name of an account.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/shared/account.hpp"
#include "apps/shared/leveled_sink.hpp"
#include "apps/shared/ucspi.hpp"

namespace app {

struct WaitingProgramSpec {
  std::vector<std::string> arguments;
  std::vector<std::pair<int, int>> descriptors;  // the program's number -> ours
  std::optional<Account> account;                // -u
  bool account_is_told = false;                  // -U: go() names one
  // The program, where it is a part of ours: called with the words behind its name, unless it has an account of its
  // own.
  std::function<int(const std::vector<std::string>&)> own;
};

// This process becomes the program; returns (with an exit status) when that failed, which `sink` tells, or when the
// program is `own` and has ended. `told`: -U's account, else empty.
[[nodiscard]] int become(const WaitingProgramSpec& spec, const Variables& connection, const std::string& told,
                         LeveledSink& sink);

class WaitingProgram {
 public:
  // Forks. `sink` tells why the program cannot be run.
  [[nodiscard]] static base::Result<WaitingProgram> start(const WaitingProgramSpec& spec, LeveledSink& sink);

  [[nodiscard]] pid_t pid() const { return pid_; }

  // `account`: empty without -U. False: it has gone.
  [[nodiscard]] bool go(const Variables& connection, std::string_view account);

  // It will not be needed: it ends with exit_temporary.
  void dismiss() { order_.reset(); }

 private:
  pid_t pid_ = 0;
  os::UniqueFd order_;
};

}  // namespace app
