#include "apps/tlswrapper_smtp/control_descriptors.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string_view>

#include "base/text.hpp"

namespace app {
namespace {

constexpr int control_number = 5;
constexpr int answer_number = 6;

bool is_channel(int fd, int wanted_access) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))) return false;
  const int access = ::fcntl(fd, F_GETFL) & O_ACCMODE;
  return access == wanted_access || access == O_RDWR;
}

os::UniqueFd taken(int fd) {
  (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return os::UniqueFd(fd);
}

int number_in(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? -1 : base::number<int>(value).value_or(-1);
}

std::optional<session::ControlPipes> ucspi_descriptors() {
  const int control = number_in("SSLCTLFD");
  const int readable = number_in("SSLREADFD");
  const int writable = number_in("SSLWRITEFD");
  if (control < 0 || readable < 0 || writable < 0 || readable == writable) return std::nullopt;
  if (!is_channel(control, O_WRONLY) || !is_channel(readable, O_RDONLY) || !is_channel(writable, O_WRONLY)) {
    return std::nullopt;
  }
  const bool tells = is_channel(control, O_RDWR);
  return session::ControlPipes{
      session::ControlWay::ucspi, false, taken(control), {}, taken(readable), taken(writable), tells};
}

}  // namespace

std::optional<session::ControlPipes> find_control_pipes() {
  if (auto ucspi = ucspi_descriptors()) return ucspi;
  if (!is_channel(control_number, O_WRONLY)) return std::nullopt;
  session::ControlPipes pipes;
  pipes.way = session::ControlWay::text;
  pipes.control = taken(control_number);
  if (!is_channel(answer_number, O_RDONLY)) return pipes;
  pipes.way = session::ControlWay::byte;
  const char* told = std::getenv("TLSWRAPPER_CONTROL");
  pipes.drained = told != nullptr && std::string_view(told) == "drained";
  pipes.answer = taken(answer_number);
  return pipes;
}

}  // namespace app
