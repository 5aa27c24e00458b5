// The journal's words, and where the sinks put them.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/forms.hpp"
#include "log/journal.hpp"
#include "log/program_sinks.hpp"
#include "log/sink.hpp"
#include "os/address.hpp"
#include "os/fd.hpp"

inline namespace ehlock {
namespace log {
namespace {

class Memory : public Sink {
 public:
  void write(Severity severity, std::string_view line) override {
    severities.push_back(severity);
    lines.emplace_back(line);
  }
  std::vector<Severity> severities;
  std::vector<std::string> lines;
};

class JournalTest : public testing::Test {
 protected:
  [[nodiscard]] const std::string& last() const { return memory_.lines.back(); }
  Memory memory_;
  Journal journal_{memory_, "3f9a0c11", "unknown[192.0.2.1]:4711"};
};

TlsEvent full_event() {
  TlsEvent event;
  event.protocol = "TLSv1.3";
  event.cipher = "TLS_AES_256_GCM_SHA384";
  event.bits = 256;
  event.algorithm_bits = 256;
  event.group = "X25519";
  event.server_signature = "ECDSA (prime256v1)";
  event.server_digest = "SHA256";
  return event;
}

TEST_F(JournalTest, begins_each_line_with_the_session_id) {
  journal_.connected("");
  EXPECT_EQ(last(), "3f9a0c11: connect from unknown[192.0.2.1]:4711");
  journal_.connected("[127.0.0.1]:25");
  EXPECT_EQ(last(), "3f9a0c11: connect from unknown[192.0.2.1]:4711 to [127.0.0.1]:25");
}

TEST_F(JournalTest, writes_postfix_tls_summary) {
  journal_.secured(full_event());
  EXPECT_EQ(last(),
            "3f9a0c11: Anonymous TLS connection established from unknown[192.0.2.1]: TLSv1.3 with cipher "
            "TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA (prime256v1) "
            "server-digest SHA256");
}

TEST_F(JournalTest, inserts_the_server_name_and_says_reused) {
  auto event = full_event();
  event.sni = "mx.example.org";
  event.resumed = true;
  event.server_signature.clear();
  event.server_digest.clear();
  journal_.secured(event);
  EXPECT_EQ(last(),
            "3f9a0c11: Anonymous TLS connection reused from unknown[192.0.2.1] to mx.example.org: TLSv1.3 with cipher "
            "TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519");
}

TEST_F(JournalTest, tells_trust_in_a_client_certificate) {
  auto event = full_event();
  event.client_certificate = true;
  event.client_name = "client";
  event.client_issuer = "CA";
  event.client_fingerprint = "AB:CD";
  event.client_key_fingerprint = "12:34";
  journal_.secured(event);
  EXPECT_THAT(memory_.lines.front(), testing::HasSubstr("3f9a0c11: Untrusted TLS connection established from"));
  EXPECT_EQ(last(),
            "3f9a0c11: unknown[192.0.2.1]: Untrusted: subject_CN=client, issuer=CA, fingerprint=AB:CD, "
            "pkey_fingerprint=12:34");
  event.client_verified = true;
  journal_.secured(event);
  EXPECT_THAT(last(), testing::StartsWith("3f9a0c11: unknown[192.0.2.1]: Trusted: subject_CN=client, issuer=CA, "));
}

TEST_F(JournalTest, has_a_line_for_each_way_a_session_goes_wrong) {
  journal_.tls_failed({"no_shared_cipher", "TLSv1.2 RC4-SHA"});
  EXPECT_EQ(last(), "3f9a0c11: SSL_accept error from unknown[192.0.2.1]: no_shared_cipher offered TLSv1.2 RC4-SHA");
  journal_.tls_failed({"timeout", ""});
  EXPECT_EQ(last(), "3f9a0c11: SSL_accept error from unknown[192.0.2.1]: timeout");
  journal_.discarded(23);
  EXPECT_EQ(last(), "3f9a0c11: improper command pipelining after STARTTLS from unknown[192.0.2.1]: 23 bytes discarded");
  journal_.lost_connection("STARTTLS");
  EXPECT_EQ(last(), "3f9a0c11: lost connection after STARTTLS from unknown[192.0.2.1]");
  journal_.timed_out("DATA");
  EXPECT_EQ(last(), "3f9a0c11: timeout after DATA from unknown[192.0.2.1]");
  journal_.backend_failed("[127.0.0.1]:10025: Connection refused");
  EXPECT_EQ(last(),
            "3f9a0c11: warning: backend: [127.0.0.1]:10025: Connection refused (client unknown[192.0.2.1]:4711)");
  EXPECT_EQ(memory_.severities.back(), Severity::warning);
  journal_.rejected("RCPT", "554 5.7.1 Access denied");
  EXPECT_EQ(last(), "3f9a0c11: reject: RCPT from unknown[192.0.2.1]: 554 5.7.1 Access denied");
}

TEST_F(JournalTest, names_a_limit_that_was_exceeded) {
  journal_.limit_exceeded("Connection rate", 31, "max.client_rate = 30/1m");
  EXPECT_EQ(last(),
            "3f9a0c11: warning: Connection rate limit exceeded: 31 from unknown[192.0.2.1] (max.client_rate = 30/1m)");
}

TEST_F(JournalTest, tells_of_an_early_talker_as_postscreen_does) {
  using std::chrono::milliseconds;
  journal_.pregreet("EHLO x\r\n", milliseconds(4));
  EXPECT_EQ(last(), "3f9a0c11: PREGREET 8 after 0 from [192.0.2.1]:4711: EHLO x\\r\\n");
  journal_.pregreet("\x01\\\"%\xff y\tz\n" + std::string(200, 'a'), milliseconds(304));
  EXPECT_EQ(last(), "3f9a0c11: PREGREET 210 after 0.3 from [192.0.2.1]:4711: \\001\\\\\"%\\377 y\\tz\\n" +
                        std::string(100 - 19, 'a'));
  for (const auto& [after, text] : std::vector<std::pair<int, std::string>>{
           {9, "0"}, {10, "0.01"}, {23, "0.02"}, {999, "1"}, {1296, "1.3"}, {5960, "6"}, {12345, "12"}}) {
    journal_.pregreet("x", milliseconds(after));
    EXPECT_EQ(last(), "3f9a0c11: PREGREET 1 after " + text + " from [192.0.2.1]:4711: x");
  }
}

TEST_F(JournalTest, ends_with_counts_outcome_and_bytes) {
  journal_.disconnected({"ehlo=2 starttls=1 quit=1 commands=4", "quit", 1234, 567});
  EXPECT_EQ(last(),
            "3f9a0c11: disconnect from unknown[192.0.2.1] ehlo=2 starttls=1 quit=1 commands=4 outcome=quit "
            "received=1234 sent=567");
  journal_.disconnected({"", "lost", 0, 0});
  EXPECT_EQ(last(), "3f9a0c11: disconnect from unknown[192.0.2.1] outcome=lost received=0 sent=0");
}

TEST_F(JournalTest, threat_38_wire_text_cannot_make_a_second_line_or_move_the_cursor) {
  auto event = full_event();
  event.sni = "a\nb";
  event.client_certificate = true;
  event.client_name = "x\x1b[2J";
  journal_.secured(event);
  journal_.rejected("RCPT\r\n", "554 \xff");
  journal_.lost_connection("A\nB");
  journal_.tls_failed({"x", "\n"});
  journal_.warning("forgot to escape\nthis");
  journal_.disconnected({"a\n", "b\n", 0, 0});
  for (const auto& line : memory_.lines) {
    EXPECT_EQ(line.find_first_of("\n\r\x1b"), std::string::npos) << line;
  }
}

TEST_F(JournalTest, names_unix_clients_whole) {
  Journal journal(memory_, "1", "unix:/run/x");
  journal.lost_connection("CONNECT");
  EXPECT_EQ(last(), "1: lost connection after CONNECT from unix:/run/x");
}

TEST(SessionIds, are_eight_digits_that_count_up) {
  SessionIds ids(0xfffffffe);
  EXPECT_EQ(ids.next(), "fffffffe");
  EXPECT_EQ(ids.next(), "ffffffff");
  EXPECT_EQ(ids.next(), "00000000");
}

// Standard error as a pipe, for as long as this lives.
class CapturedStderr {
 public:
  CapturedStderr() : pipe_(os::make_pipe().value()), before_(os::duplicate(2).value()) { dup2(pipe_.second.get(), 2); }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;
  ~CapturedStderr() { dup2(before_.get(), 2); }
  // What one read gives: one write's worth.
  std::string next() {
    std::array<char, 1000> bytes{};
    const auto got = read(pipe_.first.get(), bytes.data(), bytes.size());
    return {bytes.data(), static_cast<std::size_t>(got)};
  }

 private:
  os::FdPair pipe_;
  os::UniqueFd before_;
};

TEST(stderr_sink, writes_program_pid_and_line_at_once) {
  CapturedStderr captured;
  stderr_sink("ehlock")->write(Severity::info, "3f9a0c11: connect");
  EXPECT_EQ(captured.next(), fmt::format("ehlock[{}]: 3f9a0c11: connect\n", getpid()));
}

TEST(stderr_sink, threat_55_a_reader_that_stalls_costs_lines_and_nobody_waits) {
  CapturedStderr captured;
  const auto sink = stderr_sink("ehlock");
  const std::string line(900, 'x');
  for (int i = 0; i < 200; ++i) sink->write(Severity::info, line);  // a pipe takes 65536 octets
  std::string seen;
  for (int i = 0; i < 30; ++i) seen += captured.next();
  EXPECT_THAT(seen, testing::HasSubstr("xxx\n"));
  sink->write(Severity::info, "after");
  while (seen.find("after") == std::string::npos) seen += captured.next();
  EXPECT_THAT(seen, testing::ContainsRegex("warning: 1[0-9][0-9] log lines were lost\n"));
}

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() : directory_((std::filesystem::temp_directory_path() / "log_test.XXXXXX").string()) {
    if (mkdtemp(directory_.data()) == nullptr) std::abort();
  }
  ~LogFileTest() override { std::filesystem::remove_all(directory_); }
  static std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string directory_;
};

TEST_F(LogFileTest, lines_are_appended_and_go_to_the_new_file_after_a_turn) {
  const auto sink = file_sink("ehlock", open_log_file(directory_ + "/one").value());
  sink->write(Severity::info, "first");
  sink->turn_to(open_log_file(directory_ + "/two").value());
  sink->write(Severity::info, "second");
  EXPECT_THAT(text_of(directory_ + "/one"), testing::EndsWith(": first\n"));
  EXPECT_THAT(text_of(directory_ + "/two"), testing::EndsWith(": second\n"));
}

TEST_F(LogFileTest, what_is_no_regular_file_is_refused) {
  EXPECT_THAT(open_log_file("/dev/null").error().text, testing::HasSubstr("no regular file"));
  EXPECT_THAT(open_log_file(directory_).error().text, testing::HasSubstr(directory_));
}

TEST_F(LogFileTest, a_full_disk_costs_lines_only) {
  const auto sink = json_sink("ehlock", os::UniqueFd(open("/dev/full", O_WRONLY | O_CLOEXEC)));
  for (int i = 0; i < 3; ++i) sink->write(Severity::info, "a line");
}

class SyslogTest : public testing::Test {
 protected:
  SyslogTest() : directory_((std::filesystem::temp_directory_path() / "log_test.XXXXXX").string()) {
    if (mkdtemp(directory_.data()) == nullptr) std::abort();
    path_ = directory_ + "/log";
    daemon_ = os::UniqueFd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto address = os::SocketAddress::unix_path(path_).value();
    if (bind(daemon_.get(), address.raw(), address.size()) != 0) std::abort();
  }
  ~SyslogTest() override { std::filesystem::remove_all(directory_); }

  std::string directory_;
  std::string path_;
  os::UniqueFd daemon_;
};

TEST_F(SyslogTest, sends_rfc_3164_datagrams_of_facility_mail) {
  const auto sink = syslog_sink("ehlock", path_).value();
  sink->write(Severity::warning, "a line");
  std::array<char, 1000> bytes{};
  const auto got = read(daemon_.get(), bytes.data(), bytes.size());
  const std::string datagram(bytes.data(), static_cast<std::size_t>(got));
  EXPECT_THAT(datagram, testing::MatchesRegex("<20>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]+ ehlock\\[[0-9]+\\]: a line"));
}

TEST_F(SyslogTest, falls_back_to_standard_error_when_the_daemon_is_gone) {
  const auto sink = syslog_sink("ehlock", path_).value();
  daemon_.reset();
  CapturedStderr captured;
  sink->write(Severity::info, "a line");
  EXPECT_EQ(captured.next(), fmt::format("ehlock[{}]: a line\n", getpid()));
}

TEST_F(SyslogTest, is_an_error_at_start_when_there_is_no_daemon) {
  EXPECT_THAT(syslog_sink("ehlock", directory_ + "/none").error().text, testing::HasSubstr("/none"));
}

}  // namespace
}  // namespace log
}  // namespace ehlock
