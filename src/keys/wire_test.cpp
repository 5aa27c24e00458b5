// The messages between network and key process: what goes in comes out, and nothing else is taken.
#include "keys/wire.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "os/packet.hpp"

namespace keys {
namespace {

using tls::SignatureKind;

SignRequest request(SignatureKind kind, std::string digest, std::uint16_t salt, std::size_t octets) {
  return {0x0102030405060708U, {7, kind, std::move(digest), salt, std::string(octets, '\xa5')}};
}

std::vector<SignRequest> one_of_each_kind() {
  return {request(SignatureKind::rsa_pkcs1, "SHA256", 0, 32), request(SignatureKind::rsa_pkcs1, "MD5-SHA1", 0, 36),
          request(SignatureKind::rsa_pss, "SHA512", 64, 64), request(SignatureKind::ecdsa, "SHA384", 0, 48),
          request(SignatureKind::ed25519, "", 0, 512)};
}

std::vector<std::string> all_requests() {
  std::vector<std::string> all;
  for (const SignRequest& one : one_of_each_kind()) all.push_back(encode(one));
  return all;
}

TEST(Wire, a_request_comes_out_as_it_went_in) {
  for (const SignRequest& sent : one_of_each_kind()) {
    const auto got = decode_request(encode(sent));
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->id, sent.id);
    EXPECT_EQ(got->signature.key, sent.signature.key);
    EXPECT_EQ(got->signature.kind, sent.signature.kind);
    EXPECT_EQ(got->signature.digest, sent.signature.digest);
    EXPECT_EQ(got->signature.salt, sent.signature.salt);
    EXPECT_EQ(got->signature.data, sent.signature.data);
  }
}

TEST(Wire, a_request_looks_on_the_wire_as_documented) {
  const SignRequest sent{1, {2, SignatureKind::rsa_pss, "SHA1", 20, "ab"}};
  const std::string wanted(
      "\x01\0\0\0\0\0\0\0\x01\0\0\0\x02\x02\0\x14\0\x04SHA1\0\x02"
      "ab",
      26);
  EXPECT_EQ(encode(sent), wanted);
}

TEST(Wire, an_answer_comes_out_as_it_went_in) {
  for (const std::size_t octets : {std::size_t{0}, std::size_t{1}, std::size_t{512}, max_signature}) {
    const auto got = decode_answer(encode(SignAnswer{~std::uint64_t{0}, std::string(octets, 's')}));
    ASSERT_TRUE(got.has_value()) << octets;
    EXPECT_EQ(got->id, ~std::uint64_t{0});
    EXPECT_EQ(got->signature.size(), octets);
  }
}

TEST(Wire, a_report_comes_out_as_it_went_in) {
  const auto loaded = decode_report(encode(LoadReport{{"first", "second"}, ""}));
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->public_der, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(loaded->error, "");
  const auto failed = decode_report(encode(LoadReport{{}, "a.pem: no private key in it"}));
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->error, "a.pem: no private key in it");
  EXPECT_TRUE(decode_report(encode(LoadReport{})).has_value());
}

std::vector<LoadReport> sent_and_received(std::vector<std::string> public_ders) {
  const auto sent = reports_of(std::move(public_ders));
  std::vector<LoadReport> received;
  received.reserve(sent.size());
  for (const LoadReport& each : sent) {
    const std::string bytes = encode(each);
    EXPECT_LE(bytes.size(), os::max_packet);
    received.push_back(decode_report(bytes).value());
  }
  return received;
}

// As gather_reports() takes them: an error behind the last.
auto one_after_the_other(std::vector<std::string> packets) {
  return [packets, next = std::size_t{0}]() mutable -> base::Result<std::string> {
    if (next == packets.size()) return base::fail("silence");
    return packets[next++];
  };
}

TEST(Wire, a_thousand_public_halves_come_in_as_many_reports_as_they_need) {
  EXPECT_EQ(sent_and_received({}).size(), 1U);
  EXPECT_EQ(sent_and_received(std::vector<std::string>(700, std::string(91, 'd'))).size(), 1U);
  const std::vector<std::string> sent(1000, std::string(294, 'd'));
  const auto reports = sent_and_received(sent);
  std::vector<std::string> packets(reports.size());
  std::transform(reports.begin(), reports.end(), packets.begin(), [](const LoadReport& each) { return encode(each); });
  EXPECT_EQ(packets.size(), 5U);
  EXPECT_EQ(gather_reports(one_after_the_other(packets)).value(), sent);
  packets.pop_back();
  EXPECT_EQ(gather_reports(one_after_the_other(packets)).error().text, "silence");
}

TEST(Wire, reports_that_make_no_sense_are_refused) {
  const std::string part = encode(LoadReport{{"key"}, "", true});
  const std::string idle = encode(LoadReport{{}, "", true});
  EXPECT_EQ(gather_reports(one_after_the_other({idle, part})).error().text, "the key process: malformed report");
  EXPECT_EQ(gather_reports(one_after_the_other({part, "?"})).error().text, "the key process: malformed report");
  EXPECT_EQ(gather_reports(one_after_the_other(std::vector<std::string>(max_keys + 1, part))).error().text,
            "the key process: malformed report");
  EXPECT_EQ(gather_reports(one_after_the_other({part, encode(LoadReport{{}, "why"})})).error().text, "why");
  EXPECT_FALSE(decode_report(encode(LoadReport{{}, "why", true})).has_value());
}

TEST(Wire, a_long_error_is_cut_and_still_arrives) {
  const auto got = decode_report(encode(LoadReport{{}, std::string(100000, 'x')}));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->error.size(), 4096U);
}

template <typename Decode>
void expect_only_the_whole_is_taken(const std::string& whole, Decode decode) {
  EXPECT_TRUE(decode(whole).has_value());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(decode(std::string_view(whole).substr(0, length)).has_value()) << "cut to " << length;
  }
  EXPECT_FALSE(decode(whole + '\0').has_value());
}

TEST(Wire, every_truncation_and_every_octet_too_many_is_refused) {
  for (const std::string& whole : all_requests()) expect_only_the_whole_is_taken(whole, decode_request);
  expect_only_the_whole_is_taken(encode(SignAnswer{5, "signature"}), decode_answer);
  expect_only_the_whole_is_taken(encode(LoadReport{{"first", "second"}, ""}), decode_report);
  expect_only_the_whole_is_taken(encode(LoadReport{{}, "error"}), decode_report);
}

// Every bit of the octets [at, at + count) is flipped once.
template <typename Decode>
void expect_flips_refused(const std::string& whole, std::size_t at, std::size_t count, Decode decode) {
  for (std::size_t bit = at * 8; bit < (at + count) * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(decode(flipped).has_value()) << "bit " << bit;
  }
}

TEST(Wire, every_flipped_length_is_refused) {
  constexpr std::size_t digest_length = 1 + 8 + 4 + 1 + 2;
  for (const SignRequest& sent : one_of_each_kind()) {
    const std::string whole = encode(sent);
    expect_flips_refused(whole, digest_length, 2, decode_request);
    expect_flips_refused(whole, digest_length + 2 + sent.signature.digest.size(), 2, decode_request);
  }
  expect_flips_refused(encode(SignAnswer{5, "signature"}), 9, 2, decode_answer);
  const std::string report = encode(LoadReport{{"first", "second"}, ""});
  expect_flips_refused(report, 1, 6, decode_report);              // error, count, first key
  expect_flips_refused(report, 1 + 4 + 2 + 5, 2, decode_report);  // second key
}

TEST(Wire, an_unknown_type_is_refused_everywhere) {
  for (int type = 0; type < 256; ++type) {
    std::string ask = all_requests().front();
    std::string answer = encode(SignAnswer{1, "s"});
    std::string report = encode(LoadReport{{}, "e"});
    ask[0] = answer[0] = report[0] = static_cast<char>(type);
    EXPECT_EQ(decode_request(ask).has_value(), type == 1);
    EXPECT_EQ(decode_answer(answer).has_value(), type == 2);
    EXPECT_EQ(decode_report(report).has_value(), type == 3);
  }
}

TEST(Wire, Robot_CVE_2017_13099_only_four_kinds_of_signature_exist) {
  for (int kind = 0; kind < 256; ++kind) {
    std::string bytes = encode(request(SignatureKind::ecdsa, "SHA256", 0, 32));
    bytes[13] = static_cast<char>(kind);
    EXPECT_EQ(decode_request(bytes).has_value(), kind >= 1 && kind <= 3) << kind;
  }
}

TEST(Wire, fields_that_do_not_belong_to_the_kind_are_refused) {
  const std::vector<SignRequest> wrong = {
      request(SignatureKind::rsa_pkcs1, "SHA256", 32, 32), request(SignatureKind::ecdsa, "SHA256", 1, 32),
      request(SignatureKind::ed25519, "SHA512", 0, 64),    request(SignatureKind::ed25519, "", 64, 64),
      request(SignatureKind::rsa_pss, "", 32, 32),         request(SignatureKind::ecdsa, "sha256", 0, 32),
      request(SignatureKind::ecdsa, "SHA256\n", 0, 32),    request(SignatureKind::ecdsa, std::string(17, 'A'), 0, 32),
      request(SignatureKind::ecdsa, "SHA512", 0, 65),      request(SignatureKind::ecdsa, "SHA512", 0, 0),
      request(SignatureKind::rsa_pss, "SHA512", 65, 64),   request(SignatureKind::ed25519, "", 0, 513),
      request(SignatureKind::ed25519, "", 0, 70000)};
  for (const SignRequest& one : wrong) EXPECT_FALSE(decode_request(encode(one)).has_value());
}

TEST(Wire, values_over_the_limits_are_refused) {
  EXPECT_FALSE(decode_answer(encode(SignAnswer{1, std::string(max_signature + 1, 's')})).has_value());
  EXPECT_FALSE(decode_report(encode(LoadReport{{std::string(2049, 'd')}, ""})).has_value());
  EXPECT_FALSE(decode_report(encode(LoadReport{{""}, ""})).has_value());
  EXPECT_TRUE(decode_report(encode(LoadReport{std::vector<std::string>(max_keys, "d"), ""})).has_value());
  EXPECT_FALSE(decode_report(encode(LoadReport{std::vector<std::string>(max_keys + 1, "d"), ""})).has_value());
  EXPECT_FALSE(decode_report(encode(LoadReport{std::vector<std::string>(70000, "d"), ""})).has_value());
  EXPECT_FALSE(decode_report(encode(LoadReport{{"key"}, "and an error"})).has_value());
}

}  // namespace
}  // namespace keys
