#include "apps/tlsproxy/shared_sessions.hpp"

#include <algorithm>
#include <utility>

#include "tls/library.hpp"

namespace app {
namespace {

constexpr std::chrono::seconds look_at_keys_each{30};
constexpr std::size_t most_keys = 3;  // the one in use, the one before, and one of a clock that differs

std::int64_t now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

std::string_view name_of(const postfix::SharedTicketKey& key) {
  return key.material.reveal().substr(0, postfix::ticket_key_name_size);
}

}  // namespace

SharedSessions::SharedSessions(net::Loop& loop, TlsmgrClient& client, SharedSessionsPlan plan)
    : loop_(loop), client_(client), plan_(std::move(plan)), ring_(std::make_shared<tls::TicketRing>()) {}

bool SharedSessions::can_seal() const {
  return !keys_.empty() && keys_.front().expiry > now();
}

void SharedSessions::add(postfix::SharedTicketKey key) {
  std::erase_if(keys_, [&](const auto& one) { return name_of(one) == name_of(key); });
  keys_.push_back(std::move(key));
  std::sort(keys_.begin(), keys_.end(), [](const auto& a, const auto& b) { return a.expiry > b.expiry; });
  if (keys_.size() > most_keys) keys_.resize(most_keys);
  fill_ring();
}

// The first of the ring seals: one without material where none may any more.
void SharedSessions::fill_ring() {
  std::erase_if(keys_, [&](const auto& one) { return one.expiry + plan_.timeout.count() <= now(); });
  std::vector<tls::TicketKey> ring;
  if (!can_seal()) ring.push_back({});
  for (const auto& key : keys_) ring.push_back({key.expiry, key.material.copy()});
  ring_->replace(std::move(ring));
}

net::Task<void> SharedSessions::keep_keys() {
  while (plan_.tickets) {
    if (!can_seal()) {
      fill_ring();
      const auto reply = co_await client_.ask(postfix::ask_ticket_key({}));
      auto key = reply ? postfix::ticket_key_in(*reply) : std::nullopt;
      if (key) add(std::move(*key));
    }
    const std::int64_t left = can_seal() ? keys_.front().expiry - now() : 0;
    const auto pause = left > 0 ? std::min(std::chrono::seconds(left), look_at_keys_each) : look_at_keys_each;
    co_await loop_.sleep_until(net::after(pause));
  }
}

net::Task<std::string> SharedSessions::recall(tls::RecallRequest request, std::string service) {
  if (request.kind == tls::Remembered::session) {
    const std::string id = postfix::session_cache_id(request.name, service, tls::library_number());
    const auto reply = co_await client_.ask(postfix::ask_session(plan_.cache_type, id));
    co_return reply ? postfix::session_in(*reply).value_or("") : "";
  }
  const auto reply = co_await client_.ask(postfix::ask_ticket_key(request.name));
  auto key = reply ? postfix::ticket_key_in(*reply) : std::nullopt;
  const bool wanted = key && name_of(*key) == request.name && key->expiry + plan_.timeout.count() > now();
  if (wanted) add(std::move(*key));
  co_return std::string();
}

void SharedSessions::remember(const std::vector<tls::NewSession>& sessions, std::string_view service) {
  for (const tls::NewSession& one : sessions) {
    const std::string id = postfix::session_cache_id(one.id, service, tls::library_number());
    client_.tell(postfix::store_session(plan_.cache_type, id, one.der));
  }
}

}  // namespace app
