// The key process as a real process: files, jail, report, requests, ends.
#include "keys/key_process.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <openssl/core_names.h>

#include "keys/handshake.hpp"
#include "keys/remote_key.hpp"
#include "keys/samples.hpp"
#include "keys/wire.hpp"
#include "os/packet.hpp"
#include "os/process.hpp"
#include "tls/openssl.hpp"

namespace keys {
namespace {

using ::testing::HasSubstr;
using tls::KeyKind;

// Key files in a folder of their own, processes over them, and our ends of their sockets.
class KeyProcess : public ::testing::Test {
 protected:
  KeyProcess() {
    std::string pattern = "/tmp/ehlock-keys-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    std::filesystem::create_directory(folder_ / "empty");
    std::filesystem::permissions(folder_ / "empty", std::filesystem::perms(0555));
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
  }
  ~KeyProcess() override {
    for (const pid_t pid : running_) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }

  KeySource file(const std::string& name, std::string_view text, int mode = 0600) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << text;
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    return {path};
  }
  KeySource file_of(KeyKind kind) {
    return file(std::string(samples::name(kind)) + ".pem", samples::identity(kind).key_pem);
  }

  struct Ends {
    pid_t pid = -1;
    os::UniqueFd report;
  };

  // Starts one over copies of `served`, which siblings may share.
  Ends start(const std::vector<KeySource>& sources, const std::vector<os::UniqueFd>& served) {
    auto channel = os::make_socket_pair(SOCK_SEQPACKET).value();
    KeyProcessSpec spec{sources, std::move(channel.second), {}, {}};
    for (const os::UniqueFd& fd : served) spec.askers.push_back(os::duplicate(fd.get()).value());
    spec.jail.role = os::Role::key_process;
    spec.jail.root = folder_ / "empty";
    spec.jail.user = os::unused_user();
    const pid_t pid = os::fork_role([&] { return run_key_process(std::move(spec)); }, true).value();
    running_.insert(pid);
    return {pid, std::move(channel.first)};
  }

  // A socket pair whose first end is ours.
  os::UniqueFd new_asker(std::vector<os::UniqueFd>& served) {
    auto pair = os::make_socket_pair(SOCK_SEQPACKET).value();
    served.push_back(std::move(pair.second));
    return std::move(pair.first);
  }

  int status_of(pid_t pid) {
    int status = -1;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    running_.erase(pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

  // All its reports in one.
  static LoadReport report_of(const Ends& ends) {
    const auto gathered = gather_reports(
        [&]() -> base::Result<std::string> { return os::receive_packet(ends.report.get()).value().value().bytes; });
    return gathered ? LoadReport{*gathered, ""} : LoadReport{{}, gathered.error().text};
  }

  std::filesystem::path folder_;
  std::set<pid_t> running_;
};

void ask(const os::UniqueFd& end, std::uint64_t id, const tls::SignatureRequest& request) {
  EXPECT_TRUE(os::send_packet(end.get(), encode(SignRequest{id, request})).value_or(false));
}

SignAnswer answer(const os::UniqueFd& end) {
  const auto packet = os::receive_packet(end.get());
  return decode_answer(packet.value().value().bytes).value_or(SignAnswer{0, "malformed"});
}

TEST_F(KeyProcess, reports_the_public_halves_and_signs_with_each_kind_of_key_in_the_jail) {
  std::vector<KeySource> sources;
  for (const KeyKind kind : samples::all_kinds()) sources.push_back(file_of(kind));
  std::vector<os::UniqueFd> served;
  const os::UniqueFd end = new_asker(served);
  Ends process = start(sources, served);
  const LoadReport report = report_of(process);
  ASSERT_EQ(report.error, "");
  EXPECT_EQ(report.public_der, samples::store(samples::all_kinds()).public_ders());
  for (std::uint32_t key = 0; key < sources.size(); ++key) {
    const auto request = samples::request(key, samples::all_kinds()[key]);
    ask(end, key + 100, request);
    const SignAnswer got = answer(end);
    EXPECT_EQ(got.id, key + 100);
    EXPECT_TRUE(samples::verifies(report.public_der[key], request, got.signature))
        << samples::name(samples::all_kinds()[key]);
  }
  process.report.reset();
  EXPECT_EQ(status_of(process.pid), 0);
}

TEST_F(KeyProcess, works_without_any_key_and_without_any_asker) {
  Ends process = start({}, {});
  EXPECT_EQ(report_of(process).error, "");
  process.report.reset();
  EXPECT_EQ(status_of(process.pid), 0);
}

TEST_F(KeyProcess, reports_what_could_not_be_loaded_and_ends) {
  const KeySource good = file_of(KeyKind::ed25519);
  const std::vector<std::pair<KeySource, std::string>> wrong = {
      {{folder_ / "absent.pem"}, "absent.pem"},
      {file("open.pem", samples::identity(KeyKind::ed25519).key_pem, 0644), "open.pem"},
      {file("large.pem", std::string(1024 * 1024 + 1, 'x')), "large.pem"},
      {file("chain.pem", samples::identity(KeyKind::ed25519).chain_pem), "chain.pem: no private key in it"},
      {file("garbage.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "garbage.pem"}};
  for (const auto& [source, words] : wrong) {
    const Ends process = start({good, source}, {});
    const LoadReport report = report_of(process);
    EXPECT_THAT(report.error, HasSubstr(words));
    EXPECT_TRUE(report.public_der.empty());
    EXPECT_EQ(status_of(process.pid), 1);
  }
}

TEST_F(KeyProcess, more_public_halves_than_a_packet_holds_come_in_several_reports) {
  const std::vector<KeySource> sources(720, file_of(KeyKind::ecdsa_p256));
  const Ends process = start(sources, {});
  const LoadReport report = report_of(process);
  EXPECT_EQ(report.error, "");
  const std::string each = samples::store({KeyKind::ecdsa_p256}).public_ders().front();
  EXPECT_EQ(report.public_der, std::vector<std::string>(720, each));
}

TEST_F(KeyProcess, more_keys_than_can_be_numbered_is_an_error_and_no_silence) {
  const std::vector<KeySource> sources(max_keys + 1, file_of(KeyKind::ed25519));
  const Ends process = start(sources, {});
  EXPECT_THAT(report_of(process).error, HasSubstr("too many keys"));
  EXPECT_EQ(status_of(process.pid), 1);
}

TEST_F(KeyProcess, Robot_CVE_2017_13099_an_unknown_message_ends_it) {
  std::vector<os::UniqueFd> served;
  const os::UniqueFd end = new_asker(served);
  const Ends process = start({file_of(KeyKind::rsa_2048)}, served);
  ASSERT_EQ(report_of(process).error, "");
  std::string decrypt = encode(SignRequest{1, samples::request(0, KeyKind::rsa_2048)});
  decrypt[0] = 4;
  ASSERT_TRUE(os::send_packet(end.get(), decrypt).value_or(false));
  EXPECT_EQ(status_of(process.pid), 1);
  served.clear();
  const auto left = os::receive_packet(end.get());
  EXPECT_TRUE(!left || (*left)->bytes.empty()) << "no answer, just the end";
}

TEST_F(KeyProcess, siblings_share_an_asker_and_each_request_is_answered_once) {
  std::vector<os::UniqueFd> served;
  const os::UniqueFd end = new_asker(served);
  const KeySource source = file_of(KeyKind::ecdsa_p256);
  Ends one = start({source}, served);
  Ends two = start({source}, served);
  ASSERT_EQ(report_of(one).public_der, report_of(two).public_der);
  std::set<std::uint64_t> answered;
  for (std::uint64_t id = 1; id <= 100; ++id) {
    ask(end, id, samples::request(0, KeyKind::ecdsa_p256));
    if (id <= 4) continue;
    EXPECT_TRUE(answered.insert(answer(end).id).second);
  }
  while (answered.size() < 100) ASSERT_TRUE(answered.insert(answer(end).id).second);
  EXPECT_EQ(*answered.rbegin(), 100U);
  one.report.reset();
  EXPECT_EQ(status_of(one.pid), 0);
  ask(end, 101, samples::request(0, KeyKind::ecdsa_p256));
  EXPECT_EQ(answer(end).id, 101U) << "the sibling goes on";
  two.report.reset();
  EXPECT_EQ(status_of(two.pid), 0);
}

TEST_F(KeyProcess, threat_48_a_killed_one_is_replaced_over_the_same_sockets) {
  std::vector<os::UniqueFd> served;
  const os::UniqueFd end = new_asker(served);
  const KeySource source = file_of(KeyKind::ecdsa_p256);
  const Ends first = start({source}, served);
  ASSERT_EQ(report_of(first).error, "");
  kill(first.pid, SIGKILL);
  EXPECT_EQ(status_of(first.pid), 1000 + SIGKILL);
  ask(end, 1, samples::request(0, KeyKind::ecdsa_p256));
  const Ends second = start({source}, served);
  ASSERT_EQ(report_of(second).error, "");
  EXPECT_EQ(answer(end).id, 1U);
}

// The numbers of a private key as they lie in memory: as in the file, and as OpenSSL computes with them.
std::vector<std::string> private_numbers(const std::string& pem) {
  const auto key = tls::PrivateKey::from_pem(pem).value();
  std::vector<std::string> numbers;
  for (const char* name :
       {OSSL_PKEY_PARAM_PRIV_KEY, OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2}) {
    BIGNUM* found = nullptr;
    if (EVP_PKEY_get_bn_param(key.raw(), name, &found) != 1) continue;
    const tls::BignumPtr number(found);
    std::string octets(static_cast<std::size_t>(BN_num_bytes(found)), '\0');
    BN_bn2bin(found, reinterpret_cast<unsigned char*>(octets.data()));
    numbers.push_back(octets);
    numbers.emplace_back(octets.rbegin(), octets.rend());
  }
  return numbers;
}

// How many of `texts` are somewhere in the memory of the process; -1 when it may not be read.
int count_in_memory(pid_t pid, const std::vector<std::string>& texts) {
  constexpr std::size_t largest = std::size_t{256} << 20U;  // the address sanitizer's shadow is larger
  const std::string folder = "/proc/" + std::to_string(pid);
  const os::UniqueFd memory(open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  if (!memory) return -1;
  std::set<std::string> found;
  std::ifstream maps(folder + "/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0;
    unsigned long end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) != 2 || end - begin > largest) continue;
    std::string octets(end - begin, '\0');
    if (pread(memory.get(), octets.data(), octets.size(), static_cast<off_t>(begin)) <= 0) continue;
    for (const std::string& text : texts) {
      if (octets.find(text) != std::string::npos) found.insert(text);
    }
  }
  return static_cast<int>(found.size());
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A network process: handshakes over a key that is elsewhere, then a byte to `ready`, then silence.
int shake_hands(const tls::Identity& identity, const os::UniqueFd& end, const os::UniqueFd& ready) {
  const auto server = tls::Context::server({}, {identity}, nullptr);
  const auto client = tls::Context::client({});
  if (!server || !client) return 1;
  for (int i = 0; i < 20; ++i) {
    samples::Handshake handshake{server->start(), client->start()};
    handshake.run([&](const tls::SignatureRequest& request) {
      ask(end, 1, request);
      return answer(end).signature;
    });
    if (!handshake.succeeded()) return 1;
  }
  if (write(ready.get(), "!", 1) != 1) return 1;
  return pause();
}

// Made by another program, so that this process never sees the key.
bool make_key_and_chain(const std::vector<std::string>& kind, const std::string& key, const std::string& chain) {
  os::ProgramSpec spec;
  spec.arguments = {"openssl", "req", "-x509", "-nodes", "-subj", "/CN=mx.example", "-keyout", key, "-out", chain};
  spec.arguments.insert(spec.arguments.end(), kind.begin(), kind.end());
  spec.environment = {"PATH=/usr/bin:/bin", "HOME=/"};
  const auto pid = os::start_program(spec);
  int status = -1;
  return pid && waitpid(*pid, &status, 0) == *pid && status == 0;
}

class KeyBytes : public KeyProcess, public ::testing::WithParamInterface<std::vector<std::string>> {};

TEST_P(KeyBytes, Heartbleed_CVE_2014_0160_are_in_the_key_process_and_not_in_the_network_process) {
  const KeySource key{folder_ / "key.pem"};
  const std::string chain = folder_ / "chain.pem";
  ASSERT_TRUE(make_key_and_chain(GetParam(), key.path, chain));
  std::vector<os::UniqueFd> served;
  const os::UniqueFd end = new_asker(served);
  const Ends process = start({key}, served);
  const LoadReport report = report_of(process);
  ASSERT_EQ(report.error, "");
  const tls::Identity identity{contents(chain), remote_key(0, report.public_der.at(0)).value(), chain};
  const auto ready = os::make_pipe().value();
  const pid_t network = os::fork_role([&] { return shake_hands(identity, end, ready.second); }, true).value();
  running_.insert(network);
  char byte = 0;
  ASSERT_EQ(read(ready.first.get(), &byte, 1), 1);
  const auto numbers = private_numbers(contents(key.path));
  ASSERT_GE(numbers.size(), 2U);
  if (count_in_memory(process.pid, numbers) < 0) GTEST_SKIP() << "the memory of other processes is not to be read here";
  EXPECT_GE(count_in_memory(process.pid, numbers), static_cast<int>(numbers.size() / 2));
  EXPECT_EQ(count_in_memory(network, numbers), 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, KeyBytes,
                         ::testing::Values(std::vector<std::string>{"-newkey", "ec", "-pkeyopt",
                                                                    "ec_paramgen_curve:P-256"},
                                           std::vector<std::string>{"-newkey", "rsa:2048"}),
                         [](const auto& tested) { return "kind_" + std::to_string(tested.index); });

TEST_F(KeyProcess, threat_39_holds_no_descriptor_but_its_own) {
  std::vector<os::UniqueFd> served;
  const os::UniqueFd end = new_asker(served);
  const Ends process = start({file_of(KeyKind::ed25519)}, served);
  ASSERT_EQ(report_of(process).error, "");
  const std::filesystem::path open = "/proc/" + std::to_string(process.pid) + "/fd";
  if (access(open.c_str(), R_OK) != 0 || geteuid() != 0) GTEST_SKIP() << "only root sees them: it is not dumpable";
  const auto count = std::distance(std::filesystem::directory_iterator(open), std::filesystem::directory_iterator());
  EXPECT_EQ(count, 3) << "standard error, the report, one asker";
}

TEST_F(KeyProcess, threat_43_is_not_dumpable_and_jailed) {
  const Ends process = start({file_of(KeyKind::ed25519)}, {});
  ASSERT_EQ(report_of(process).error, "");
  std::ifstream status("/proc/" + std::to_string(process.pid) + "/status");
  const std::string text((std::istreambuf_iterator<char>(status)), {});
  EXPECT_THAT(text, HasSubstr("NoNewPrivs:\t1"));
  struct stat owner {};
  ASSERT_EQ(stat(("/proc/" + std::to_string(process.pid) + "/mem").c_str(), &owner), 0);
  EXPECT_EQ(owner.st_uid, 0U) << "a process that is not dumpable belongs to root in /proc";
}

}  // namespace
}  // namespace keys
