// Grades, exclusions and what adds to them.
#include <gmock/gmock.h>

#include "postfix/tls_ciphers.hpp"
#include "postfix/tls_defaults.hpp"

namespace postfix {
namespace {

std::string ciphers(std::string_view main_cf, bool mandatory = false, bool asks = false) {
  Parameters parameters = Parameters::read(main_cf).value();
  assume_tls_defaults(parameters);
  const auto list = server_ciphers(parameters, mandatory, asks);
  return list ? *list : list.error().text;
}

constexpr const char* medium = "aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH";

TEST(TlsCiphers, a_grade_stands_for_its_list) {
  EXPECT_EQ(ciphers(""), medium);
  EXPECT_EQ(ciphers("smtpd_tls_ciphers = high"), "aNULL:-aNULL:HIGH:@STRENGTH");
  EXPECT_EQ(ciphers("smtpd_tls_ciphers = Null"), "eNULL:!aNULL");
  EXPECT_EQ(ciphers("tlsproxy_tls_ciphers = low"), "aNULL:-aNULL:HIGH:MEDIUM:LOW:+RC4:@STRENGTH");
  EXPECT_EQ(ciphers("smtpd_tls_ciphers = export"), "aNULL:-aNULL:HIGH:MEDIUM:LOW:EXPORT:+RC4:@STRENGTH");
  EXPECT_EQ(ciphers("tls_medium_cipherlist = ECDHE"), "ECDHE");
}

TEST(TlsCiphers, from_3_8_on_low_and_export_are_medium_whose_own_lists_are_empty) {
  for (const char* grade : {"low", "export"}) {
    const auto with = [&](const char* version) {
      return ciphers(fmt::format(
          "smtpd_tls_ciphers = {}\nmail_version = {}\ntls_low_cipherlist =\ntls_export_cipherlist =", grade, version));
    };
    EXPECT_EQ(with("3.8.0"), medium);
    EXPECT_EQ(with("3.12-20260821"), medium);
    EXPECT_EQ(with("3.7.11"), fmt::format("empty \"{}\" cipherlist", grade));
  }
}

TEST(TlsCiphers, mandatory_ones_hold_where_tls_is) {
  EXPECT_EQ(ciphers("smtpd_tls_mandatory_ciphers = high", true), "aNULL:-aNULL:HIGH:@STRENGTH");
  EXPECT_EQ(ciphers("smtpd_tls_mandatory_ciphers = high", false), medium);
}

TEST(TlsCiphers, exclusions_are_added_one_by_one) {
  EXPECT_EQ(ciphers("smtpd_tls_exclude_ciphers = MD5, aDSS:RC4 3DES"), std::string(medium) + ":!MD5:!aDSS:!RC4:!3DES");
  EXPECT_EQ(ciphers("smtpd_tls_exclude_ciphers = MD5\nsmtpd_tls_mandatory_exclude_ciphers = RC4", true),
            std::string(medium) + ":!MD5:!RC4");
  EXPECT_EQ(ciphers("smtpd_tls_mandatory_exclude_ciphers = RC4"), medium);
}

TEST(TlsCiphers, no_anonymous_ones_where_a_certificate_is_asked_for) {
  EXPECT_EQ(ciphers("", false, true), std::string(medium) + ":!aNULL");
}

TEST(TlsCiphers, an_exclusion_that_would_do_more_is_refused) {
  for (const char* bad : {"+MD5", "-MD5", "!MD5", "@STRENGTH"}) {
    EXPECT_EQ(ciphers(std::string("smtpd_tls_exclude_ciphers = RC4 ") + bad),
              std::string("invalid unary '!+-@' in cipher exclusion: ") + bad);
  }
}

TEST(TlsCiphers, a_grade_that_is_none_and_an_empty_list_are_told) {
  EXPECT_EQ(ciphers("smtpd_tls_ciphers = superb"), "invalid cipher grade: \"superb\"");
  EXPECT_EQ(ciphers("smtpd_tls_ciphers ="), "invalid cipher grade: \"\"");
  EXPECT_EQ(ciphers("tls_medium_cipherlist ="), "empty \"medium\" cipherlist");
}

}  // namespace
}  // namespace postfix
