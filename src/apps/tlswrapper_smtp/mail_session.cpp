#include "apps/tlswrapper_smtp/mail_session.hpp"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "apps/shared/program_mail.hpp"
#include "net/spawn.hpp"
#include "session/converse.hpp"
#include "session/policy_client.hpp"

namespace app {
namespace {

constexpr std::chrono::seconds farewell{5};

// No way to be secured: STARTTLS is not offered, so this is never asked.
class NoTls final : public session::TlsStarter {
 public:
  [[nodiscard]] net::Task<session::Secured> start(session::ClientSide&) override { co_return session::Secured{}; }
};

smtp::DialogSettings settings_of(const MailSessionSpec& spec) {
  smtp::DialogSettings settings = dialog_before_program(spec.name, spec.control.has_value());
  if (!spec.policy.empty()) settings.policy_stages = {smtp::PolicyStage::rcpt};
  return settings;
}

std::unique_ptr<session::ControlPipeTls> starter_for(net::Loop& loop, MailSessionSpec& spec, log::Journal& journal,
                                                     const session::Limits& limits) {
  if (!spec.control) return nullptr;
  return std::make_unique<session::ControlPipeTls>(loop, std::move(*spec.control), journal, limits);
}

// Everything that lives as long as the process.
struct MailSession {
  MailSession(MailSessionSpec from, LeveledSink& sink)
      : spec(std::move(from)),
        limits(limits_before_program(spec.options.wait)),
        journal(sink, spec.identity.session_id, spec.identity.text()),
        client(session::Channel(net::Stream(loop, os::UniqueFd(STDIN_FILENO), os::UniqueFd(STDOUT_FILENO)))),
        program(net::Stream(loop, std::move(spec.program.output), std::move(spec.program.input))),
        connector(spec.connector ? std::make_unique<session::LauncherClient>(loop, std::move(spec.connector), 1)
                                 : nullptr),
        asker(
            loop,
            {spec.policy, connector.get(),
             spec.options.policy_closed ? session::PolicyFail::closed : session::PolicyFail::open, policy::Form::full},
            limits),
        watch(loop, spec.program.pid, std::move(spec.signals)),
        dialog(settings_of(spec), start_for(spec.identity)),
        can_be_told(spec.control && spec.control->drained),
        tls(starter_for(loop, spec, journal, limits)) {}

  net::Loop loop;
  MailSessionSpec spec;
  session::Limits limits;
  log::Journal journal;
  session::ClientSide client;
  OnlyProgram program;
  std::unique_ptr<session::LauncherClient> connector;
  session::PolicyClient asker;
  session::NoPolicy nobody;
  std::optional<session::ServicePolicy> policy;
  session::Drain drain;
  ChildWatch watch;
  smtp::Dialog dialog;
  bool can_be_told;  // by our own tlswrapper, or who has its connection
  std::unique_ptr<session::ControlPipeTls> tls;
  NoTls no_tls;
  int exit_status = exit_temporary;
};

session::PolicyCheck& policy_of(MailSession& my) {
  if (my.spec.policy.empty()) return my.nobody;
  return my.policy.emplace(my.asker, my.spec.identity, my.journal);
}

session::TlsStarter& starter(MailSession& my) {
  return my.tls ? static_cast<session::TlsStarter&>(*my.tls) : my.no_tls;
}

net::Task<void> talk(MailSession& my) {
  my.journal.connected(my.spec.identity.server.text());
  session::PolicyCheck& policy = policy_of(my);
  co_await session::converse(
      {my.client, my.program, starter(my), policy, my.spec.identity, my.journal, my.drain, my.limits}, my.dialog);
  my.journal.disconnected({my.dialog.counts(), std::string(smtp::text_of(my.dialog.outcome())),
                           my.client.channel().received(), my.client.channel().sent()});
  const bool unasked = my.spec.options.policy_closed && my.policy && my.policy->was_unavailable();
  if (my.dialog.outcome() == smtp::Outcome::quit && !unasked) {
    my.exit_status = co_await my.watch.exit_status(net::after(my.limits.reply));
  }
  my.loop.stop();
}

// -t: an idle client is told, one in the middle of something gets a moment more, then it is over.
net::Task<void> end_at(MailSession& my, net::Deadline deadline) {
  co_await my.loop.sleep_until(deadline);
  my.drain.begin();
  co_await my.loop.sleep_until(net::after(farewell));
  my.loop.stop();
}

void start_tasks(MailSession& my, LeveledSink& sink) {
  const auto broken = [&my, &sink](std::string_view text) {
    sink.fatal(text);
    my.loop.stop();
  };
  if (my.connector) my.connector->correspondent().start(broken);
  if (my.can_be_told) net::spawn(my.loop, my.tls->listen([&my] { my.drain.begin(); }), broken);
  net::spawn(my.loop, talk(my), broken);
  net::spawn(my.loop, my.watch.run([] {}, [&my] { my.drain.begin(); }), broken);
  if (my.spec.options.session) net::spawn(my.loop, end_at(my, net::after(*my.spec.options.session)), broken);
}

}  // namespace

int run_mail_session(MailSessionSpec spec, LeveledSink& sink) {
  MailSession my(std::move(spec), sink);
  const auto jailed = os::enter_jail(my.spec.jail);
  if (!jailed) {
    sink.fatal(jailed.error().text);
    ::_exit(exit_temporary);
  }
  for (const auto& line : jailed->left_out) sink.debug(line);
  start_tasks(my, sink);
  my.loop.run();
  // Nothing is left to tidy up in a process that ends, and the jail forbids some of what tidying does.
  ::_exit(my.exit_status);
}

}  // namespace app
