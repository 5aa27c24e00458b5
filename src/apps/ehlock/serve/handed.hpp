// Handed: a connection that tlswrapper handed over, in a worker.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "admission/desk.hpp"
#include "apps/ehlock/serve/service.hpp"
#include "os/packet.hpp"
#include "os/socket.hpp"
#include "session/channel.hpp"
#include "session/clear_phase.hpp"
#include "session/handoff_wire.hpp"

namespace app {

// The descriptors, in the order they come in.
enum Place { client_in, client_out, program_output, program_input, control, answer, input_again };

// Both are one socket, but where the super-server has it otherwise.
[[nodiscard]] inline net::Stream client_of(net::Loop& loop, os::UniqueFd in, os::UniqueFd out) {
  if (os::same_socket(in.get(), out.get())) return {loop, std::move(in)};
  return {loop, std::move(in), std::move(out)};
}

// Everything of one connection that lives as long as its session.
struct Handed {
  Handed(Service& from, const WorkerListener& through, session::HandOver message, std::vector<os::UniqueFd> fds)
      : service(from),
        entrance(through),
        order(std::move(message)),
        client(client_of(service.loop, std::move(fds[client_in]), std::move(fds[client_out]))),
        program(service.loop, std::move(fds[program_output]), std::move(fds[program_input])) {
    name_client();
    if (!order.has_control()) return;
    if (order.drains) notice = os::duplicate(fds[answer].get()).value_or(os::UniqueFd());
    ends.control = std::move(fds[control]);
    ends.answer = std::move(fds[answer]);
    if (fds.size() > input_again) ends.input = std::move(fds[input_again]);
  }

  // Again once a PROXY header has told who it is.
  void name_client() { journal.emplace(*service.spec.sink, order.identity.session_id, order.identity.text()); }

  Service& service;
  const WorkerListener& entrance;
  session::HandOver order;
  std::optional<log::Journal> journal;
  session::Channel client;
  net::Stream program;
  session::ControlEnds ends;
  os::UniqueFd notice;  // writable: by it the program is told that its session is to end
  log::EndEvent end{"commands=0", "done"};
  admission::Visit* visit = nullptr;
  os::UniqueFd asker;  // tlswrapper, while it waits
};

// What TLS begins with for this client.
[[nodiscard]] inline const tls::Context& context_for(const Handed& my) {
  const WorkerSpec& spec = my.service.spec;
  return my.service.contexts[config::tls_policy_for(spec.tls_rules, my.order.identity.client, my.entrance.number)];
}

// False: the program has gone, or is not to start.
[[nodiscard]] inline bool start_program(Handed& my) {
  if (!my.order.waits()) return true;
  const os::UniqueFd asker = std::move(my.asker);
  const auto sent = os::send_packet(asker.get(), session::encode_variables(session::environment_of(my.order.identity)));
  return sent && *sent;
}

}  // namespace app
