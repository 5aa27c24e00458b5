#include "apps/tlswrapper/hand_over.hpp"

#include <unistd.h>

#include <utility>

#include "apps/tlswrapper/program_pipes.hpp"
#include "os/packet.hpp"
#include "os/socket.hpp"
#include "session/handoff_wire.hpp"

namespace app {
namespace {

session::HandOver message_of(const WrapperSpec& spec, bool own_program) {
  session::HandOver message;
  message.delayed = spec.options.delayed;
  message.drains = spec.options.delayed && own_program;
  message.proxy = spec.options.proxy;
  message.idle = spec.options.idle;
  message.handshake = spec.options.handshake;
  message.identity = spec.identity;
  return message;
}

std::vector<int> descriptors_of(const WrapperSpec& spec) {
  std::vector<int> all{STDIN_FILENO, STDOUT_FILENO, spec.output.get(), spec.input.get()};
  if (!spec.control) return all;
  all.push_back(spec.control->control.get());
  all.push_back(spec.control->answer.get());
  if (spec.control->input) all.push_back(spec.control->input.get());
  return all;
}

base::Result<os::UniqueFd> offer(const WrapperSpec& spec, const session::HandOver& message) {
  const auto address = os::SocketAddress::unix_path(spec.options.handoff);
  if (!address) return tl::unexpected(address.error());
  auto worker = os::connect_packets(*address);
  if (!worker) return worker;
  const auto sent = os::send_packet(worker->get(), session::encode(message), descriptors_of(spec));
  if (!sent) return tl::unexpected(sent.error());
  return worker;
}

}  // namespace

base::Result<int> hand_over(WrapperSpec& spec, LeveledSink& sink) {
  const auto ends = make_pipes(spec);
  if (!ends) return tl::unexpected(ends.error());
  const auto program = program_of(spec, *ends);
  if (!program) return tl::unexpected(program.error());
  const session::HandOver message = message_of(spec, static_cast<bool>(program->own));
  const auto worker = offer(spec, message);
  if (!worker) return tl::unexpected(worker.error());
  Variables connection = session::environment_of(spec.identity);
  if (message.waits()) {
    // From here on the connection is the worker's: without a handshake there is no program, and the log is there.
    const auto told = os::receive_packet(worker->get());
    if (!told || !*told || (*told)->bytes.empty()) return exit_temporary;
    connection = session::decode_variables((*told)->bytes);
  }
  return become(*program, connection, "", sink);
}

}  // namespace app
