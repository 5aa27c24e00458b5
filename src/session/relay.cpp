#include "session/relay.hpp"

#include "net/stint.hpp"

namespace session {
namespace {

constexpr std::size_t piece = 16384;
constexpr std::chrono::seconds farewell{5};
// For the program to say that TLS begins, once it told the client to begin.
constexpr std::chrono::seconds patience{2};

// A wait that only stop(), pause() or an idle limit ends.
net::Deadline without_end() {
  return net::after(std::chrono::hours(24 * 365));
}

// The first octets of a TLS handshake record (RFC 8446 §5.1).
bool looks_like_handshake(std::string_view octets) {
  constexpr std::string_view beginning("\x16\x03");
  return !octets.empty() && octets.substr(0, 2) == beginning.substr(0, octets.size());
}

}  // namespace

Relay::Relay(net::Loop& loop, Channel& client, net::Stream& other, std::chrono::seconds idle)
    : loop_(loop),
      client_(client),
      other_(other),
      idle_(idle),
      last_(net::Clock::now()),
      changed_(loop),
      released_(loop),
      from_client_(piece),
      from_other_(piece) {}

net::Task<Relay::End> Relay::run() {
  touch();
  const auto broken = [this](std::string_view) { fail(); };
  up_.begin(loop_, from_client(), broken);
  down_.begin(loop_, from_other(), broken);
  while (running_ > 0) {
    const net::Deadline limit = ending() ? net::after(farewell) : last_ + idle_;
    const bool changed = co_await changed_.wait(limit);
    changed_.reset();
    if (changed || net::Clock::now() < limit || net::Clock::now() < last_ + idle_) continue;
    idled_ = !ending();
    stop();
  }
  co_return verdict();
}

Relay::End Relay::verdict() const {
  if (idled_) return End::idle;
  if (stopped_) return End::stopped;
  if (paused_) return End::paused;
  return client_lost_ ? End::client_lost : End::done;
}

void Relay::stop() {
  stopped_ = true;
  client_.stream().interrupt();
  other_.interrupt();
  released_.set();
  changed_.set();
}

void Relay::pause() {
  paused_ = true;
  client_.stream().read_waiter().cancel(net::Direction::read);
  other_.interrupt();
  released_.set();
  changed_.set();
}

void Relay::shorten(std::chrono::seconds idle) {
  idle_ = idle;
  touch();
  changed_.set();
}

std::string_view Relay::held() const {
  return paused_ && looks_like_handshake(from_client_.view()) ? from_client_.view() : std::string_view();
}

void Relay::one_is_over() {
  --running_;
  changed_.set();
}

// A direction ran out of memory: there is no session to go on with.
void Relay::fail() {
  one_is_over();
  stop();
}

// Whether what was read from the other side is all it had to say, as far as that is known already. Where a pause() may
// come, its end is not the client's.
bool Relay::was_its_last() {
  if (holds_ || from_other_.full() || !other_.read_waiter().has_hung_up()) return false;
  const auto more = other_.read_now(from_other_);
  return more == net::Io::end || more == net::Io::lost;
}

net::Task<void> Relay::from_other() {
  bool heard = true;
  net::Stint stint;
  while (heard && !other_ended_ && !ending()) {
    const net::Io got = co_await other_.read(from_other_, without_end());
    other_ended_ = got == net::Io::end || got == net::Io::lost;
    if (got != net::Io::done) break;
    touch();
    other_ended_ = was_its_last();
    if (other_ended_) client_.stream().expect_end();  // one segment, and the client is woken once
    const net::Io sent = co_await client_.write(from_other_.view(), without_end());
    from_other_.clear();
    heard = sent == net::Io::done;
    client_lost_ = client_lost_ || sent == net::Io::lost;
    touch();
    if (stint.is_over()) co_await loop_.sleep_until(net::Clock::now());
  }
  // A client that takes no more: the other side learns it from its next write.
  if (client_lost_) other_.close();
  if (other_ended_ && !ending()) co_await client_.end_writing(net::after(farewell));
  // Nobody is left to answer what the client still says.
  unanswered_ = true;
  client_.stream().read_waiter().cancel(net::Direction::read);
  one_is_over();
}

net::Task<void> Relay::from_client() {
  net::Io got = net::Io::done;
  net::Stint stint;
  while (got == net::Io::done && !ending() && !unanswered_) {
    got = co_await client_.read(from_client_, without_end());
    if (got != net::Io::done) break;
    touch();
    const bool passed = co_await pass_on();
    if (!passed) break;
    from_client_.clear();
    touch();
    if (stint.is_over()) co_await loop_.sleep_until(net::Clock::now());
  }
  client_lost_ = client_lost_ || got == net::Io::lost;
  if (other_ended_ && (got == net::Io::done || got == net::Io::timed_out)) pass_on_the_rest();
  if (!ending() && !deaf_) other_.end_writing();
  one_is_over();
}

// False: the relay ends.
net::Task<bool> Relay::pass_on() {
  if (holds_ && looks_like_handshake(from_client_.view())) {
    (void)co_await released_.wait(net::after(patience));
    if (ending()) co_return false;
  }
  if (deaf_ || !other_.open()) co_return true;
  const net::Io sent = co_await other_.write(from_client_.view(), without_end());
  if (ending()) co_return false;
  deaf_ = sent != net::Io::done;
  co_return true;
}

// What had arrived by the time the other side had no more to say, as far as it takes it; of a client that goes on
// saying more, a stint.
void Relay::pass_on_the_rest() {
  net::Stint stint;
  while (!ending() && !deaf_ && other_.open() && client_.read_present(from_client_) == net::Io::done) {
    deaf_ = other_.write_now(from_client_.view()) != from_client_.size();
    from_client_.clear();
    if (stint.is_over()) break;
  }
}

}  // namespace session
