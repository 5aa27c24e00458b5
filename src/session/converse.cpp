#include "session/converse.hpp"

#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/text.hpp"
#include "net/stint.hpp"
#include "proxyproto/header.hpp"
#include "session/trace.hpp"

namespace session {
namespace {

using net::after;
using smtp::Fault;
using smtp::Next;
using smtp::Step;

// For a client that is not told anything to take what ends TLS.
constexpr std::chrono::seconds farewell{5};

// What the log tells of a reply that has no place.
constexpr std::size_t longest_babble = 128;

// One session under way: the parts, and the connection to the backend of the moment.
struct Conversation {
  Parts with;
  smtp::Dialog& dialog;
  std::optional<BackendSide> backend;
  bool greeted = false;                       // the backend of the moment has greeted
  bool challenged = false;                    // the client was sent a 334 last
  std::string_view last_command = "CONNECT";  // for the log line of a client that goes or falls silent
};

net::Task<std::optional<Fault>> open_backend(Conversation& now) {
  now.backend.reset();
  now.greeted = false;
  auto stream = co_await now.with.backends.open(now.with.identity);
  if (!stream) {
    now.with.journal.backend_failed(stream.error().text);
    co_return Fault::backend_refused;
  }
  now.backend.emplace(std::move(*stream), now.dialog.max_reply());
  co_return std::nullopt;
}

void trace_client(const Conversation& now, const smtp::Line& line) {
  if (now.with.traced) now.with.journal.traced("C", told_of_client(line.text, now.challenged));
}

void trace_words(Conversation& now, std::string_view words) {
  if (words.empty()) return;
  now.challenged = is_challenge(words);
  if (now.with.traced) now.with.journal.traced("S", told_to_client(words));
}

// The words of a step, to their hearer.
net::Task<std::optional<Fault>> say(Conversation& now, const Step& step) {
  if (!step.to_backend.empty() && now.backend) {
    const auto fault = co_await now.backend->send(step.to_backend, after(now.with.limits.reply));
    // A backend that closed in the middle of our words may have said why: its reply is read where one is awaited.
    if (fault && step.next != Next::backend_reply) co_return fault;
  }
  trace_words(now, step.to_client);
  const net::Deadline deadline = after(now.with.limits.command);
  if (step.next == Next::start_tls) co_return co_await now.with.tls.invite(now.with.client, step.to_client, deadline);
  co_return co_await now.with.client.send(step.to_client, deadline);
}

// With the wrong identity it is our PROXY header that the backend answers.
void note_babble(const Conversation& now, const std::variant<smtp::Reply, Fault>& heard) {
  const std::string after_what = base::uppered(now.last_command);
  const auto* const reply = std::get_if<smtp::Reply>(&heard);
  if (reply == nullptr) {
    return now.with.journal.backend_failed(fmt::format("what it said after {} is no reply of SMTP", after_what));
  }
  const std::string_view words = base::trimmed(std::string_view(reply->wire).substr(0, longest_babble));
  now.with.journal.backend_failed(fmt::format("it said what has no place after {}: {}", after_what, words));
}

net::Task<Step> backend_reply(Conversation& now, std::chrono::seconds limit) {
  auto reply = co_await now.backend->read_reply(after(limit));
  now.greeted = true;
  const auto* const fault = std::get_if<Fault>(&reply);
  Step step = fault != nullptr ? now.dialog.on_fault(*fault) : now.dialog.on_reply(std::get<smtp::Reply>(reply));
  if (step.next == Next::close && now.dialog.outcome() == smtp::Outcome::backend_babbled) note_babble(now, reply);
  co_return step;
}

// The verb of a command line, as Postfix's log lines name it; other lines may hold a secret and change nothing.
smtp::Verb remember(Conversation& now, const smtp::Line& line) {
  const smtp::Verb verb = smtp::parse_command(line.text).verb;
  if (verb != smtp::Verb::unknown) now.last_command = smtp::name_of(verb);
  return verb;
}

// A balancer that nobody listed: its header is refused like any command that never passes, and the client behind it is
// puzzled by that answer.
void note_unexpected_header(const Conversation& now) {
  if (now.last_command != "CONNECT" || !proxyproto::is_header(now.with.client.unread())) return;
  now.with.journal.warning("a PROXY header came from " + now.with.identity.text() + ", from whom none is expected");
}

// What came with the last reply answers nothing: it would be taken for the answer to the next command (threat 50).
bool backend_spoke(Conversation& now) {
  return now.backend && now.backend->has_unread();
}

Step on_line(Conversation& now, smtp::Line line) {
  trace_client(now, line);
  note_unexpected_header(now);
  std::size_t behind = now.with.client.unread().size() - line.size;
  if (remember(now, line) == smtp::Verb::starttls) {  // nothing else depends on octets that are still on their way
    behind = now.with.client.unread_behind(line.size);
    // Looking behind the line may have moved the buffer it is a view of.
    line.text = now.with.client.unread().substr(0, line.text.size());
  }
  Step step = now.dialog.on_line(line, behind);
  now.with.client.consume(line.size);
  return step;
}

Step on_client(Conversation& now, const ClientSide::LineEvent& event) {
  if (const auto* fault = std::get_if<Fault>(&event)) {
    const bool ending = *fault == Fault::client_silent && now.with.drain.begun();
    return now.dialog.on_fault(ending ? Fault::shutting_down : *fault);
  }
  return on_line(now, std::get<smtp::Line>(event));
}

// The coroutine in which clients are idle: its frame is kept small.
net::Task<Step> client_line(Conversation& now) {
  if (now.with.drain.begun() && now.dialog.idle()) co_return now.dialog.on_fault(Fault::shutting_down);
  ClientSide::LineEvent event = ClientSide::BackendSpoke{};
  if (!backend_spoke(now)) {
    const Drain::Idle idle(now.with.drain, now.with.client.channel().stream());
    BackendSide* watched = now.backend ? &*now.backend : nullptr;
    event = co_await now.with.client.read_line(now.dialog.lines(), watched, after(now.with.limits.command));
  }
  if (!std::holds_alternative<ClientSide::BackendSpoke>(event)) co_return on_client(now, event);
  co_return co_await backend_reply(now, std::chrono::seconds(1));
}

// Message octets from client to backend, until their end or a fault.
net::Task<Step> body(Conversation& now) {
  smtp::BodyScanner& scanner = now.dialog.scanner();
  net::Stint stint;
  for (;;) {
    const std::string_view unread = now.with.client.unread();
    const std::size_t taken = scanner.take(unread);
    const auto sent = co_await now.backend->send(unread.substr(0, taken), after(now.with.limits.reply));
    if (sent) co_return now.dialog.on_fault(*sent);
    now.with.client.consume(taken);
    if (scanner.state() != smtp::BodyScanner::State::more) co_return now.dialog.on_body();
    if (stint.is_over()) co_await now.with.client.channel().stream().loop().sleep_until(net::Clock::now());
    const auto missing = co_await now.with.client.read_more(after(now.with.limits.data));
    if (missing) co_return now.dialog.on_fault(*missing);
  }
}

net::Task<Step> start_tls(Conversation& now) {
  const Secured secured = co_await now.with.tls.start(now.with.client);
  co_return now.dialog.on_tls(secured.result, secured.facts);
}

net::Task<Step> ask_policy(Conversation& now) {
  const smtp::TlsFacts facts = now.with.identity.tls_for_smtp();
  const smtp::Verdict verdict =
      co_await now.with.policy.ask(PolicyQuestion{now.dialog.policy_stage(), now.dialog.envelope(), facts});
  co_return now.dialog.on_verdict(verdict);
}

net::Task<Step> reopen_backend(Conversation& now) {
  const auto fault = co_await open_backend(now);
  co_return fault ? now.dialog.on_fault(*fault) : now.dialog.on_reopened();
}

// No coroutine itself: its frame would stand beside that of what it waits for.
net::Task<Step> perform(Conversation& now, Next next) {
  switch (next) {
    case Next::backend_reply:
      return backend_reply(now, now.greeted ? now.with.limits.reply : now.with.limits.greeting);
    case Next::body:
      return body(now);
    case Next::policy:
      return ask_policy(now);
    case Next::start_tls:
      return start_tls(now);
    case Next::reopen_backend:
      return reopen_backend(now);
    case Next::client_line:
    case Next::close:  // never: the session has ended
      break;
  }
  return client_line(now);
}

// Why a backend that was reached left the session; empty where it did not.
std::string blame(const Conversation& now, std::string_view after_what) {
  const smtp::Outcome outcome = now.dialog.outcome();
  if (outcome == smtp::Outcome::backend_silent) return fmt::format("it was silent for too long after {}", after_what);
  if (outcome == smtp::Outcome::backend_lost) return fmt::format("it closed the connection after {}", after_what);
  return "";
}

void note_end(const Conversation& now) {
  const std::string after_what = base::uppered(now.last_command);
  now.with.journal.reached(after_what);
  if (const std::string why = blame(now, after_what); !why.empty()) now.with.journal.backend_failed(why);
  if (now.dialog.outcome() == smtp::Outcome::client_gone) now.with.journal.lost_connection(after_what);
  if (now.dialog.outcome() == smtp::Outcome::client_silent) now.with.journal.timed_out(after_what);
}

void forget_clear_bytes(Parts& with) {
  const std::size_t forgotten = with.client.forget_unread();
  if (forgotten > 0) with.journal.discarded(forgotten);
}

}  // namespace

net::Task<void> converse(Parts with, smtp::Dialog& dialog) {
  Conversation now{with, dialog, std::nullopt};
  const auto refused = co_await open_backend(now);
  Step step = refused ? dialog.on_fault(*refused) : dialog.start();
  for (;;) {
    // Whatever arrived before the handshake was not protected by it. It goes before the 220 does: what comes after that
    // is the client's first flight.
    if (step.next == Next::start_tls) forget_clear_bytes(with);
    if (step.next == Next::close) break;
    const auto unheard = co_await say(now, step);
    if (unheard) {
      step = dialog.on_fault(*unheard);
    } else {
      step = co_await perform(now, step.next);
    }
  }
  trace_words(now, step.to_client);
  note_end(now);
  const std::chrono::seconds patience = step.to_client.empty() ? farewell : with.limits.command;
  co_await with.client.channel().end_writing(after(patience), step.to_client);
}

}  // namespace session
