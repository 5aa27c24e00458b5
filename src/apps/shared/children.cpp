#include "apps/shared/children.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "keys/remote_key.hpp"
#include "keys/wire.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"

namespace app {
namespace {

// Loading a thousand keys takes seconds; a process that says nothing for this long never will.
constexpr std::chrono::milliseconds patience{60'000};
constexpr std::uint64_t descriptors_of_a_key_process = 1024;
constexpr char ready_kind = 'R';
constexpr char failed_kind = 'X';

}  // namespace

void keep_only(std::vector<int> mine) {
  mine.insert(mine.end(), {0, 1, 2});
  os::close_all_but(mine.data(), static_cast<int>(mine.size()));
}

base::Result<std::string> first_words(int fd, std::string_view name) {
  pollfd watched{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&watched, 1, static_cast<int>(patience.count()));
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) return base::fail("{} said nothing for {} s", name, patience.count() / 1000);
  auto packet = os::receive_packet(fd);
  if (!packet) return tl::unexpected(packet.error());
  if (!*packet || (*packet)->bytes.empty()) return base::fail("{} ended before it was ready", name);
  return std::move((*packet)->bytes);
}

std::string encode(const Started& started) {
  return (started.ready ? ready_kind : failed_kind) + started.text;
}

std::optional<Started> decode_started(std::string_view bytes) {
  if (bytes.empty() || (bytes.front() != ready_kind && bytes.front() != failed_kind)) return std::nullopt;
  return Started{bytes.front() == ready_kind, std::string(bytes.substr(1))};
}

base::Result<KeyProcess> start_key_process(const KeyProcessPlan& plan) {
  auto report = os::make_socket_pair(SOCK_SEQPACKET);
  if (!report) return tl::unexpected(report.error());
  const auto role = [&] {
    keys::KeyProcessSpec spec;
    std::vector<int> mine{report->second.get()};
    spec.sources = plan.sources;
    for (const int asker : plan.askers) {
      mine.push_back(asker);
      spec.askers.emplace_back(asker);
    }
    keep_only(std::move(mine));
    spec.report = std::move(report->second);
    spec.jail.role = os::Role::key_process;
    spec.jail.root = plan.jail;
    spec.jail.user = plan.user;
    spec.jail.max_descriptors = descriptors_of_a_key_process;
    spec.slow_name = plan.name + " (RSA)";
    os::name_process(plan.name);
    return keys::run_key_process(std::move(spec));
  };
  const auto pid = os::fork_role(role, plan.dies_with_parent);
  if (!pid) return tl::unexpected(pid.error());
  return KeyProcess{*pid, std::move(report->first)};
}

base::Result<std::vector<std::string>> loaded_keys(const os::UniqueFd& report, std::string_view name) {
  return keys::gather_reports([&] { return first_words(report.get(), name); });
}

base::Result<std::vector<tls::Identity>> identities_of(const std::vector<ChainWithKey>& chains) {
  std::vector<tls::Identity> identities;
  for (std::uint32_t i = 0; i < chains.size(); ++i) {
    auto key = keys::remote_key(i, chains[i].public_der);
    if (!key) return base::fail("{}: {}", chains[i].origin, key.error().text);
    identities.push_back({chains[i].chain_pem, std::move(*key), chains[i].origin, chains[i].names});
  }
  return identities;
}

}  // namespace app
