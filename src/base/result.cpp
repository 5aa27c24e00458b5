#include "base/result.hpp"

#include <system_error>

namespace base {

tl::unexpected<Error> fail_errno(std::string_view what, int error_number) {
  return fail("{}: {}", what, std::generic_category().message(error_number));
}

}  // namespace base
