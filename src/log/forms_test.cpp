// Log lines in their forms: for files, syslog, JSON and systemd's journal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/forms.hpp"

inline namespace ehlock {
namespace log {
namespace {

const Writer us{"ehlock", "mx", 7, std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'123))};

const std::vector<Field>& facts() {
  static const std::vector<Field> all{{"client", std::string("192.0.2.1")},
                                      {"client_port", std::int64_t{4711}},
                                      {"resumed", true},
                                      {"offered_versions", std::vector<std::string>{"TLSv1", "TLS\"v1.1"}}};
  return all;
}

const Record event{Severity::warning, "tls_failed", "3f9a0c11", "SSL_accept error", facts()};

TEST(JsonLine, has_the_facts_of_an_event_with_their_kinds) {
  EXPECT_EQ(json_line(us, event),
            R"({"time":"2023-11-14T22:13:20.123Z","program":"ehlock","pid":7,"severity":"warning",)"
            R"("session":"3f9a0c11","event":"tls_failed","text":"SSL_accept error","client":"192.0.2.1",)"
            R"("client_port":4711,"resumed":true,"offered_versions":["TLSv1","TLS\"v1.1"]})"
            "\n");
}

TEST(JsonLine, of_a_plain_line_has_neither_session_nor_event) {
  EXPECT_THAT(json_line(us, {Severity::info, "", "", "ready", {}}), testing::EndsWith(R"("info","text":"ready"})"
                                                                                      "\n"));
}

TEST(JsonLine, log_injection_CWE_117_nothing_ends_the_string_or_the_line) {
  EXPECT_EQ(json_escaped("a\"b\\c\n\x1b\xc3"), "a\\\"b\\\\c\\u000a\\u001b\\u00c3");
}

TEST(JournaldDatagram, has_the_line_and_a_variable_for_each_fact) {
  EXPECT_EQ(journald_datagram(us, event),
            "MESSAGE=3f9a0c11: SSL_accept error\nPRIORITY=4\nSYSLOG_IDENTIFIER=ehlock\nSYSLOG_FACILITY=2\n"
            "EHLOCK_SESSION=3f9a0c11\nEHLOCK_EVENT=tls_failed\nEHLOCK_CLIENT=192.0.2.1\nEHLOCK_CLIENT_PORT=4711\n"
            "EHLOCK_RESUMED=true\nEHLOCK_OFFERED_VERSIONS=TLSv1,TLS\"v1.1\n");
}

TEST(JournaldDatagram, log_injection_CWE_117_a_newline_in_a_value_adds_no_variable) {
  const std::vector<Field> hostile{{"sni", std::string("x\nPRIORITY=0")}};
  const std::string datagram = journald_datagram(us, {Severity::info, "", "", "m", hostile});
  const std::string length("\x0c\0\0\0\0\0\0\0", 8);
  EXPECT_THAT(datagram, testing::EndsWith("\nEHLOCK_SNI\n" + length + "x\nPRIORITY=0\n"));
}

TEST(FileLine, has_time_with_offset_host_program_and_process) {
  EXPECT_THAT(file_line(us, "ready"),
              testing::MatchesRegex("2023-11-1[45]T[0-9:]+[.]123[+-][0-9][0-9]:[0-9][0-9] mx ehlock.7.: ready\n"));
}

}  // namespace
}  // namespace log
}  // namespace ehlock
