#include "apps/ehlock/watch/admin.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "apps/ehlock/watch/report.hpp"
#include "base/text.hpp"
#include "log/forms.hpp"
#include "os/socket.hpp"
#include "session/board.hpp"

namespace app {
namespace {

using config::AdminCommand;
using std::chrono::steady_clock;

constexpr int patience_ms = 60'000;  // a reload answers when it is done
constexpr std::size_t longest_answer = 16 << 20;
constexpr int nobody_answers = 3;

// Waits until `fd` is ready; false when nothing happened for too long.
bool await(int fd, short events) {
  pollfd watched{fd, events, 0};
  int ready = 0;
  do ready = ::poll(&watched, 1, patience_ms);
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

base::Result<std::string> read_all(int fd) {
  std::string answer;
  std::array<char, 16384> block{};
  while (answer.size() < longest_answer) {
    if (!await(fd, POLLIN)) return base::fail("no answer within {} s", patience_ms / 1000);
    const ssize_t got = ::recv(fd, block.data(), block.size(), 0);
    if (got == 0) return answer;
    if (got < 0 && errno != EINTR && errno != EAGAIN) return base::fail_errno("admin socket", errno);
    if (got > 0) answer.append(block.data(), static_cast<std::size_t>(got));
  }
  return base::fail("the answer is too long");
}

std::string hint_for(const std::string& path) {
  if (::access(path.c_str(), W_OK) != 0 && errno == EACCES) return "root may ask, and the group of --admin-group";
  return fmt::format("does the service run, with admin = \"unix:{}\"?", path);
}

base::Result<std::string> ask(const AdminCommand& command, const std::string& question) {
  const auto address = os::SocketAddress::unix_path(command.socket);
  if (!address) return tl::unexpected(address.error());
  const auto socket = os::start_connect(*address);
  if (!socket) return base::fail("{}; {}", socket.error().text, hint_for(command.socket));
  const std::string line = question + "\n";
  if (::send(socket->get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) {
    return base::fail_errno(command.socket, errno);
  }
  return read_all(socket->get());
}

int unavailable(const base::Error& error, int status) {
  fmt::print(stderr, "ehlock: {}\n", error.text);
  return status;
}

int show_status(const AdminCommand& command) {
  const auto answer = ask(command, "status");
  if (!answer) return unavailable(answer.error(), nobody_answers);
  const Report report = report_of(decode_rows(*answer));
  const std::int64_t now = session::seconds_now();
  fmt::print("{}", command.json ? json_of(report, now) : text_of(report, now));
  return status_of(report, now);
}

// Waits for a key on the terminal, as long as one view lasts: "q" ends.
bool wants_to_quit(std::chrono::milliseconds view) {
  pollfd keys{STDIN_FILENO, POLLIN, 0};
  const bool is_terminal = ::isatty(STDIN_FILENO) != 0;
  if (::poll(&keys, is_terminal ? 1 : 0, static_cast<int>(view.count())) <= 0) return false;
  std::array<char, 64> line{};
  const ssize_t got = ::read(STDIN_FILENO, line.data(), line.size());
  return got <= 0 || line.front() == 'q';
}

// One view for a pipe; for a terminal one each interval.
int show_top(const AdminCommand& command) {
  constexpr std::string_view home_and_clear = "\x1b[H\x1b[J";
  const bool is_terminal = ::isatty(STDOUT_FILENO) != 0 && !command.json;
  Report before;
  auto before_at = steady_clock::now();
  for (bool first = true;; first = false) {
    const auto answer = ask(command, "status");
    if (!answer) return unavailable(answer.error(), EX_UNAVAILABLE);
    const auto at = steady_clock::now();
    Report report = report_of(decode_rows(*answer));
    const std::int64_t now = session::seconds_now();
    if (command.json) {
      fmt::print("{}", json_of(report, now));
      return EX_OK;
    }
    const std::string rates =
        first ? "" : rates_text(report, before, std::chrono::duration<double>(at - before_at).count());
    if (is_terminal || !first) fmt::print("{}{}{}", is_terminal ? home_and_clear : "", text_of(report, now), rates);
    (void)std::fflush(stdout);
    if (!is_terminal && !first) return EX_OK;
    before = std::move(report);
    before_at = at;
    if (wants_to_quit(command.interval)) return EX_OK;
  }
}

std::string json_of_session(const Row& row) {
  return fmt::format(R"({{"session":"{}","client":"{}","listener":"{}","seconds":{}}})", log::json_escaped(row[1]),
                     log::json_escaped(row[2]), log::json_escaped(row[3]),
                     base::number<std::int64_t>(row[4]).value_or(0));
}

int show_sessions(const AdminCommand& command) {
  const auto answer = ask(command, "sessions");
  if (!answer) return unavailable(answer.error(), EX_UNAVAILABLE);
  std::vector<std::string> objects;
  for (const Row& row : decode_rows(*answer)) {
    if (row.size() != 5 || row[0] != "session") continue;
    if (command.json) {
      objects.push_back(json_of_session(row));
    } else {
      fmt::print("{}  {:<45} {:<24} {:>6} s\n", row[1], row[2], row[3], row[4]);
    }
  }
  if (command.json) fmt::print("[{}]\n", fmt::join(objects, ",\n "));
  return EX_OK;
}

// "ok ..." or "error: ...".
int tell(const AdminCommand& command, const std::string& order) {
  const auto answer = ask(command, order);
  if (!answer) return unavailable(answer.error(), EX_UNAVAILABLE);
  const bool good = answer->starts_with("ok");
  fmt::print(good ? stdout : stderr, "{}", *answer);
  return good ? EX_OK : 1;
}

}  // namespace

int administer(const AdminCommand& command) {
  if (command.what == "status") return show_status(command);
  if (command.what == "top") return show_top(command);
  if (command.what == "sessions") return show_sessions(command);
  if (command.what == "kill") return tell(command, "kill " + command.session);
  if (command.what == "trace") return tell(command, fmt::format("trace {} {}", command.time.count(), command.client));
  return tell(command, command.what);
}

}  // namespace app
