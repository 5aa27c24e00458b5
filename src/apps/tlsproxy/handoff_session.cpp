#include "apps/tlsproxy/handoff_session.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "apps/tlsproxy/handoff_log.hpp"
#include "apps/tlsproxy/handshake_watch.hpp"
#include "apps/tlsproxy/results_of.hpp"
#include "os/packet.hpp"
#include "os/socket.hpp"
#include "session/relay.hpp"
#include "session/tls_layer.hpp"

namespace app {
namespace {

using std::chrono::seconds;

// The original's limits for each step of the other process, and within a request.
constexpr seconds patience{100};
constexpr seconds within_a_request{5};
// A session goes on this long after the other process should have ended it.
constexpr seconds after_the_limit{10};
constexpr seconds longest_limit{86'400};
constexpr seconds farewell{5};
constexpr std::size_t piece = 4096;

// A session counts as long as its frame lives.
class Counted {
 public:
  explicit Counted(HandoffService& service) : service_(service) {
    ++service_.active;
    ++service_.spec.use->connections;
    ++service_.spec.use->active;
  }
  ~Counted() {
    --service_.active;
    --service_.spec.use->active;
    service_.room.set();
    if (service_.active == 0 && !service_.accepting) service_.loop.stop();
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  HandoffService& service_;
};

// One session's parts.
struct Talk {
  HandoffService& service;
  net::Stream plain;
  HandoffLog log;
  postfix::HandoffReader reader;
  [[nodiscard]] const postfix::Handoff& handoff() const { return reader.handoff(); }
};

seconds limit_of(seconds told) {
  return std::clamp(told, seconds(1), longest_limit);
}

// Why there is no request; empty when there is one.
net::Task<std::string> read_request(Talk& my) {
  base::Buffer bytes(piece);
  net::Deadline deadline = net::after(patience);
  bool first = true;
  while (my.reader.state() == postfix::HandoffReader::State::need_more) {
    const net::Io got = co_await my.plain.read(bytes, deadline);
    if (got == net::Io::timed_out) co_return "timeout";
    if (got != net::Io::done) co_return "the other process has gone";
    if (first) deadline = net::after(within_a_request);
    first = false;
    bytes.consume(my.reader.feed(bytes.view()));
  }
  if (my.reader.state() == postfix::HandoffReader::State::fault) co_return my.reader.fault();
  // What follows the request belongs behind the status, which is not sent yet.
  co_return bytes.empty() ? std::string() : std::string("more than a request");
}

net::Task<bool> send_status(Talk& my, bool go_on) {
  const std::string status = postfix::status(go_on);
  const net::Io sent = co_await my.plain.write(status, net::after(patience));
  co_return sent == net::Io::done;
}

// Until the other process closes, whatever it still says.
net::Task<void> await_close(Talk& my) {
  const net::Deadline deadline = net::after(patience);
  base::Buffer ignored(piece);
  net::Io got = net::Io::done;
  while (got == net::Io::done) {
    got = co_await my.plain.read(ignored, deadline);
    ignored.clear();
  }
}

bool is_stream_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

// The one octet and the one descriptor; an error tells what came instead.
base::Result<os::UniqueFd> descriptor_in(base::Result<std::optional<os::Packet>> received) {
  if (!received) return tl::unexpected(received.error());
  os::Packet& packet = **received;
  if (packet.bytes.empty()) return base::fail("the other process has gone");
  if (packet.bytes.size() != 1 || packet.fds.size() != 1) {
    return base::fail("{} octets with {} descriptors", packet.bytes.size(), packet.fds.size());
  }
  if (!is_stream_socket(packet.fds.front().get())) return base::fail("not a stream socket");
  return std::move(packet.fds.front());
}

net::Task<base::Result<os::UniqueFd>> receive_descriptor(Talk& my) {
  const net::Deadline deadline = net::after(patience);
  for (;;) {
    auto received = os::receive_packet(my.plain.readable_fd());
    if (!received || *received) co_return descriptor_in(std::move(received));
    const net::Ready ready = co_await my.plain.read_waiter().wait(net::Direction::read, deadline);
    if (ready != net::Ready::yes) co_return base::fail("timeout");
  }
}

// Postfix tells of key exchange and signatures where the version is 1.3, and only there.
tls::Facts as_postfix_tells(tls::Facts facts) {
  if (facts.protocol == "TLSv1.3") return facts;
  for (std::string* text :
       {&facts.group, &facts.signature, &facts.digest, &facts.client_signature, &facts.client_digest})
    text->clear();
  return facts;
}

void tell_of_success(Talk& my, const tls::Facts& facts) {
  if (my.service.knows_names && !facts.sni.empty() && !facts.sni_known) my.log.name_unknown(facts.sni);
  my.log.secured(facts);
}

void tell_of_failure(Talk& my, session::TlsLayer& layer, bool hung_up) {
  if (hung_up) {
    my.log.hung_up_on();
  } else {
    my.log.handshake_failed(layer.failure(), layer.engine().offered());
  }
}

// The client's channel inside TLS, or nothing; then the log was told why.
net::Task<std::unique_ptr<session::Channel>> secure(Talk& my, os::UniqueFd client) {
  os::set_no_delay(client.get());
  net::Stream stream(my.service.loop, std::move(client));
  auto layer = std::make_unique<session::TlsLayer>(my.service.loop, my.service.context->start());
  layer->remember_by([&my](tls::RecallRequest request, net::Deadline) {
    return my.service.sessions.recall(std::move(request), my.handoff().service);
  });
  HandshakeWatch watch(my.service.loop, my.plain, stream);
  watch.begin();
  const net::Deadline deadline = net::after(limit_of(my.handoff().handshake_limit));
  my.log.handshake_begins(my.service.spec.tls.ciphers);
  const bool done = co_await layer->shake_hands(stream, &my.service.signer, deadline);
  const bool hung_up = co_await watch.end();
  my.log.steps(layer->engine().take_trace());
  if (!done || hung_up) {
    tell_of_failure(my, *layer, hung_up);
    co_return nullptr;
  }
  const tls::Facts facts = as_postfix_tells(layer->engine().facts());
  tell_of_success(my, facts);
  my.service.sessions.remember(layer->engine().take_new_sessions(), my.handoff().service);
  if (my.handoff().wants_context()) {
    const std::string results = postfix::encode(results_of(facts, my.handoff()), my.service.spec.version);
    const net::Io sent = co_await my.plain.write(results, net::after(patience));
    if (sent != net::Io::done) my.log.context_unsent();
  }
  auto channel = std::make_unique<session::Channel>(std::move(stream));
  channel->put_on(std::move(layer));
  co_return channel;
}

net::Task<void> relay(Talk& my, session::Channel& client) {
  const seconds idle = limit_of(my.handoff().session_limit) + after_the_limit;
  session::Relay relay(my.service.loop, client, my.plain, idle);
  const session::Relay::End end = co_await relay.run();
  if (end == session::Relay::End::idle) {
    my.log.timed_out();
    co_await client.end_writing(net::after(farewell));
  }
  client.close();
}

// False: the handshake was never complete.
net::Task<bool> take_over(Talk& my) {
  const bool told = co_await send_status(my, true);
  if (!told) co_return false;
  auto client = co_await receive_descriptor(my);
  if (!client) {
    my.log.no_descriptor(client.error().text);
    co_return false;
  }
  const auto channel = co_await secure(my, std::move(*client));
  if (!channel) co_return false;
  co_await relay(my, *channel);
  co_return true;
}

// What was asked for can be had: TLS as a server, and what it needs is there.
bool may_serve(Talk& my) {
  switch (my.handoff().role()) {
    case postfix::Role::none:
    case postfix::Role::both:
      my.log.bad_flags();
      return false;
    case postfix::Role::client:
      my.log.client_role_refused();
      return false;
    case postfix::Role::server:
      break;
  }
  return my.service.context.has_value();
}

net::Task<void> serve(Talk& my) {
  const bool serving = may_serve(my);
  if (my.handoff().probe() || !serving) {
    (void)co_await send_status(my, serving);
    co_await await_close(my);
    // Postfix 3.12 does not count a refusal as a handshake.
    if (!serving && !my.service.spec.version.at_least(3, 12)) my.log.unsecured();
    co_return;
  }
  const bool secured = co_await take_over(my);
  if (!secured) my.log.unsecured();
}

}  // namespace

net::Task<void> serve_handoff(HandoffService& service, os::UniqueFd plain) {
  const Counted counted(service);
  Talk my{service, net::Stream(service.loop, std::move(plain)), HandoffLog(*service.spec.sink, service.spec.log_level),
          postfix::HandoffReader(service.generation)};
  const std::string greeting = postfix::greeting(service.generation);
  const net::Io greeted = co_await my.plain.write(greeting, net::after(patience));
  if (greeted != net::Io::done) co_return;
  const std::string fault = co_await read_request(my);
  if (!fault.empty()) {
    my.log.bad_request(fault);
    co_return;
  }
  my.log.connected(my.handoff());
  co_await serve(my);
  my.plain.close();
  my.log.disconnected();
}

}  // namespace app
