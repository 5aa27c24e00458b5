#include "apps/ehlock/serve/handed_mail.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "apps/ehlock/serve/dialog_sums.hpp"
#include "apps/ehlock/serve/known_session.hpp"
#include "apps/shared/program_mail.hpp"
#include "net/spawn.hpp"
#include "session/converse.hpp"
#include "session/in_process_tls.hpp"

namespace app {
namespace {

constexpr std::chrono::seconds farewell{5};

// tlswrapper's -t is about a client that says nothing; the program may take its time.
session::Limits limits_of(const session::HandOver& order) {
  session::Limits limits = limits_before_program(order.mail->wait);
  limits.command = std::min(limits.command, order.idle);
  limits.data = std::min(limits.data, order.idle);
  limits.handshake = order.handshake;
  return limits;
}

struct Mail {
  explicit Mail(Handed& from)
      : handed(from),
        limits(limits_of(from.order)),
        client(std::move(from.client)),
        program(std::move(from.program)),
        tls({from.service.loop, context_for(from), from.service.signer, limits, *from.service.spec.board,
             from.service.facts, from.entrance.name},
            from.order.identity, *from.visit, *from.journal) {}

  Handed& handed;
  session::Limits limits;
  session::ClientSide client;
  OnlyProgram program;
  session::InProcessTls tls;
  session::NoPolicy nobody;
  session::Drain drain;  // of this session
  net::Aside end;
};

// -t of tlswrapper-smtp: an idle client is told, one in the middle of something gets a moment more, then it is over.
net::Task<void> end_at(Mail& my, net::Deadline deadline) {
  co_await my.handed.service.loop.sleep_until(deadline);
  my.drain.begin();
  co_await my.handed.service.loop.sleep_until(net::after(farewell));
  my.client.channel().stream().cut();
}

// Without -n.
net::Task<bool> secure_at_once(Mail& my) {
  const session::Secured done = co_await my.tls.start(my.client);
  if (done.result == smtp::TlsResult::secured) co_return true;
  my.handed.end.outcome = outcome_without(done.result);
  co_return false;
}

net::Task<void> talk(Mail& my) {
  Handed& handed = my.handed;
  Service& service = handed.service;
  session::ClientIdentity& identity = handed.order.identity;
  const session::Drain::Watch of_all(service.drain, [&my] { my.drain.begin(); });
  if (const auto limit = handed.order.mail->session; limit) {
    my.end.begin(service.loop, end_at(my, net::after(*limit)),
                 [&handed](std::string_view text) { handed.journal->warning(text); });
  }
  smtp::Dialog dialog(dialog_before_program(service.spec.dialog.name, handed.order.delayed), start_for(identity));
  const session::Parts parts{my.client, my.program, my.tls,
                             my.nobody, identity,   *handed.journal,
                             my.drain,  my.limits,  is_traced(service, identity)};
  co_await session::converse(parts, dialog);
  my.end.end();
  handed.end = sum_up(service, handed.entrance, dialog, my.client.channel());
}

}  // namespace

net::Task<void> converse_mail(Handed& handed) {
  Mail my(handed);
  const Known listed(handed.service, handed.order.identity, handed.entrance.name, my.client.channel().stream());
  bool ready = true;
  if (!handed.order.delayed) ready = co_await secure_at_once(my);
  if (ready && start_program(handed)) {
    co_await talk(my);
    co_return;
  }
  handed.service.spec.board->tallies.add({"sessions", handed.entrance.name, handed.end.outcome});
}

}  // namespace app
