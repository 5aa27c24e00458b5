#include "apps/tlswrapper/wrapper_session.hpp"

#include <unistd.h>

#include <memory>
#include <utility>

#include "apps/tlswrapper/certificate_account.hpp"
#include "net/spawn.hpp"
#include "session/proxy_in.hpp"
#include "session/securing.hpp"

namespace app {
namespace {

using session::Relay;

constexpr std::chrono::seconds farewell{5};
// The program has ended, but somebody it left behind keeps its output open.
constexpr std::chrono::seconds after_program{2};

// Everything that lives as long as the process.
struct Wrapper {
  Wrapper(WrapperSpec from, LeveledSink& to)
      : spec(std::move(from)),
        sink(to),
        client(net::Stream(loop, os::UniqueFd(STDIN_FILENO), os::UniqueFd(STDOUT_FILENO))),
        program(loop, std::move(spec.output), std::move(spec.input)),
        watch(loop, spec.program.pid(), std::move(spec.signals)) {}

  net::Loop loop;
  WrapperSpec spec;
  LeveledSink& sink;
  session::Channel client;
  net::Stream program;
  ChildWatch watch;
  Relay* relay = nullptr;  // the present one
  bool terminated = false;
  int exit_status = exit_temporary;
};

void on_terminate(Wrapper& my) {
  my.terminated = true;
  if (my.relay != nullptr) my.relay->stop();
  my.client.stream().interrupt();
}

void on_program_end(Wrapper& my) {
  if (my.relay != nullptr) my.relay->shorten(after_program);
}

log::Journal journal_of(Wrapper& my) {
  return {my.sink, my.spec.identity.session_id, my.spec.identity.text()};
}

// The addresses a PROXY header tells replace those of the connection, whose name belongs to the proxy.
net::Task<bool> learn_identity(Wrapper& my) {
  if (!my.spec.options.proxy) co_return true;
  const net::Deadline deadline = net::after(my.spec.options.handshake);
  const auto told = co_await session::read_proxy_header(my.client.stream(), deadline);
  if (!told || told->nothing_said) {
    my.sink.fatal(told ? "PROXY header: none" : told.error().text);
    co_return false;
  }
  session::ClientIdentity& identity = my.spec.identity;
  identity.client = told->client.value_or(no_address());
  identity.server = told->server.value_or(no_address());
  identity.name = "unknown";
  my.sink.set_client(identity.client.host());
  co_return true;
}

std::unique_ptr<tls::Engine> engine_for(Wrapper& my, std::string_view early) {
  if (!my.spec.keys) {
    my.sink.fatal("no certificate (-f, -d)");
    return nullptr;
  }
  const auto context = my.spec.keys->context(my.spec.options.tls);
  if (!context) {
    my.sink.fatal(context.error().text);
    return nullptr;
  }
  auto engine = context->start();
  return engine->incoming().append(early) ? std::move(engine) : nullptr;
}

// `early`: octets of the client's that were read already.
net::Task<bool> secure(Wrapper& my, std::string_view early) {
  const net::Deadline deadline = net::after(my.spec.options.handshake);
  auto engine = engine_for(my, early);
  if (!engine) co_return false;
  log::Journal journal = journal_of(my);
  const session::Securing whose{my.loop, my.spec.identity, journal};
  const bool done = co_await session::secure(whose, my.client, std::move(engine), deadline);
  co_return done;
}

bool start_program(Wrapper& my) {
  std::string account;
  if (my.spec.options.account_from != config::AccountFrom::nowhere) {
    account = account_in(*my.spec.identity.tls, my.spec.options.account_from);
    if (account.empty()) {
      my.sink.fatal("the client's certificate names no account");
      return false;
    }
  }
  return my.spec.program.go(session::environment_of(my.spec.identity), account);
}

// True: TLS has begun.
net::Task<bool> clear_phase(Wrapper& my) {
  session::ClearPhase phase(my.loop, my.client, my.program, my.spec.options.idle, std::move(*my.spec.control));
  my.relay = &phase.relay();
  const session::ClearPhase::End end = co_await phase.run();
  my.relay = nullptr;
  if (end != session::ClearPhase::End::begin_tls || my.terminated) co_return false;
  co_return co_await secure(my, phase.held());
}

net::Task<void> relay(Wrapper& my) {
  Relay relay(my.loop, my.client, my.program, my.spec.options.idle);
  my.relay = &relay;
  const Relay::End end = co_await relay.run();
  my.relay = nullptr;
  if (end == Relay::End::idle) {
    my.sink.debug("idle for too long");
    co_await my.client.end_writing(net::after(farewell));
  }
}

net::Task<void> converse(Wrapper& my) {
  if (!my.spec.options.delayed) {
    const bool secured = co_await secure(my, {});
    if (!secured || !start_program(my)) co_return;
    co_await relay(my);
    co_return;
  }
  if (!start_program(my)) co_return;
  const bool secured = co_await clear_phase(my);
  if (secured) co_await relay(my);
}

net::Task<void> serve(Wrapper& my) {
  const bool wanted = co_await learn_identity(my);
  if (wanted) co_await converse(my);
  // A program that was not started never is; one that runs sees the end of its input, and takes its time.
  my.spec.program.dismiss();
  my.client.close();
  my.program.close();
  my.exit_status = wanted ? co_await my.watch.exit_status(net::after(std::chrono::hours(24 * 365))) : exit_usage;
  my.loop.stop();
}

}  // namespace

int run_wrapper(WrapperSpec spec, LeveledSink& sink) {
  Wrapper my(std::move(spec), sink);
  const auto jailed = os::enter_jail(my.spec.jail);
  if (!jailed) {
    sink.fatal(jailed.error().text);
    ::_exit(exit_temporary);
  }
  for (const auto& line : jailed->left_out) sink.debug(line);
  const auto broken = [&my](std::string_view text) {
    my.sink.fatal(text);
    my.loop.stop();
  };
  net::spawn(my.loop, serve(my), broken);
  net::spawn(my.loop, my.watch.run([&my] { on_program_end(my); }, [&my] { on_terminate(my); }), broken);
  my.loop.run();
  // Nothing is left to tidy up in a process that ends, and the jail forbids some of what tidying does.
  ::_exit(my.exit_status);
}

}  // namespace app
