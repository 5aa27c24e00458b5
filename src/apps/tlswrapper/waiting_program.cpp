#include "apps/tlswrapper/waiting_program.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "apps/shared/child_watch.hpp"
#include "base/text.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"

namespace app {
namespace {

struct Order {
  std::string account;
  Variables connection;
};

// The account, then each variable, with NUL between them: none of them can hold one.
std::string encode(const Variables& connection, std::string_view account) {
  std::string order(account);
  for (const auto& variable : connection) order.append(1, '\0').append(variable);
  return order.append(1, '\0');
}

Order decode(std::string_view text) {
  const auto parts = base::split(text.substr(0, text.size() - 1), '\0');
  return {std::string(parts.front()), Variables(parts.begin() + 1, parts.end())};
}

// Nothing: the other end was closed.
std::optional<Order> await_order(int fd) {
  const auto packet = os::receive_packet(fd);
  if (!packet || !*packet || (*packet)->bytes.empty()) return std::nullopt;
  return decode((*packet)->bytes);
}

base::Result<std::optional<Account>> account_for(const WaitingProgramSpec& spec, const std::string& told) {
  if (!spec.account_is_told) return spec.account;
  auto account = find_account(told);
  if (!account) return tl::unexpected(account.error());
  if (spec.account && spec.account->user.uid != account->user.uid) {
    return base::fail("the certificate's account {} is not that of -u", base::escaped(told));
  }
  return std::optional(std::move(*account));
}

int be_own(const WaitingProgramSpec& spec, const os::ProgramSpec& program, LeveledSink& sink) {
  if (const auto done = os::become_program_in_place(program); !done) {
    sink.fatal(done.error().text);
    return exit_temporary;
  }
  os::name_process(std::filesystem::path(spec.arguments.front()).filename().string());
  return spec.own(std::vector<std::string>(spec.arguments.begin() + 1, spec.arguments.end()));
}

// Returns only when there is no program to be.
int wait_and_become(const WaitingProgramSpec& spec, int order, LeveledSink& sink) {
  const auto told = await_order(order);
  return told ? become(spec, told->connection, told->account, sink) : exit_temporary;
}

}  // namespace

int become(const WaitingProgramSpec& spec, const Variables& connection, const std::string& told, LeveledSink& sink) {
  os::ProgramSpec program;
  program.arguments = spec.arguments;
  program.descriptors = spec.descriptors;
  program.inherits = true;
  program.environment = replace_connection(own_environment(), connection);
  const auto account = account_for(spec, told);
  if (!account) {
    sink.fatal(account.error().text);
    return exit_temporary;
  }
  if (*account) start_as(**account, program);
  if (spec.own && !*account) return be_own(spec, program, sink);
  sink.fatal("unable to run " + os::become_program(program).text);
  return exit_temporary;
}

base::Result<WaitingProgram> WaitingProgram::start(const WaitingProgramSpec& spec, LeveledSink& sink) {
  auto order = os::make_socket_pair(SOCK_SEQPACKET);
  if (!order) return tl::unexpected(order.error());
  const auto role = [&] {
    std::vector<int> keep{STDERR_FILENO, order->second.get()};
    for (const auto& [number, ours] : spec.descriptors) keep.push_back(ours);
    os::close_all_but(keep.data(), static_cast<int>(keep.size()));
    return wait_and_become(spec, order->second.get(), sink);
  };
  const auto pid = os::fork_role(role, false);
  if (!pid) return tl::unexpected(pid.error());
  WaitingProgram made;
  made.pid_ = *pid;
  made.order_ = std::move(order->first);
  return made;
}

bool WaitingProgram::go(const Variables& connection, std::string_view account) {
  const auto sent = os::send_packet(order_.get(), encode(connection, account));
  order_.reset();
  return sent && *sent;
}

}  // namespace app
