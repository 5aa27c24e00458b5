// RedisStore: what is known of clients, kept by a Redis server (7, or Valkey) for all nodes of a fleet. One connection
// for each worker carries the questions of all its sessions, as many at once as there are. Whatever goes wrong with it,
// a late answer too, ends the connection: who waits is told at once that nothing is known, and while there is none
// nobody waits at all. It is then made anew, again and again, with the first server in the list that is a master: after
// a failover that is the one that was promoted.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.hpp"
#include "base/secret.hpp"
#include "log/sink.hpp"
#include "net/event.hpp"
#include "os/address.hpp"
#include "reputation/script.hpp"
#include "session/channel.hpp"
#include "session/launcher_client.hpp"
#include "session/reputation_store.hpp"
#include "tls/context.hpp"

namespace session {

struct RedisServer {
  std::string name;                            // as configured, for the log
  std::vector<os::SocketAddress> addresses{};  // one UNIX socket: the launcher reaches it
  std::optional<tls::Context> tls{};           // none: in clear
};

struct RedisSettings {
  std::vector<RedisServer> servers;
  LauncherClient* launcher = nullptr;
  std::string user;                      // empty: the default user
  base::Secret password;                 // empty: none is said
  std::chrono::milliseconds limit{200};  // for an answer
};

class RedisStore final : public ReputationStore {
 public:
  // `sink` outlives it.
  RedisStore(net::Loop& loop, RedisSettings settings, log::Sink& sink)
      : loop_(loop), settings_(std::move(settings)), sink_(sink), tried_(loop) {}

  [[nodiscard]] net::Task<std::optional<reputation::Numbers>> answer(reputation::Question question) override;

  // Runs for the life of the process, spawned once.
  [[nodiscard]] net::Task<void> keep_connected();

 private:
  struct Connection;
  // Stands in the connection's row as long as it lives; whoever goes before the reply leaves an empty place there,
  // since replies come in the order of the questions.
  struct Waiting {
    Waiting(net::Loop& loop, Connection& connection);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    Connection& connection;
    net::Event over;
    std::optional<reputation::Reply> reply;  // nothing: the connection was lost
  };
  struct Connection {
    Connection(net::Loop& loop, std::string server, net::Stream stream)
        : name(std::move(server)), channel(std::move(stream)), something_unsent(loop) {}
    std::string name;
    Channel channel;
    reputation::ScriptNames scripts;
    reputation::ReplyParser parser;
    base::Buffer unread{reputation::reply_limit};
    std::deque<Waiting*> waiting;  // in the order of their questions; null: nobody wants the reply any more
    std::string unsent;
    net::Event something_unsent;
    bool proven = false;  // it answered a question
    bool over = false;
  };
  using Shared = std::shared_ptr<Connection>;  // of those that read, write and wait

  [[nodiscard]] net::Task<base::Result<Shared>> connect_to(const RedisServer& server);
  [[nodiscard]] net::Task<base::Result<Shared>> connect_to_any();
  [[nodiscard]] net::Task<base::Result<void>> introduce(Connection& connection);
  [[nodiscard]] net::Task<std::optional<reputation::Reply>> exchange(Shared connection, std::string command,
                                                                     net::Deadline deadline);
  [[nodiscard]] net::Task<void> send_questions(Shared connection);
  [[nodiscard]] net::Task<void> receive_replies(Shared connection);
  [[nodiscard]] bool deliver(Connection& connection);
  void drop(Connection& connection, std::string_view why);
  void tell(bool available, std::string_view text);

  net::Loop& loop_;
  RedisSettings settings_;
  log::Sink& sink_;
  Shared connection_;  // empty: there is none now
  net::Event tried_;   // to connect: who asks before that waits for it, so that a reload is no outage
  std::string lost_because_;
  bool told_available_ = true;  // nothing is said of a store that answers from the beginning
};

}  // namespace session
