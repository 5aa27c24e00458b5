// From key files to the loop: read with all rights, jail, parse, report, serve.
#include "keys/key_process.hpp"

#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "keys/service.hpp"
#include "keys/wire.hpp"
#include "os/files.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"

namespace keys {

namespace {

constexpr std::size_t max_key_file = 1024 * 1024;

// A tenth of a core where others want it all.
constexpr int niceness_of_slow_signatures = 10;

base::Result<base::Secret> read_open_file(const std::string& path) {
  auto text = os::read_file(path, max_key_file);
  if (!text) return tl::unexpected(text.error());
  base::Secret secret(*text);
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.InnerPointer): wiping does not reallocate
  ::explicit_bzero(text->data(), text->size());
  return secret;
}

base::Result<base::Secret> read_source(const KeySource& source) {
  if (source.pem) return source.pem->copy();
  return source.others_may_read ? read_open_file(source.path) : os::read_secret_file(source.path, max_key_file);
}

base::Result<std::vector<base::Secret>> read_files(const std::vector<KeySource>& sources) {
  std::vector<base::Secret> files;
  for (const KeySource& source : sources) {
    auto file = read_source(source);
    if (!file) return tl::unexpected(file.error());
    files.push_back(std::move(*file));
  }
  return files;
}

base::Result<Store> parse(const std::vector<base::Secret>& files, const std::vector<KeySource>& sources) {
  Store store;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto number = store.add(files[i], sources[i].path, sources[i].which);
    if (!number) return tl::unexpected(number.error());
  }
  return store;
}

// Keeps keys out of the swap (threat 43). Only where the limit can be lifted: under a limit, every later page over it
// would be refused. Core dumps are the jail's concern (not dumpable).
void keep_out_of_swap() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0) return;
  // Without the right to lock, keys may be swapped, as in any other server: nothing to fail for.
  [[maybe_unused]] const int locked = mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

base::Result<void> prepare_sockets(const KeyProcessSpec& spec) {
  std::vector<int> keep{STDERR_FILENO, spec.report.get()};
  for (const os::UniqueFd& asker : spec.askers) {
    keep.push_back(asker.get());
    if (auto done = os::make_non_blocking(asker.get()); !done) return done;
  }
  // The inherited ends of the network processes' sockets would hide that those processes have gone.
  os::close_all_but(keep.data(), static_cast<int>(keep.size()));
  return os::make_non_blocking(spec.report.get());
}

base::Result<void> start_openssl(tls::Algorithms algorithms) {
  if (tls::start_library(algorithms)) return {};
  return base::fail("OpenSSL does not start");
}

// False: nobody will ask any more.
bool is_asked(int fd) {
  pollfd state{fd, POLLIN, 0};
  int ready = -1;
  do ready = poll(&state, 1, -1);
  while (ready < 0 && errno == EINTR);
  const auto packet = os::receive_packet(fd);
  return packet && *packet && !(*packet)->bytes.empty();
}

// Made before the jail, which permits no fork, and in case it is needed: which kinds the keys are of is only known when
// they are parsed. It waits for that, and ends if nobody wants it.
base::Result<SlowEnds> start_slow_lane(const KeyProcessSpec& spec, std::vector<base::Secret>& files) {
  auto life = os::make_socket_pair(SOCK_SEQPACKET);
  auto requests = os::make_socket_pair(SOCK_SEQPACKET);
  if (!life || !requests) return tl::unexpected((life ? requests : life).error());
  (void)std::signal(SIGCHLD, SIG_IGN);  // nobody waits for it
  const auto role = [&] {
    KeyProcessSpec slow{spec.sources, std::move(life->second), {}, spec.jail, true};
    slow.askers.push_back(std::move(requests->second));
    slow.contents = std::move(files);
    os::name_process(spec.slow_name);
    (void)!::nice(niceness_of_slow_signatures);
    return run_key_process(std::move(slow));
  };
  const auto pid = os::fork_role(role, true);
  if (!pid) return tl::unexpected(pid.error());
  return SlowEnds{std::move(life->first), std::move(requests->first)};
}

struct Loaded {
  Store store;
  std::optional<SlowEnds> slow;
};

base::Result<Loaded> load(KeyProcessSpec& spec) {
  if (auto done = prepare_sockets(spec); !done) return tl::unexpected(done.error());
  if (spec.sources.size() > max_keys) {
    return base::fail("too many keys: {}, where {} are the most", spec.sources.size(), max_keys);
  }
  keep_out_of_swap();
  if (!spec.parse_when_asked) {
    if (const auto started = start_openssl(spec.algorithms); !started) return tl::unexpected(started.error());
    os::yield_when_woken();
  }
  auto files = spec.contents.empty() ? read_files(spec.sources) : std::move(spec.contents);
  if (!files) return tl::unexpected(files.error());
  std::optional<SlowEnds> slow;
  if (files->size() > 1 && !spec.parse_when_asked) {
    auto started = start_slow_lane(spec, *files);
    if (!started) return tl::unexpected(started.error());
    slow = std::move(*started);
  }
  const auto jailed = os::enter_jail(spec.jail);
  if (!jailed) return tl::unexpected(jailed.error());
  if (spec.parse_when_asked) {
    if (!is_asked(spec.report.get())) _exit(0);
    if (const auto started = start_openssl(spec.algorithms); !started) return tl::unexpected(started.error());
  }
  auto store = parse(*files, spec.sources);
  if (!store) return tl::unexpected(store.error());
  if (!store->is_mixed()) slow.reset();
  return Loaded{std::move(*store), std::move(slow)};
}

base::Result<std::optional<SlowLane>> begin(std::optional<SlowEnds> ends, std::size_t askers) {
  if (!ends) return std::nullopt;
  auto lane = SlowLane::begin(std::move(*ends), askers);
  if (!lane) return tl::unexpected(lane.error());
  return std::move(*lane);
}

// Waits for room where there is none: the supervisor takes one after the other. False: it is gone.
bool report(int fd, const LoadReport& what) {
  const std::string bytes = encode(what);
  for (;;) {
    const auto sent = os::send_packet(fd, bytes);
    if (!sent || *sent) return sent.has_value();
    pollfd room{fd, POLLOUT, 0};
    (void)poll(&room, 1, -1);
  }
}

bool report_all(int fd, std::vector<std::string> public_ders) {
  const auto reports = reports_of(std::move(public_ders));
  return std::all_of(reports.begin(), reports.end(), [fd](const LoadReport& each) { return report(fd, each); });
}

}  // namespace

int run_key_process(KeyProcessSpec spec) {
  auto loaded = load(spec);
  if (!loaded) {
    [[maybe_unused]] const bool told = report(spec.report.get(), {{}, loaded.error().text});
    return 1;
  }
  auto slow = begin(std::move(loaded->slow), spec.askers.size());
  if (!slow) {
    complain(slow.error().text);
    return 1;
  }
  if (!report_all(spec.report.get(), loaded->store.public_ders())) return 1;
  Service service(std::move(loaded->store), std::move(spec.report), std::move(spec.askers), std::move(*slow));
  std::optional<int> status;
  while (!status) status = service.one_turn();
  return *status;
}

}  // namespace keys
