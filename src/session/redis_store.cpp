#include "session/redis_store.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "net/spawn.hpp"
#include "session/reach.hpp"
#include "session/tls_layer.hpp"

namespace session {
namespace {

using reputation::Reply;
using reputation::ReplyParser;
using std::chrono::milliseconds;

constexpr std::chrono::seconds opening_limit{1};  // for connecting to one server, and for its first words
constexpr milliseconds first_pause{100};
constexpr milliseconds longest_pause{5000};
constexpr std::chrono::hours for_ever{24};
constexpr std::size_t most_waiting = 10'000;

// Nodes that lost a server together are not to come back together.
milliseconds scattered(milliseconds pause) {
  return pause + milliseconds(net::Clock::now().time_since_epoch().count() / 1000 % (pause.count() / 2));
}

}  // namespace

RedisStore::Waiting::Waiting(net::Loop& loop, Connection& asked) : connection(asked), over(loop) {
  connection.waiting.push_back(this);
}

RedisStore::Waiting::~Waiting() {
  std::replace(connection.waiting.begin(), connection.waiting.end(), this, static_cast<Waiting*>(nullptr));
}

net::Task<std::optional<reputation::Numbers>> RedisStore::answer(reputation::Question question) {
  const net::Deadline deadline = net::after(settings_.limit);
  (void)co_await tried_.wait(deadline);
  const Shared connection = connection_;
  if (!connection || connection->waiting.size() >= most_waiting) co_return std::nullopt;
  const std::string& script = connection->scripts.at(static_cast<std::size_t>(question.rule));
  auto reply = co_await exchange(connection, reputation::by_name(question, script), deadline);
  // Somebody flushed its scripts; asked in full it learns this one again.
  const bool forgotten = reply && reputation::lacks_script(*reply);
  if (forgotten) reply = co_await exchange(connection, reputation::in_full(question), deadline);
  if (!reply) co_return std::nullopt;
  auto numbers = reputation::numbers_of(*reply);
  if (!numbers) {
    drop(*connection, numbers.error().text);  // it has become a replica, is full, or not itself
    co_return std::nullopt;
  }
  connection->proven = true;
  co_return std::move(*numbers);
}

net::Task<std::optional<Reply>> RedisStore::exchange(Shared connection, std::string command, net::Deadline deadline) {
  if (connection->over) co_return std::nullopt;
  // Where there is no memory nothing is asked: every question said has its place among those waiting.
  connection->unsent.reserve(connection->unsent.size() + command.size());
  Waiting mine(loop_, *connection);
  connection->unsent += command;
  connection->something_unsent.set();
  bool over = co_await mine.over.wait(deadline);
  if (!over) {
    // This process may have been what was late: then the answer is there by now.
    co_await loop_.sleep_until(net::Clock::now());
    over = co_await mine.over.wait(net::Clock::now());
  }
  if (!over) drop(*connection, fmt::format("no answer within {} ms", settings_.limit.count()));
  co_return std::move(mine.reply);
}

net::Task<void> RedisStore::keep_connected() {
  const auto broken = [](std::string_view) { std::abort(); };
  milliseconds pause = first_pause;
  for (;;) {
    auto made = co_await connect_to_any();
    tried_.set();
    if (made) {
      const Shared connection = std::move(*made);
      connection_ = connection;
      tell(true, fmt::format("{} answers", connection->name));
      net::spawn(loop_, send_questions(connection), broken);
      co_await receive_replies(connection);
      if (connection->proven) pause = first_pause;
    }
    tell(false, made ? lost_because_ : made.error().text);
    co_await loop_.sleep_until(net::after(scattered(pause)));
    pause = std::min(pause * 2, longest_pause);
  }
}

net::Task<base::Result<RedisStore::Shared>> RedisStore::connect_to_any() {
  std::string faults;
  for (const RedisServer& server : settings_.servers) {
    auto connection = co_await connect_to(server);
    if (connection) co_return std::move(*connection);
    if (!faults.empty()) faults += "; ";
    faults += fmt::format("{}: {}", server.name, connection.error().text);
  }
  co_return base::fail("{}", faults);
}

net::Task<base::Result<RedisStore::Shared>> RedisStore::connect_to(const RedisServer& server) {
  LauncherClient* const launcher = server.addresses.front().is_unix() ? settings_.launcher : nullptr;
  auto stream = co_await reach(loop_, server.addresses, launcher, LaunchTarget::reputation, opening_limit);
  if (!stream) co_return tl::unexpected(stream.error());
  auto connection = std::make_shared<Connection>(loop_, server.name, std::move(*stream));
  if (server.tls) {
    auto layer = std::make_unique<TlsLayer>(loop_, server.tls->start());
    const bool secured = co_await layer->shake_hands(connection->channel.stream(), nullptr, net::after(opening_limit));
    if (!secured) co_return base::fail("TLS failed: {} ({})", layer->failure().text(), layer->failure().detail);
    connection->channel.put_on(std::move(layer));
  }
  auto introduced = co_await introduce(*connection);
  if (!introduced) co_return tl::unexpected(introduced.error());
  co_return connection;
}

net::Task<base::Result<void>> RedisStore::introduce(Connection& connection) {
  const net::Deadline deadline = net::after(opening_limit);
  const reputation::Login login{settings_.user, settings_.password.reveal()};
  const std::string words = reputation::opening(login);
  const net::Io sent = co_await connection.channel.write(words, deadline);
  if (sent != net::Io::done) co_return base::fail("it takes no words");
  std::vector<Reply> replies;
  while (replies.size() < reputation::opening_replies(login)) {
    connection.unread.consume(connection.parser.feed(connection.unread.view()));
    if (connection.parser.state() == ReplyParser::State::fault) co_return base::fail("it is no Redis server");
    if (connection.parser.state() == ReplyParser::State::done) {
      replies.push_back(connection.parser.take());
      continue;
    }
    const net::Io received = co_await connection.channel.read(connection.unread, deadline);
    if (received == net::Io::timed_out) co_return base::fail("no answer within {} s", opening_limit.count());
    if (received != net::Io::done) co_return base::fail("it hung up");
  }
  auto names = reputation::opened(replies);
  if (!names) co_return tl::unexpected(names.error());
  connection.scripts = std::move(*names);
  co_return base::Result<void>();
}

net::Task<void> RedisStore::send_questions(Shared connection) {
  while (!connection->over) {
    (void)co_await connection->something_unsent.wait(net::after(for_ever));
    connection->something_unsent.reset();
    while (!connection->over && !connection->unsent.empty()) {
      const std::string batch = std::exchange(connection->unsent, {});
      const net::Io sent = co_await connection->channel.write(batch, net::after(settings_.limit));
      if (sent != net::Io::done) drop(*connection, "it takes no words");
    }
  }
}

net::Task<void> RedisStore::receive_replies(Shared connection) {
  while (!connection->over) {
    const net::Io received = co_await connection->channel.read(connection->unread, net::after(for_ever));
    if (received == net::Io::timed_out) continue;
    if (received != net::Io::done) {
      drop(*connection, "it hung up");
    } else if (!deliver(*connection)) {
      drop(*connection, "it says what nobody asked for");
    }
  }
}

// All replies that are there. False: one is none, or nobody's.
bool RedisStore::deliver(Connection& connection) {
  for (;;) {
    connection.unread.consume(connection.parser.feed(connection.unread.view()));
    if (connection.parser.state() == ReplyParser::State::need_more) return true;
    if (connection.parser.state() == ReplyParser::State::fault || connection.waiting.empty()) return false;
    Waiting* const first = connection.waiting.front();
    connection.waiting.pop_front();
    Reply reply = connection.parser.take();
    if (first == nullptr) continue;
    first->reply = std::move(reply);
    first->over.set();
  }
}

void RedisStore::drop(Connection& connection, std::string_view why) {
  if (connection.over) return;
  lost_because_ = fmt::format("{}: {}", connection.name, why);  // ahead of the rest: it may fail for want of memory
  connection.over = true;
  if (connection_.get() == &connection) connection_.reset();
  for (Waiting* each : connection.waiting) {
    if (each != nullptr) each->over.set();
  }
  connection.waiting.clear();
  connection.something_unsent.set();
  connection.channel.stream().cut();
}

void RedisStore::tell(bool available, std::string_view text) {
  if (available == told_available_) return;
  told_available_ = available;
  if (available) return sink_.write(log::Severity::info, fmt::format("reputation: {}", text));
  sink_.write(log::Severity::warning, fmt::format("warning: reputation: nothing is known of clients: {}", text));
}

}  // namespace session
