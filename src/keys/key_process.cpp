// From key files to the loop: read with all rights, jail, parse, report, serve.
#include "keys/key_process.hpp"

#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <openssl/crypto.h>

#include "keys/service.hpp"
#include "keys/wire.hpp"
#include "os/files.hpp"
#include "os/packet.hpp"

namespace keys {

namespace {

constexpr std::size_t max_key_file = 1024 * 1024;

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

base::Result<void> start_openssl() {
  // openssl.cnf could name engines and providers to load, and lies outside the jail.
  if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, nullptr) == 1) return {};
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

base::Result<Store> load(KeyProcessSpec& spec) {
  if (auto done = prepare_sockets(spec); !done) return tl::unexpected(done.error());
  keep_out_of_swap();
  if (!spec.parse_when_asked) {
    if (const auto started = start_openssl(); !started) return tl::unexpected(started.error());
  }
  auto files = spec.contents.empty() ? read_files(spec.sources) : std::move(spec.contents);
  if (!files) return tl::unexpected(files.error());
  const auto jailed = os::enter_jail(spec.jail);
  if (!jailed) return tl::unexpected(jailed.error());
  if (spec.parse_when_asked) {
    if (!is_asked(spec.report.get())) _exit(0);
    if (const auto started = start_openssl(); !started) return tl::unexpected(started.error());
  }
  return parse(*files, spec.sources);
}

// The socket is new and empty: that it has no room means that the report is too large.
bool report(int fd, const LoadReport& what) {
  const auto sent = os::send_packet(fd, encode(what));
  return sent && *sent;
}

}  // namespace

int run_key_process(KeyProcessSpec spec) {
  auto store = load(spec);
  if (!store) {
    [[maybe_unused]] const bool told = report(spec.report.get(), {{}, store.error().text});
    return 1;
  }
  if (!report(spec.report.get(), {store->public_ders(), ""})) {
    [[maybe_unused]] const bool told =
        report(spec.report.get(), {{}, "too many keys: their public halves do not fit 64 KiB"});
    return 1;
  }
  Service service(std::move(*store), std::move(spec.report), std::move(spec.askers));
  std::optional<int> status;
  while (!status) status = service.one_turn();
  return *status;
}

}  // namespace keys
