#include "session/clear_phase.hpp"

#include <unistd.h>

#include <array>
#include <utility>

namespace session {
namespace {

// More than any reply to STARTTLS.
constexpr std::size_t longest_text = 4096;
// For the program to finish what it says on the control pipe, and for the client to take its last words in clear.
constexpr std::chrono::seconds patience{30};
constexpr std::string_view zero_octet("\0", 1);

net::Deadline without_end() {
  return net::after(std::chrono::hours(24 * 365));
}

}  // namespace

ClearPhase::ClearPhase(net::Loop& loop, Channel& client, net::Stream& program, std::chrono::seconds idle,
                       ControlEnds ends)
    : loop_(loop),
      client_(client),
      program_(program),
      control_(loop, std::move(ends.control)),
      answer_(loop, std::move(ends.answer)),
      input_(std::move(ends.input)),
      said_(longest_text),
      watched_(loop),
      relay_(loop, client, program, idle) {
  relay_.hold_handshakes();
}

net::Task<ClearPhase::End> ClearPhase::run() {
  watch_.begin(loop_, watch_control(), [this](std::string_view) {
    relay_.stop();
    watched_.set();
  });
  const Relay::End end = co_await relay_.run();
  control_.interrupt();
  (void)co_await watched_.wait(without_end());
  if (end != Relay::End::paused) co_return End::over;
  bool switched = false;
  if (wish_ == Wish::by_text) switched = co_await switch_by_text();
  if (wish_ == Wish::by_octet) switched = co_await switch_by_octet();
  input_.reset();  // or the program could not stop listening unnoticed
  co_return switched ? End::begin_tls : End::over;
}

net::Task<void> ClearPhase::watch_control() {
  wish_ = co_await read_wish();
  // While the text is not whole nothing else of the program may reach the client: it belongs inside TLS.
  if (wish_ == Wish::by_text || wish_ == Wish::by_octet) relay_.pause();
  if (wish_ == Wish::broken) relay_.stop();
  watched_.set();
}

net::Task<ClearPhase::Wish> ClearPhase::read_wish() {
  const net::Io got = co_await control_.read(said_, without_end());
  if (got != net::Io::done) co_return Wish::none;
  if (said_.view() == zero_octet) co_return Wish::by_octet;
  co_return said_.view().front() == '\0' ? Wish::broken : Wish::by_text;
}

net::Task<bool> ClearPhase::switch_by_text() {
  const net::Deadline deadline = net::after(patience);
  net::Io got = net::Io::done;
  while (got == net::Io::done && !said_.full()) got = co_await control_.read(said_, deadline);
  if (got != net::Io::end) co_return false;
  empty_input();
  const net::Io sent = co_await client_.write(said_.view(), deadline);
  co_return sent == net::Io::done;
}

// What the program said before its octet is in the pipe: it comes first.
net::Task<bool> ClearPhase::switch_by_octet() {
  const net::Deadline deadline = net::after(patience);
  base::Buffer words(16384);
  while (program_.read_present(words) == net::Io::done) {
    const net::Io sent = co_await client_.write(words.view(), deadline);
    if (sent != net::Io::done) co_return false;
    words.clear();
  }
  empty_input();
  const net::Io told = co_await answer_.write(zero_octet, deadline);
  answer_.close();
  co_return told == net::Io::done;
}

// Clear octets that the program was sent and has not read must not be read by it after the switch (CVE-2011-0411). It
// waits for the switch and reads nothing now.
void ClearPhase::empty_input() {
  std::array<char, 4096> clear{};
  while (input_ && ::read(input_.get(), clear.data(), clear.size()) > 0) {
  }
}

}  // namespace session
