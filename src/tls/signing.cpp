// Signatures by keys that live elsewhere: OpenSSL calls down from the handshake into the provider, which has no way to
// know the connection. So the Engine leaves its desk where this thread finds it for as long as it calls OpenSSL.
#include "tls/signing.hpp"

#include <utility>

#include <openssl/async.h>

#include "tls/signing_desk.hpp"

namespace tls {
namespace {

SigningDesk*& desk_at_work() {
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): OpenSSL hands no context down to a provider
  static thread_local SigningDesk* desk = nullptr;
  return desk;
}

BlockingSigner& blocking_signer() {
  static BlockingSigner signer;
  return signer;
}

std::optional<std::string> wait_at(SigningDesk& desk, const SignatureRequest& request) {
  desk.request = request;
  desk.answered = false;
  desk.waiting = true;
  // Returns when Engine::handshake() goes on, which it does only after an answer.
  const bool paused = ASYNC_pause_job() == 1;
  desk.waiting = false;
  desk.request = {};
  auto answer = paused && desk.answered ? std::exchange(desk.answer, std::nullopt) : std::nullopt;
  desk.refused = desk.refused || !answer;
  return answer;
}

}  // namespace

AtWork::AtWork(SigningDesk& desk) : before_(std::exchange(desk_at_work(), &desk)) {}

AtWork::~AtWork() {
  desk_at_work() = before_;
}

bool has_blocking_signer() {
  return static_cast<bool>(blocking_signer());
}

void set_blocking_signer(BlockingSigner signer) {
  blocking_signer() = std::move(signer);
}

std::optional<std::string> ask_for_signature(const SignatureRequest& request) {
  SigningDesk* desk = desk_at_work();
  if (desk != nullptr && ASYNC_get_current_job() != nullptr) return wait_at(*desk, request);
  if (!has_blocking_signer()) return std::nullopt;
  auto answer = blocking_signer()(request);
  if (desk != nullptr) desk->refused = desk->refused || !answer;
  return answer;
}

}  // namespace tls
