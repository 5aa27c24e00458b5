// bench_fleet HOST:PORT [NODES [CLIENTS]]: the traffic of a thousand nodes with one real Redis server, and their
// tickets: each client delivers at one node, comes again at another and a third time at a third, and each must find
// what the one before left. Says what that cost; exits 1 when any answer was wrong. The server is flushed before: never
// a real one.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "os/address.hpp"
#include "os/socket.hpp"
#include "reputation/script.hpp"
#include "tls/tickets.hpp"

namespace {

using reputation::Greylisted;
using reputation::Reply;
using std::chrono::steady_clock;

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "bench_fleet: {}\n", why);
  std::exit(EXIT_FAILURE);
}

// A node's one connection.
class Node {
 public:
  explicit Node(const os::SocketAddress& address) {
    auto socket = os::start_connect(address);
    if (!socket) give_up(socket.error().text);
    socket_ = std::move(*socket);
  }

  void say(std::string_view words) {
    while (!words.empty()) {
      const ssize_t sent = ::send(socket_.get(), words.data(), words.size(), MSG_NOSIGNAL);
      if (sent < 0) {
        wait(POLLOUT);
      } else {
        words.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
  }

  Reply hear() {
    while (parser_.state() != reputation::ReplyParser::State::done) {
      if (unread_.empty()) read_more();
      unread_.erase(0, parser_.feed(unread_));
      if (parser_.state() == reputation::ReplyParser::State::fault) give_up("this is no Redis server");
    }
    return parser_.take();
  }

 private:
  void wait(short event) const {
    pollfd one{socket_.get(), event, 0};
    constexpr int patience_ms = 10'000;
    if (::poll(&one, 1, patience_ms) != 1) give_up("the server does not answer");
  }

  void read_more() {
    wait(POLLIN);
    unread_.resize(reputation::reply_limit);
    const ssize_t received = ::recv(socket_.get(), unread_.data(), unread_.size(), 0);
    if (received <= 0) give_up("the server hung up");
    unread_.resize(static_cast<std::size_t>(received));
  }

  os::UniqueFd socket_;
  reputation::ReplyParser parser_;
  std::string unread_;
};

struct Fleet {
  std::vector<Node> nodes;
  reputation::ScriptNames scripts;
  reputation::Settings settings;
};

std::string network_of(std::size_t client) {
  return fmt::format("{}.{}.{}.0/24", 1 + client / 65'536 % 223, client / 256 % 256, client % 256);
}

// What a node asks of one client: as it arrives, and for its recipient.
std::string questions_of(const Fleet& fleet, std::size_t client) {
  const std::string network = network_of(client / 3);  // three senders in each network
  const std::string sender = fmt::format("{}@client.example", static_cast<char>('a' + client % 3));
  const auto arrival = reputation::arrival(fleet.settings, network);
  const auto delivery = reputation::greylisting(fleet.settings, {network, sender, "b@mail.example"});
  return reputation::by_name(arrival, fleet.scripts[0]) + reputation::by_name(delivery, fleet.scripts[1]);
}

struct Wave {
  std::size_t questions = 0;
  std::size_t right = 0;
  std::vector<double> milliseconds;  // from a node's question to its answer
  double seconds = 0;
};

// All clients once; client C at node (C + shift), as many at a time as there are nodes.
Wave play(Fleet& fleet, std::size_t clients, std::size_t shift, Greylisted::State expected) {
  Wave wave;
  wave.milliseconds.reserve(clients);
  const auto begun = steady_clock::now();
  std::vector<steady_clock::time_point> asked(fleet.nodes.size());
  for (std::size_t first = 0; first < clients; first += fleet.nodes.size()) {
    const std::size_t count = std::min(fleet.nodes.size(), clients - first);
    const auto node_of = [&](std::size_t i) { return (first + i + shift) % fleet.nodes.size(); };
    for (std::size_t i = 0; i < count; ++i) {
      asked[i] = steady_clock::now();
      fleet.nodes[node_of(i)].say(questions_of(fleet, first + i));
    }
    for (std::size_t i = 0; i < count; ++i) {
      Node& node = fleet.nodes[node_of(i)];
      const auto standing = reputation::numbers_of(node.hear());
      const auto numbers = reputation::numbers_of(node.hear());
      const std::chrono::duration<double, std::milli> took = steady_clock::now() - asked[i];
      wave.milliseconds.push_back(took.count());
      const auto found = numbers ? reputation::greylisted_of(*numbers) : std::nullopt;
      if (standing && found && found->state == expected) ++wave.right;
      wave.questions += 2;
    }
  }
  wave.seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
  std::sort(wave.milliseconds.begin(), wave.milliseconds.end());
  return wave;
}

// A number of INFO's text.
double info(Node& node, std::string_view section, std::string_view name) {
  node.say(reputation::command({"INFO", section}));
  const std::string text = node.hear().text();
  const std::size_t at = text.find(fmt::format("\n{}:", name));
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
}

double cpu_seconds(Node& node) {
  return info(node, "cpu", "used_cpu_user") + info(node, "cpu", "used_cpu_sys");
}

// Of one key in the server's memory.
std::string octets_of(Node& node, const std::string& key) {
  node.say(reputation::command({"MEMORY", "USAGE", key}));
  return node.hear().text();
}

Fleet gather(const os::SocketAddress& address, std::size_t nodes) {
  Fleet fleet;
  fleet.settings.greylisting = {reputation::seconds(1), reputation::seconds(600), reputation::seconds(3600), 0};
  fleet.settings.client_rate = {1'000'000, std::chrono::seconds(3600)};
  fleet.nodes.reserve(nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    fleet.nodes.emplace_back(address);
    fleet.nodes.back().say(reputation::opening({}));
    std::vector<Reply> replies;
    for (std::size_t each = 0; each < reputation::opening_replies({}); ++each) {
      replies.push_back(fleet.nodes.back().hear());
    }
    const auto names = reputation::opened(replies);
    if (!names) give_up(names.error().text);
    fleet.scripts = *names;
  }
  fleet.nodes.front().say(reputation::command({"FLUSHALL"}));
  (void)fleet.nodes.front().hear();
  return fleet;
}

bool greylist_traffic(Fleet& fleet, std::size_t clients) {
  Node& first = fleet.nodes.front();
  const double cpu = cpu_seconds(first);
  std::size_t questions = 0;
  bool right = true;
  constexpr std::array<Greylisted::State, 3> expected{Greylisted::State::wait, Greylisted::State::came,
                                                      Greylisted::State::known};
  for (std::size_t turn = 0; turn < expected.size(); ++turn) {
    const Wave wave = play(fleet, clients, turn * 7, expected.at(turn));
    fmt::print("{}: {} of {} right, {:.0f} questions/s, half within {:.1f} ms, 99 % within {:.1f} ms\n",
               reputation::text_of(expected.at(turn)), wave.right, clients,
               static_cast<double>(wave.questions) / wave.seconds, wave.milliseconds[clients / 2],
               wave.milliseconds[clients * 99 / 100]);
    questions += wave.questions;
    right = right && wave.right == clients;
    constexpr int longer_than_the_delay_ms = 2000;
    (void)::poll(nullptr, 0, longer_than_the_delay_ms);
  }
  const double each = (cpu_seconds(first) - cpu) * 1e6 / static_cast<double>(questions);
  const auto sample = reputation::greylisting(fleet.settings, {network_of(0), "a@client.example", "b@mail.example"});
  fmt::print("server: {:.1f} µs of CPU a question, {} octets a triplet, {} a network's count\n", each,
             octets_of(first, sample.keys.front()), octets_of(first, sample.keys.back()));
  return right;
}

// Tickets made at one node and shown to another up to an hour later, with clocks up to 20 minutes wrong, over two days
// in which the secret is replaced: the keys alone decide.
bool ticket_traffic(std::size_t nodes) {
  constexpr std::int64_t hour = 3600;
  constexpr std::int64_t most_wrong = 1200;
  constexpr std::int64_t begin = 500'000 * hour;
  constexpr std::int64_t replaced = begin + 24 * hour;  // from here on the new secret encrypts, the old one is second
  std::mt19937_64 random(1);                            // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  std::vector<std::int64_t> clocks(nodes);
  const auto between = [&](std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random);
  };
  for (auto& wrong : clocks) wrong = between(-most_wrong, most_wrong);
  const auto ring = [&](std::size_t node, std::int64_t second) {
    std::vector<base::Secret> secrets;
    if (second >= replaced) secrets.emplace_back(std::string(32, 'n'));
    secrets.emplace_back(std::string(32, 'o'));
    const std::chrono::system_clock::time_point now{std::chrono::seconds(second + clocks[node])};
    return tls::current_ticket_keys(secrets, tls::ticket_epoch(now));
  };
  constexpr int tickets = 50'000;
  int resumed = 0;
  for (int i = 0; i < tickets; ++i) {
    const std::int64_t made = begin + between(0, 48 * hour);
    const auto theirs = ring(static_cast<std::size_t>(between(0, static_cast<std::int64_t>(nodes) - 1)), made);
    const auto ours = ring(static_cast<std::size_t>(between(0, static_cast<std::int64_t>(nodes) - 1)),
                           made + between(0, hour - 2 * most_wrong));
    const auto& key = theirs.front().material;
    resumed +=
        std::any_of(ours.begin(), ours.end(), [&](const auto& each) { return each.material.reveal() == key.reveal(); })
            ? 1
            : 0;
  }
  fmt::print("tickets: {} of {} shown to another node are good there\n", resumed, tickets);
  return resumed == tickets;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments.empty()) give_up("HOST:PORT of a Redis server that may be flushed is missing");
  const auto endpoint = os::Endpoint::parse(arguments[0]);
  if (!endpoint) give_up(endpoint.error().text);
  const auto addresses = os::resolve(*endpoint, false);
  if (!addresses) give_up(addresses.error().text);
  const auto number = [&](std::size_t at, std::size_t standard) {
    return arguments.size() > at ? base::number<std::size_t>(arguments[at]).value_or(standard) : standard;
  };
  const std::size_t nodes = number(1, 1000);
  Fleet fleet = gather(addresses->front(), nodes);
  const bool greylist = greylist_traffic(fleet, number(2, 90'000));
  return ticket_traffic(nodes) && greylist ? EXIT_SUCCESS : EXIT_FAILURE;
}
