// Which Postfix is installed. The messages between its processes carry no version number, so the text of mail_version
// ("3.7.11", "3.12-20260821") is what decides how to speak.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace postfix {

struct Version {
  int major_number = 0;
  int minor_number = 0;
  int patch = 0;
  int snapshot = 0;  // YYYYMMDD, 0 for a release

  // Reads "MAJOR.MINOR[.PATCH][-SNAPSHOT][-anything]".
  [[nodiscard]] static base::Result<Version> parse(std::string_view text);

  // True for releases of this line and later ones; a snapshot belongs to the line it leads to.
  [[nodiscard]] bool at_least(int wanted_major, int wanted_minor, int wanted_patch = 0) const;
};

}  // namespace postfix
