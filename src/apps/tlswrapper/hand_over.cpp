#include "apps/tlswrapper/hand_over.hpp"

#include <unistd.h>

#include <utility>

#include "apps/shared/offer.hpp"
#include "apps/tlswrapper/own_program.hpp"
#include "apps/tlswrapper/program_pipes.hpp"
#include "config/helper_smtp_options.hpp"
#include "os/packet.hpp"
#include "session/handoff_wire.hpp"

namespace app {
namespace {

// The words of the program, where it is our tlswrapper-smtp and does nothing a worker could not do in its place: asks
// no policy service, which the worker may not reach.
std::optional<config::SmtpHelperOptions> mail_of(const WrapperSpec& spec) {
  const std::vector<std::string>& words = spec.options.program;
  if (!spec.options.user.empty() || !is_own_smtp_helper(words.front())) return std::nullopt;
  config::SmtpHelperOptions options;
  const auto read = config::read_smtp_helper_options({words.begin() + 1, words.end()}, options);
  if (!read || options.policy || !options.handoff.empty()) return std::nullopt;
  return options;
}

session::HandOver message_of(const WrapperSpec& spec) {
  session::HandOver message;
  message.delayed = spec.options.delayed;
  message.proxy = spec.options.proxy;
  message.idle = spec.options.idle;
  message.handshake = spec.options.handshake;
  message.identity = spec.identity;
  return message;
}

// What the worker is told, and what this process becomes.
struct Parting {
  session::HandOver message;
  ProgramEnds ends{};
  WaitingProgramSpec program{};
};

base::Result<Parting> part(WrapperSpec& spec) {
  Parting parting{message_of(spec)};
  const auto mail = mail_of(spec);
  if (mail) parting.message.mail = session::HandedMail{mail->session, mail->wait};
  auto ends = make_pipes(spec, parting.message.has_control());
  if (!ends) return tl::unexpected(ends.error());
  parting.ends = std::move(*ends);
  auto program = mail ? program_at(parting.ends, mail->program, mail->user) : program_of(spec, parting.ends);
  if (!program) return tl::unexpected(program.error());
  parting.program = std::move(*program);
  parting.message.drains = parting.message.has_control() && parting.program.own;
  return parting;
}

std::vector<int> descriptors_of(const WrapperSpec& spec) {
  std::vector<int> all{STDIN_FILENO, STDOUT_FILENO, spec.output.get(), spec.input.get()};
  if (!spec.control) return all;
  all.push_back(spec.control->control.get());
  all.push_back(spec.control->answer.get());
  if (spec.control->input) all.push_back(spec.control->input.get());
  return all;
}

}  // namespace

base::Result<int> hand_over(WrapperSpec& spec, LeveledSink& sink) {
  const auto parting = part(spec);
  if (!parting) return tl::unexpected(parting.error());
  const auto worker = offer(spec.options.handoff, parting->message, descriptors_of(spec));
  if (!worker) return tl::unexpected(worker.error());
  Variables connection = session::environment_of(spec.identity);
  if (parting->message.waits()) {
    // From here on the connection is the worker's: without a handshake there is no program, and the log is there.
    const auto told = os::receive_packet(worker->get());
    if (!told || !*told || (*told)->bytes.empty()) return exit_temporary;
    connection = session::decode_variables((*told)->bytes);
  }
  return become(parting->program, connection, "", sink);
}

}  // namespace app
