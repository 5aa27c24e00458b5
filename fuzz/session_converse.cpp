// Fuzz target: whole sessions over real sockets, as a worker performs them: client and backend say anything, cut as the
// script cuts it, close, leave and stop reading; TLS and the policy service are doubles. Settings come from the first
// octet, then records parted by 0xff: C and B say, c and b half-close, x and y leave, h and i hear a little, d drains.
// A session always ends once its peers have left, STARTTLS is offered in clear only, a refused newline never passes,
// nothing the client says in clear (each z) reaches the backend behind the handshake, and chunks, whose octets nobody
// looks at, reach one only that offered CHUNKING.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "session/converse.hpp"
#include "session_parties.hpp"

namespace {

using fuzz::must;

smtp::DialogSettings settings_of(unsigned bits) {
  smtp::DialogSettings settings;
  settings.require_tls = (bits & 1) != 0;
  settings.chunking = (bits & 2) == 0;
  if ((bits & 4) != 0) settings.bare_newline = smtp::BareNewline::pass;
  if ((bits & 8) != 0) settings.injected = smtp::InjectedBytes::discard;
  if ((bits & 16) != 0) settings.on_starttls = smtp::OnStarttls::reconnect;
  using Stage = smtp::PolicyStage;
  if ((bits & 32) != 0) settings.policy_stages = {Stage::connect, Stage::rcpt, Stage::end_of_message};
  settings.max_line = 256;
  settings.max_auth_line = 512;
  settings.max_recipients = 3;
  return settings;
}

// Client, backend, and what the session asks for; the doubles are its members' callers.
struct World {
  net::Loop& loop;
  unsigned bits;
  fuzz::Peer client;
  fuzz::Peer backend;
  bool secured = false;
  std::string at_client;
  std::string at_backend;
  std::string by_backend;

  void hear(std::size_t most) {
    at_client += client.hear(most);
    const std::string text = backend.hear(most);
    must(!secured || text.find('z') == std::string::npos);
    at_backend += text;
  }
};

class Backends final : public session::BackendOpener {
 public:
  explicit Backends(World& world) : world_(world) {}
  net::Task<base::Result<net::Stream>> open(const session::ClientIdentity& /*client*/) override {
    if (opened_++ > 0 && (world_.bits & 64) != 0) co_return base::fail("refused");
    co_return net::Stream(world_.loop, world_.backend.connect());
  }

 private:
  World& world_;
  int opened_ = 0;
};

// Octets where the ClientHello belongs are no handshake.
class Starter final : public session::TlsStarter {
 public:
  explicit Starter(World& world) : world_(world) {}
  net::Task<session::Secured> start(session::ClientSide& client) override {
    must(client.unread().empty());
    if (client.forget_unread() > 0) co_return session::Secured{smtp::TlsResult::failed, {}};
    if ((world_.bits & 192) == 192) co_return session::Secured{smtp::TlsResult::too_many, {}};
    if ((world_.bits & 128) != 0) co_return session::Secured{smtp::TlsResult::unavailable, {}};
    world_.hear(1 << 16);
    world_.secured = true;
    co_return session::Secured{smtp::TlsResult::secured, {"TLSv1.3", "X", 128, 128}};
  }

 private:
  World& world_;
};

class Policy final : public session::PolicyCheck {
 public:
  net::Task<smtp::Verdict> ask(session::PolicyQuestion question) override {
    constexpr std::size_t kinds = 4;
    smtp::Verdict verdict;
    verdict.action = static_cast<smtp::Verdict::Action>(question.envelope.recipient.size() % kinds);
    verdict.text = verdict.action == smtp::Verdict::Action::prepend ? "X-Note: y" : "450 4.7.1 later";
    co_return verdict;
  }
};

class Script {
 public:
  Script(World& world, session::Drain& drain, std::string_view records)
      : world_(world), drain_(drain), rest_(records) {}

  bool turn(bool over) {
    if (over) return false;
    if (rest_.empty()) {
      world_.hear(1 << 16);
      world_.client.close();
      world_.backend.close();
      return true;
    }
    const std::string_view record = rest_.substr(0, rest_.find('\xff'));
    rest_.remove_prefix(std::min(rest_.size(), record.size() + 1));
    if (!record.empty()) act(record[0], record.substr(1));
    return true;
  }

 private:
  void act(char what, std::string_view text) {
    constexpr std::size_t little = 50;
    std::string said(text);
    if (world_.secured) std::replace(said.begin(), said.end(), 'z', 'y');
    if (what == 'C') (void)world_.client.say(said);
    std::replace(said.begin(), said.end(), 'z', 'y');
    if (what == 'B') (void)world_.backend.say(said);
    if (what == 'B') world_.by_backend += base::uppered(said);
    if (what == 'c') world_.client.end_writing();
    if (what == 'b') world_.backend.end_writing();
    if (what == 'x') world_.client.close();
    if (what == 'y') world_.backend.close();
    if (what == 'h') world_.at_client += world_.client.hear(little);
    if (what == 'd') drain_.begin();
    if (what != 'i') world_.hear(1 << 16);
  }

  World& world_;
  session::Drain& drain_;
  std::string_view rest_;
};

void check_newlines(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    must(text[i] != '\n' || (i > 0 && text[i - 1] == '\r'));
  }
}

// A backend that has offered nothing and asked for nothing hears commands only.
void check_chunks(const World& world) {
  const bool chunks = world.at_backend.starts_with("BDAT ") || world.at_backend.find("\nBDAT ") != std::string::npos;
  const auto said = [&](std::string_view text) { return world.by_backend.find(text) != std::string::npos; };
  must(!chunks || said("CHUNKING") || said("354") || said("334"));
}

net::Task<void> perform(session::Parts parts, smtp::Dialog& dialog, bool& over) {
  co_await session::converse(parts, dialog);
  over = true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 4000;
  if (size == 0 || size > longest) return 0;
  net::Loop loop;
  World world{loop, data[0], {}, {}, false, {}, {}, {}};
  session::ClientSide client{session::Channel(net::Stream(loop, world.client.connect()))};
  Backends backends(world);
  Starter tls(world);
  Policy policy;
  session::ClientIdentity identity;
  fuzz::NoLog sink;
  log::Journal journal(sink, "00000000", "unknown[192.0.2.1]:1");
  session::Drain drain;
  const session::Limits limits;
  smtp::Dialog dialog(settings_of(data[0]));
  Script script(world, drain, {reinterpret_cast<const char*>(data + 1), size - 1});
  bool over = false;
  const session::Parts parts{client, backends, tls, policy, identity, journal, drain, limits, (size & 1) != 0};
  net::spawn(loop, perform(parts, dialog, over), fuzz::broken);
  net::spawn(loop, fuzz::turns(loop, [&] { return script.turn(over); }), fuzz::broken);
  loop.run();
  must(over);
  check_newlines(world.at_client);
  check_chunks(world);
  const bool looked_at = world.at_backend.find("BDAT ") == std::string::npos;
  if ((data[0] & 4) == 0 && world.secured && looked_at) check_newlines(world.at_backend);
  return 0;
}
