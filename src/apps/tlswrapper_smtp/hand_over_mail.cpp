#include "apps/tlswrapper_smtp/hand_over_mail.hpp"

#include <unistd.h>

#include "apps/shared/offer.hpp"
#include "apps/tlswrapper_smtp/program_behind.hpp"

namespace app {
namespace {

session::HandOver message_of(const MailSessionSpec& spec) {
  session::HandOver message;
  message.delayed = true;
  message.idle = session::longest_wait;  // it is -T, or the dialog's own limits, that end it
  message.handshake = spec.options.wait.value_or(message.handshake);
  message.mail = session::HandedMail{spec.options.session, spec.options.wait};
  message.identity = spec.identity;
  return message;
}

// As an error only.
base::Result<void> become_program(const MailSessionSpec& spec) {
  // What is in front has the connection, and does TLS if anybody does.
  if (spec.control || spec.identity.tls) return base::fail("--handoff is for whom the super-server starts");
  const auto program = program_behind(spec.options, spec.identity);
  if (!program) return tl::unexpected(program.error());
  const auto worker = offer(spec.options.handoff, message_of(spec),
                            {STDIN_FILENO, STDOUT_FILENO, program->output.get(), program->input.get()});
  if (!worker) return tl::unexpected(worker.error());
  return base::fail("unable to run {}", os::become_program(program->spec).text);
}

}  // namespace

base::Error hand_over_mail(const MailSessionSpec& spec) {
  return become_program(spec).error();
}

}  // namespace app
