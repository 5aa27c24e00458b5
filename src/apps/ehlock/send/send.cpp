#include "apps/ehlock/send/send.hpp"

#include <sysexits.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "apps/ehlock/client/transcript.hpp"
#include "apps/ehlock/send/session.hpp"
#include "net/spawn.hpp"

namespace app {
namespace {

int failed(const ClientFault& fault) {
  fmt::print(stderr, "send: {}\n", fault.text);
  return fault.status;
}

struct Run {
  const SendPlan& plan;
  int sessions = 1;
  int status = EX_SOFTWARE;
  net::Loop loop;
};

net::Task<void> perform(Run& run) {
  std::string session_der;
  for (int i = 0; i < run.sessions; ++i) {
    if (i > 0) Transcript(true).noted("a second session, to resume the first one's TLS");
    auto outcome = co_await send_session(run.loop, run.plan, std::move(session_der));
    if (!outcome) {
      run.status = failed(outcome.error());
      co_return;
    }
    run.status = outcome->status;
    session_der = std::move(outcome->session_der);
  }
}

}  // namespace

int send(const config::SendOptions& options) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  const auto plan = plan_sending(options);
  if (!plan) return failed(plan.error());
  Run run{*plan, options.resume ? 2 : 1, EX_SOFTWARE, {}};
  net::spawn(run.loop, perform(run), [](std::string_view what) { fmt::print(stderr, "send: {}\n", what); });
  run.loop.run();
  return run.status;
}

}  // namespace app
