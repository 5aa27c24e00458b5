#include "apps/tlsproxy/crew.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "apps/tlsproxy/tlsmgr_at_start.hpp"
#include "os/limits.hpp"
#include "os/packet.hpp"

namespace app {
namespace {

// Of a session: the stream to the other process, the client, one to spare; of the process: loop, channels, log.
constexpr std::uint64_t descriptors_per_session = 3;
constexpr std::uint64_t descriptors_of_a_worker = 64;
constexpr std::size_t sessions_per_worker = 4096;
constexpr std::chrono::milliseconds between_streams{200};

// Each chain learns its key's public half, which must be its leaf's.
base::Result<void> fit_keys(CrewCertificates& certificates, const std::vector<std::string>& public_halves) {
  if (public_halves.size() != certificates.chains.size()) return base::fail("the key process has other keys");
  for (std::size_t i = 0; i < public_halves.size(); ++i) {
    ChainWithKey& chain = certificates.chains[i];
    const auto leaf = tls::read_certificate(chain.chain_pem);
    if (!leaf) return base::fail("{}: {}", chain.origin, leaf.error().text);
    if (leaf->public_der != public_halves[i]) {
      return base::fail("{}: the key does not belong to the certificate in {}", certificates.keys[i].path,
                        chain.origin);
    }
    chain.public_der = public_halves[i];
  }
  return {};
}

}  // namespace

base::Result<std::unique_ptr<Crew>> Crew::start(CrewPlan plan) {
  std::unique_ptr<Crew> crew(new Crew(std::move(plan)));
  crew->workers_.resize(crew->plan_.workers);
  auto done = crew->start_keys();
  for (unsigned number = 0; done && number < crew->plan_.workers; ++number) done = crew->start_worker(number);
  for (const Worker& worker : crew->workers_) {
    if (done) done = crew->await_worker(worker);
  }
  if (done) return crew;
  return tl::unexpected(done.error());
}

// Nothing to sign with, nobody to sign: workers that refuse need no key process.
base::Result<void> Crew::start_keys() {
  KeyProcessPlan plan;
  for (Worker& worker : workers_) {
    auto keys = os::make_socket_pair(SOCK_SEQPACKET);
    if (!keys) return tl::unexpected(keys.error());
    worker.keys = std::move(*keys);
    plan.askers.push_back(worker.keys.second.get());
  }
  CrewCertificates& certificates = plan_.certificates;
  if (certificates.keys.empty()) return {};
  plan.name = "tlsproxy:key process";
  plan.sources = certificates.keys;
  plan.jail = plan_.jail;
  plan.user = plan_.key_user;
  plan.dies_with_parent = false;  // master's child goes before its sessions do
  auto made = start_key_process(plan);
  if (!made) return tl::unexpected(made.error());
  keys_ = std::move(*made);
  const auto public_halves = loaded_keys(keys_.report, "the key process");
  if (!public_halves) return tl::unexpected(public_halves.error());
  return fit_keys(certificates, *public_halves);
}

HandoffWorkerSpec Crew::worker_spec(unsigned number) const {
  HandoffWorkerSpec spec;
  spec.number = number;
  spec.chains = plan_.certificates.chains;
  spec.tls = plan_.tls;
  spec.sessions = plan_.sessions;
  if (plan_.ticket_key) spec.ticket_key = {plan_.ticket_key->material.copy(), plan_.ticket_key->expiry};
  spec.version = plan_.version;
  spec.log_level = plan_.log_level;
  spec.child = plan_.child;
  spec.generation = plan_.generation;
  spec.max_sessions = sessions_per_worker;
  spec.use = plan_.use;
  spec.jail.role = os::Role::receiver;
  spec.jail.root = plan_.jail;
  spec.jail.user = plan_.user;
  spec.jail.max_descriptors = sessions_per_worker * descriptors_per_session + descriptors_of_a_worker;
  return spec;
}

base::Result<void> Crew::start_worker(unsigned number) {
  Worker& worker = workers_[number];
  auto control = os::make_socket_pair(SOCK_SEQPACKET);
  if (!control) return tl::unexpected(control.error());
  const auto role = [&] {
    HandoffWorkerSpec spec = worker_spec(number);
    std::vector<int> mine{control->second.get(), worker.keys.first.get()};
    for (const int fd : {plan_.listener, plan_.only_session, plan_.status}) {
      if (fd >= 0) mine.push_back(fd);
    }
    if (keys_.report) mine.push_back(keys_.report.get());
    keep_only(std::move(mine));
    os::raise_descriptor_limit(spec.jail.max_descriptors);
    const auto sink = open_log(plan_.log);
    spec.sink = sink.get();
    spec.listener = os::UniqueFd(plan_.listener);
    spec.only_session = os::UniqueFd(plan_.only_session);
    spec.status = os::UniqueFd(plan_.status);
    spec.control = std::move(control->second);
    spec.keys = std::move(worker.keys.first);
    spec.key_process = std::move(keys_.report);
    return run_handoff_worker(std::move(spec));
  };
  const auto pid = os::fork_role(role, false);
  if (!pid) return tl::unexpected(pid.error());
  worker.pid = *pid;
  worker.control = std::move(control->first);
  return {};
}

base::Result<void> Crew::await_worker(const Worker& worker) {
  const auto words = first_words(worker.control.get(), "a worker");
  if (!words) return tl::unexpected(words.error());
  auto started = decode_started(*words);
  if (!started || !started->ready) return base::fail("{}", started ? started->text : "a worker babbles");
  left_out_ = std::move(started->text);
  return os::make_non_blocking(worker.control.get());
}

bool Crew::on_end(const os::Ended& ended) {
  const auto worker =
      std::find_if(workers_.begin(), workers_.end(), [&](const Worker& one) { return one.pid == ended.pid; });
  const bool keys = keys_.pid == ended.pid;
  if (worker == workers_.end() && !keys) return false;
  if (!finishing_ && lost_.empty()) {
    lost_ = fmt::format("{} (process {}) ended: {}", keys ? "key process" : "worker", ended.pid,
                        os::text_of_status(ended.status));
  }
  if (keys) {
    keys_.pid = 0;
  } else {
    worker->pid = 0;
  }
  return true;
}

std::vector<int> Crew::controls() const {
  std::vector<int> all;
  for (const Worker& worker : workers_) {
    if (worker.control) all.push_back(worker.control.get());
  }
  return all;
}

// A worker that is not itself any more does not get to keep master's child busy.
base::Result<os::UniqueFd> Crew::stream_for(Worker& worker) const {
  const auto now = Clock::now();
  if (now - worker.last_stream < between_streams) return base::fail("too often");
  worker.last_stream = now;
  return connect_tlsmgr(plan_.tlsmgr);
}

// A worker that has gone, or babbles, is asked nothing more; its end shows elsewhere.
void Crew::answer(int control) {
  const auto packet = os::receive_packet(control);
  if (packet && !*packet) return;
  const auto worker =
      std::find_if(workers_.begin(), workers_.end(), [&](const Worker& one) { return one.control.get() == control; });
  if (packet && (*packet)->bytes == life_question) {
    worker->answered = true;
  } else if (packet && (*packet)->bytes == stream_request) {
    const auto stream = stream_for(*worker);
    (void)os::send_packet(control, stream_request, stream ? std::vector{stream->get()} : std::vector<int>());
  } else {
    worker->control.reset();
  }
}

bool Crew::alive(std::chrono::seconds limit) {
  const auto now = Clock::now();
  for (Worker& worker : workers_) {
    if (worker.pid == 0 || !worker.control) continue;
    if (!worker.answered && now - worker.asked > limit) {
      ::kill(worker.pid, SIGKILL);
      return false;
    }
    if (!worker.answered || now - worker.asked < limit / 3) continue;
    worker.asked = now;
    worker.answered = !os::send_packet(worker.control.get(), life_question).value_or(false);
  }
  return true;
}

void Crew::finish() {
  finishing_ = true;
  keys_.report.reset();
  for (Worker& worker : workers_) worker.control.reset();
}

void Crew::end() const {
  for (const Worker& worker : workers_) {
    if (worker.pid != 0) ::kill(worker.pid, SIGKILL);
  }
}

bool Crew::over() const {
  return std::all_of(workers_.begin(), workers_.end(), [](const Worker& one) { return one.pid == 0; });
}

}  // namespace app
