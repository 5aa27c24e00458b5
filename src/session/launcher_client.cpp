#include "session/launcher_client.hpp"

#include <utility>

#include "session/launch_wire.hpp"

namespace session {
namespace {

std::optional<std::uint64_t> number_of(std::string_view bytes) {
  const auto answer = decode_launch_answer(bytes);
  if (!answer) return std::nullopt;
  return answer->number;
}

}  // namespace

LauncherClient::LauncherClient(net::Loop& loop, os::UniqueFd channel, std::uint64_t first_number)
    : correspondent_(loop, std::move(channel), number_of, first_number) {}

net::Task<base::Result<Launched>> LauncherClient::launch(LaunchTarget target, std::vector<std::string> environment,
                                                         net::Deadline deadline) {
  const std::uint64_t number = correspondent_.next_number();
  std::string question = encode(LaunchRequest{number, target, std::move(environment)});
  Correspondent::Message farewell{encode(LaunchRelease{number})};
  auto packet = co_await correspondent_.ask(number, std::move(question), deadline);
  if (!packet) {
    release(std::move(farewell));  // it may still be started after we gave up
    co_return base::fail("the launcher gave no answer");
  }
  const auto answer = decode_launch_answer(packet->bytes);
  if (!answer->fault.empty()) co_return base::fail("{}", answer->fault);
  if (packet->fds.size() != 1) co_return base::fail("the launcher passed no descriptor");
  co_return Launched{std::move(packet->fds.front()), std::move(farewell)};
}

}  // namespace session
