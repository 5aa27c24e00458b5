#include "session/signer.hpp"

#include <utility>

#include "keys/wire.hpp"

namespace session {
namespace {

std::optional<std::uint64_t> number_of(std::string_view bytes) {
  const auto answer = keys::decode_answer(bytes);
  if (!answer) return std::nullopt;
  return answer->id;
}

}  // namespace

Signer::Signer(net::Loop& loop, os::UniqueFd channel, std::uint64_t first_number)
    : correspondent_(loop, std::move(channel), number_of, first_number) {}

net::Task<std::string> Signer::sign(tls::SignatureRequest request, net::Deadline deadline) {
  const std::uint64_t number = correspondent_.next_number();
  std::string question = keys::encode(keys::SignRequest{number, std::move(request)});
  const auto packet = co_await correspondent_.ask(number, std::move(question), deadline);
  if (!packet) co_return std::string();
  auto answer = keys::decode_answer(packet->bytes);
  co_return std::move(answer->signature);
}

}  // namespace session
