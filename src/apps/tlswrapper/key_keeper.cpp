#include "apps/tlswrapper/key_keeper.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <memory>
#include <utility>

#include "keys/key_process.hpp"
#include "keys/remote_key.hpp"
#include "keys/wire.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"
#include "tls/library.hpp"

namespace app {
namespace {

// A signature takes a few milliseconds; a key process that says nothing for this long never will.
constexpr int patience = 10'000;

base::Result<std::string> answer_from(int fd) {
  pollfd state{fd, POLLIN, 0};
  int ready = -1;
  do ready = ::poll(&state, 1, patience);
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) return base::fail("the key process does not answer");
  auto packet = os::receive_packet(fd);
  if (!packet || !*packet || (*packet)->bytes.empty()) return base::fail("the key process has ended");
  return std::move((*packet)->bytes);
}

std::optional<std::string> sign_over(int fd, const tls::SignatureRequest& request) {
  const auto sent = os::send_packet(fd, keys::encode(keys::SignRequest{1, request}));
  if (!sent || !*sent) return std::nullopt;
  const auto said = answer_from(fd);
  auto answer = said ? keys::decode_answer(*said) : std::nullopt;
  if (!answer || answer->signature.empty()) return std::nullopt;
  return std::move(answer->signature);
}

}  // namespace

base::Result<KeyKeeper> KeyKeeper::start(std::vector<PemFile> files, os::JailSpec jail) {
  auto report = os::make_socket_pair(SOCK_SEQPACKET);
  auto questions = os::make_socket_pair(SOCK_SEQPACKET);
  if (!report || !questions) return base::fail("no sockets for the key process");
  const auto role = [&] {
    keys::KeyProcessSpec spec;
    for (PemFile& file : files) {
      spec.sources.push_back({file.path});
      spec.contents.push_back(std::move(file.content));
    }
    spec.report = std::move(report->second);
    spec.askers.push_back(std::move(questions->second));
    spec.jail = std::move(jail);
    spec.parse_when_asked = true;
    spec.algorithms = tls::Algorithms::advised;
    return keys::run_key_process(std::move(spec));
  };
  const auto pid = os::fork_role(role, true);
  if (!pid) return tl::unexpected(pid.error());
  for (PemFile& file : files) file.content = {};
  ::tzset();  // reads the zone's file, which the dates of certificates would look for inside the jail
  KeyKeeper keeper;
  keeper.files_ = std::move(files);
  keeper.report_ = std::move(report->first);
  keeper.questions_ = std::move(questions->first);
  return keeper;
}

base::Result<std::vector<std::string>> KeyKeeper::public_keys() const {
  const auto asked = os::send_packet(report_.get(), "?");
  if (!asked || !*asked) return base::fail("the key process has ended");
  auto public_halves = keys::gather_reports([fd = report_.get()] { return answer_from(fd); });
  if (public_halves && public_halves->size() != files_.size()) return base::fail("the key process has other keys");
  return public_halves;
}

base::Result<tls::Context> KeyKeeper::context(const tls::ServerSettings& settings) {
  // The key process starts its OpenSSL while this one does.
  if (!tls::start_library(tls::algorithms_for(settings))) return base::fail("OpenSSL does not start");
  const auto public_halves = public_keys();
  if (!public_halves) return tl::unexpected(public_halves.error());
  std::vector<tls::Identity> identities;
  for (std::uint32_t i = 0; i < files_.size(); ++i) {
    auto key = keys::remote_key(i, (*public_halves)[i]);
    if (!key) return base::fail("{}: {}", files_[i].path, key.error().text);
    identities.push_back({files_[i].chain, std::move(*key), files_[i].path, files_[i].names});
  }
  tls::set_blocking_signer(
      [fd = questions_.get()](const tls::SignatureRequest& request) { return sign_over(fd, request); });
  return tls::Context::server(settings, identities, nullptr);
}

}  // namespace app
