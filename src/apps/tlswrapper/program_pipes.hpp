// The pipes between tlswrapper and its program, and what the program is started with.
#pragma once

#include "apps/tlswrapper/wrapper_session.hpp"

namespace app {

// Of the program; what it has open already is refused.
inline constexpr int control_number = 5;

// The ends of pipes that are the program's; they are closed here once it has its own.
struct ProgramEnds {
  os::UniqueFd input, output, control, answer;
};

// The other ends go into `spec`; those by which the program begins TLS only `with_control`.
[[nodiscard]] base::Result<ProgramEnds> make_pipes(WrapperSpec& spec, bool with_control);

// The program of `spec`.
[[nodiscard]] base::Result<WaitingProgramSpec> program_of(const WrapperSpec& spec, const ProgramEnds& ends);

// Any program; `user`: whose it becomes, empty for nobody else's.
[[nodiscard]] base::Result<WaitingProgramSpec> program_at(const ProgramEnds& ends, std::vector<std::string> words,
                                                          const std::string& user);

}  // namespace app
