// The helpers' command lines. The grammar and the ranges are those of the programs they replace.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/helper_smtp_options.hpp"
#include "config/helper_wrapper_options.hpp"

namespace config {
namespace {

using Words = std::vector<std::string>;

// What a wrapper's command line gives; the text of its fault is kept beside ("usage" for one without text).
struct Read {
  WrapperOptions options;
  std::string fault;
};

Read read(const Words& words) {
  Read result;
  const auto done = read_wrapper_options(words, result.options);
  if (!done) result.fault = done.error().text.empty() ? "usage" : done.error().text;
  return result;
}

TEST(WrapperOptions, has_the_known_defaults) {
  const auto [options, fault] = read({"prog", "-x"});
  EXPECT_EQ(fault, "");
  EXPECT_EQ(options.verbosity, 1);
  EXPECT_EQ(options.idle.count(), 60);
  EXPECT_EQ(options.handshake.count(), 30);
  EXPECT_FALSE(options.delayed);
  EXPECT_EQ(options.jail, "/var/lib/tlswrapper/empty");
  EXPECT_EQ(options.tls.min_version, tls::Version::tls1_2);
  EXPECT_EQ(options.tls.max_version, tls::Version::tls1_3);
  EXPECT_EQ(options.program, (Words{"prog", "-x"}));
}

TEST(WrapperOptions, letters_cluster_and_arguments_are_glued_or_follow) {
  const auto [options, fault] = read({"-vnt5", "-T", "7", "-vu", "mail", "--", "-prog"});
  EXPECT_EQ(fault, "");
  EXPECT_EQ(options.verbosity, 3);
  EXPECT_TRUE(options.delayed);
  EXPECT_EQ(options.idle.count(), 5);
  EXPECT_EQ(options.handshake.count(), 7);
  EXPECT_EQ(options.user, "mail");
  EXPECT_EQ(options.program, (Words{"-prog"}));
}

TEST(WrapperOptions, a_lone_dash_ends_the_options) {
  EXPECT_EQ(read({"-v", "-", "-v"}).options.program, (Words{"-v"}));
}

TEST(WrapperOptions, the_last_scalar_wins) {
  const auto [options, fault] = read({"-nN", "-t1", "-t2", "-qQ", "prog"});
  EXPECT_FALSE(options.delayed);
  EXPECT_EQ(options.idle.count(), 2);
  EXPECT_EQ(options.verbosity, 1);
}

TEST(WrapperOptions, what_has_no_meaning_shows_the_usage) {
  for (const Words& words : {Words{}, {"-x", "prog"}, {"--help"}, {"-v"}, {"-t"}, {"-v", "--"}}) {
    EXPECT_EQ(read(words).fault, "usage");
  }
}

TEST(WrapperOptions, seconds_are_1_to_86400_in_strict_decimal) {
  for (const std::string text : {"1", "86400", "+5"}) EXPECT_EQ(read({"-t", text, "prog"}).fault, "");
  for (const std::string text : {"0", "86401", "007", "10x", "", "-1", "99999999999"}) {
    EXPECT_NE(read({"-t", text, "prog"}).fault, "") << text;
  }
}

TEST(WrapperOptions, files_are_looked_at_when_their_option_is_met) {
  EXPECT_NE(read({"-f", "/missing", "-x"}).fault.find("/missing: No such file"), std::string::npos);
  EXPECT_NE(read({"-f", "/etc", "prog"}).fault.find("not a regular file"), std::string::npos);
  EXPECT_NE(read({"-d", "/etc/passwd", "prog"}).fault.find("not a directory"), std::string::npos);
  EXPECT_NE(read({"-a/etc/passwd", "-a/etc/passwd", "prog"}).fault, "");
}

TEST(WrapperOptions, at_most_four_certificates) {
  const Words four{"-f/etc/passwd", "-f", "/etc/passwd", "-d", "/etc", "-d/etc", "prog"};
  EXPECT_EQ(read(four).fault, "");
  Words five{"-f/etc/passwd"};
  five.insert(five.end(), four.begin(), four.end());
  EXPECT_NE(read(five).fault.find("more than 4"), std::string::npos);
}

TEST(WrapperOptions, ciphers_are_in_the_order_given_and_curves_are_not) {
  const auto [options, fault] =
      read({"-c", "AES_128_CBC_SHA", "-c", "AES_256_GCM_SHA384", "-e", "secp521r1", "-ex25519", "prog"});
  EXPECT_EQ(fault, "");
  EXPECT_EQ(options.tls.ciphers,
            "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384");
  EXPECT_EQ(options.tls.ciphersuites, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(options.tls.groups, "X25519:P-521");
}

TEST(WrapperOptions, unknown_names_are_answered_by_the_known_ones) {
  EXPECT_NE(read({"-c", "xxx", "prog"}).fault.find("CHACHA20_POLY1305_SHA256"), std::string::npos);
  EXPECT_NE(read({"-e", "xxx", "prog"}).fault.find("secp384r1"), std::string::npos);
  EXPECT_NE(read({"-m", "ssl3", "prog"}).fault.find("tls13"), std::string::npos);
  EXPECT_NE(read({"-U", "serial", "prog"}).fault.find("emailAddress"), std::string::npos);
  EXPECT_NE(read({"-p", "3", "prog"}).fault, "");
}

TEST(WrapperOptions, an_account_from_a_certificate_needs_anchors_and_no_delay) {
  EXPECT_NE(read({"-U", "commonName", "prog"}).fault.find("-a"), std::string::npos);
  EXPECT_NE(read({"-a/etc/passwd", "-nU", "commonName", "prog"}).fault.find("-n"), std::string::npos);
  EXPECT_EQ(read({"-a/etc/passwd", "-U", "commonName", "prog"}).fault, "");
}

TEST(WrapperOptions, a_proxy_header_asked_for_stays_asked_for) {
  EXPECT_TRUE(read({"-p1", "-p0", "prog"}).options.proxy);
  EXPECT_FALSE(read({"-p0", "prog"}).options.proxy);
}

SmtpHelperOptions smtp(const Words& words) {
  SmtpHelperOptions options;
  EXPECT_TRUE(read_smtp_helper_options(words, options).has_value());
  return options;
}

TEST(SmtpHelperOptions, limits_are_those_of_the_rfc_unless_given) {
  EXPECT_FALSE(smtp({"prog"}).session);
  EXPECT_FALSE(smtp({"prog"}).wait);
  EXPECT_EQ(smtp({"-t600", "-T", "15", "prog"}).session->count(), 600);
  EXPECT_EQ(smtp({"-t600", "-T", "15", "prog"}).wait->count(), 15);
}

TEST(SmtpHelperOptions, the_last_of_open_and_closed_wins) {
  EXPECT_TRUE(smtp({"-Cc", "prog"}).policy_closed);
  EXPECT_FALSE(smtp({"-cC", "prog"}).policy_closed);
}

TEST(SmtpHelperOptions, a_policy_service_has_host_and_port_or_a_path) {
  EXPECT_EQ(smtp({"-g", "[::1]:10023", "prog"}).policy->port, 10023);
  EXPECT_EQ(smtp({"-g", "unix:/run/policy", "prog"}).policy->path, "/run/policy");
  for (const std::string text : {"foo", "foo:bar", "[::1]", "::1:25", ":25", "unix:", "unix:relative"}) {
    SmtpHelperOptions options;
    EXPECT_FALSE(read_smtp_helper_options({"-g", text, "prog"}, options).has_value()) << text;
  }
}

}  // namespace
}  // namespace config
