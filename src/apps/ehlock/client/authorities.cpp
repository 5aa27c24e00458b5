#include "apps/ehlock/client/authorities.hpp"

#include <sysexits.h>

#include "os/files.hpp"

namespace app {
namespace {

constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";
constexpr std::size_t largest_authorities = std::size_t{16} << 20U;

}  // namespace

ClientResult<std::string> read_authorities(const std::string& file) {
  auto text = os::read_file(file.empty() ? system_authorities : file, largest_authorities);
  if (!text) return tl::unexpected(ClientFault{EX_NOINPUT, text.error().text});
  return std::move(*text);
}

}  // namespace app
