#include "session/resolver_client.hpp"

#include <utility>

#include "session/launch_wire.hpp"

namespace session {
namespace {

std::optional<std::uint64_t> number_of(std::string_view bytes) {
  const auto answer = decode_name_answer(bytes);
  if (!answer) return std::nullopt;
  return answer->number;
}

}  // namespace

ResolverClient::ResolverClient(net::Loop& loop, os::UniqueFd channel, std::uint64_t first_number)
    : correspondent_(loop, std::move(channel), number_of, first_number) {}

net::Task<os::ReverseName> ResolverClient::look_up(os::SocketAddress client, net::Deadline deadline) {
  os::ReverseName name;
  const std::uint64_t number = correspondent_.next_number();
  const NameRequest request{number, client.host()};
  std::string question = encode(request);
  auto packet = co_await correspondent_.ask(number, std::move(question), deadline);
  if (!packet) co_return name;
  const auto answer = decode_name_answer(packet->bytes);
  // The process that answers has read what strangers wrote: it is not believed in everything.
  if (os::is_host_name(answer->verified)) name.verified = answer->verified;
  if (os::is_host_name(answer->claimed)) name.claimed = answer->claimed;
  co_return name;
}

}  // namespace session
