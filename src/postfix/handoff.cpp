// The generations as one table: whether tlsproxy greets, and the attributes of the first list in order.
#include "postfix/handoff.hpp"

#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace postfix {
namespace {

// What an attribute of the first list tells.
enum class Meaning { endpoint, flags, handshake_limit, session_limit, service };

struct Expected {
  std::string_view name;
  Meaning meaning;
};

constexpr Expected list_a[] = {
    {"remote_endpoint", Meaning::endpoint}, {"flags", Meaning::flags}, {"timeout", Meaning::handshake_limit}};
constexpr Expected list_b[] = {{"remote_endpoint", Meaning::endpoint},
                               {"flags", Meaning::flags},
                               {"timeout", Meaning::handshake_limit},
                               {"server_id", Meaning::service}};
constexpr Expected list_c[] = {{"remote_endpoint", Meaning::endpoint},
                               {"flags", Meaning::flags},
                               {"timeout", Meaning::handshake_limit},
                               {"timeout", Meaning::session_limit},
                               {"serverid", Meaning::service}};

struct Dialect {
  std::string_view versions;  // for the warning about a wrong guess
  bool greets;
  std::span<const Expected> first;
  bool client_settings;  // a second list follows for the client role
  bool server_settings;  // ... and for the server role
  bool tolerant;         // names not in the table are skipped: this generation still grows
};

constexpr Dialect dialects[] = {
    {"2.8", false, list_a, false, false, false},    {"2.9-3.3", false, list_b, false, false, false},
    {"3.4-3.5", false, list_c, true, false, false}, {"3.6-3.11", true, list_c, true, false, false},
    {"3.12", true, list_c, true, true, true},
};

const Dialect& dialect_of(Generation generation) {
  return dialects[static_cast<std::size_t>(generation)];
}

bool has_second_list(const Handoff& handoff, const Dialect& dialect) {
  if (handoff.role() == Role::client) return dialect.client_settings;
  return handoff.role() == Role::server && dialect.server_settings && !handoff.probe();
}

// Stores one value; says false when it is no number where one belongs, or a negative time.
bool store(Handoff& handoff, Meaning meaning, const std::string& value) {
  const auto number = int_of(value);
  switch (meaning) {
    case Meaning::endpoint:
      handoff.remote_endpoint = value;
      return true;
    case Meaning::service:
      handoff.service = value;
      return true;
    case Meaning::flags:
      handoff.flags = number.value_or(0);
      return number.has_value();
    case Meaning::handshake_limit:
      handoff.handshake_limit = handoff.session_limit = std::chrono::seconds(number.value_or(0));
      return number.value_or(-1) >= 0;
    case Meaning::session_limit:
      handoff.session_limit = std::chrono::seconds(number.value_or(0));
      return number.value_or(-1) >= 0;
  }
  return false;
}

std::string value_of(const Handoff& handoff, Meaning meaning) {
  switch (meaning) {
    case Meaning::endpoint:
      return handoff.remote_endpoint;
    case Meaning::service:
      return handoff.service;
    case Meaning::flags:
      return int_text(handoff.flags);
    case Meaning::handshake_limit:
      return int_text(static_cast<std::int32_t>(handoff.handshake_limit.count()));
    case Meaning::session_limit:
      return int_text(static_cast<std::int32_t>(handoff.session_limit.count()));
  }
  return {};
}

// What is wrong with the first list; empty when nothing is.
std::string read_first(const Attributes& list, const Dialect& dialect, Handoff& handoff) {
  auto next = dialect.first.begin();
  for (const auto& [name, value] : list) {
    if (next != dialect.first.end() && name == next->name) {
      if (!store(handoff, next->meaning, value)) {
        return fmt::format("bad value of {}: {}", name, base::escaped(value, 80));
      }
      ++next;
    } else if (!dialect.tolerant) {
      return fmt::format("attribute {} where Postfix {} has {}", base::escaped(name, 80), dialect.versions,
                         next == dialect.first.end() ? "the end" : next->name);
    }
  }
  if (next == dialect.first.end()) return {};
  return fmt::format("no attribute {}, which Postfix {} sends", next->name, dialect.versions);
}

}  // namespace

Generation generation_of(const Version& version) {
  constexpr int first_snapshot_of_e = 20260423;
  const bool early = version.major_number == 3 && version.minor_number == 12 && version.snapshot != 0 &&
                     version.snapshot < first_snapshot_of_e;
  if (version.at_least(3, 12) && !early) return Generation::e;
  if (version.at_least(3, 6)) return Generation::d;
  if (version.at_least(3, 4)) return Generation::c;
  return version.at_least(2, 9) ? Generation::b : Generation::a;
}

Role Handoff::role() const {
  const bool server = (flags & flag_server) != 0;
  const bool client = (flags & flag_client) != 0;
  if (server && client) return Role::both;
  if (client) return Role::client;
  return server ? Role::server : Role::none;
}

std::string greeting(Generation generation) {
  if (!dialect_of(generation).greets) return {};
  return encode(Attributes{{"protocol", "tlsproxy_protocol"}});
}

std::string status(bool go_on) {
  return encode(Attributes{{"status", go_on ? "1" : "0"}});
}

std::string encode(const Handoff& handoff, Generation generation) {
  const Dialect& dialect = dialect_of(generation);
  Attributes list;
  for (const Expected& one : dialect.first) list.push_back({std::string(one.name), value_of(handoff, one.meaning)});
  std::string bytes = encode(list);
  if (has_second_list(handoff, dialect)) bytes += encode(handoff.settings);
  return bytes;
}

std::size_t HandoffReader::feed(std::string_view bytes) {
  std::size_t fed = 0;
  while (state_ == State::need_more && fed < bytes.size()) {
    fed += reader_.feed(bytes.substr(fed));
    if (reader_.state() == ListReader::State::done) end_list();
    if (reader_.state() == ListReader::State::fault) fail(std::string(reader_.fault()));
  }
  return fed;
}

void HandoffReader::end_list() {
  Attributes list = reader_.take();
  if (second_) {
    handoff_.settings = std::move(list);
    state_ = State::done;
    return;
  }
  const Dialect& dialect = dialect_of(generation_);
  if (auto why = read_first(list, dialect, handoff_); !why.empty()) return fail(std::move(why));
  second_ = has_second_list(handoff_, dialect);
  if (!second_) state_ = State::done;
}

void HandoffReader::fail(std::string why) {
  state_ = State::fault;
  fault_ = std::move(why);
}

}  // namespace postfix
