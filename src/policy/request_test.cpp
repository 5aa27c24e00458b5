// Requests as lines, and values that would like to be more than a value.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "policy/request.hpp"

namespace policy {
namespace {

using testing::HasSubstr;
using testing::Not;

Request full_request() {
  Request request;
  request.stage = Stage::rcpt;
  request.protocol_name = "ESMTP";
  request.client_address = "192.0.2.1";
  request.client_name = "client.example";
  request.client_port = 40000;
  request.reverse_client_name = "reverse.example";
  request.server_address = "198.51.100.7";
  request.server_port = 25;
  request.helo_name = "helo.example";
  request.sender = "a@example.org";
  request.recipient = "b@example.net";
  request.recipient_count = 3;
  request.queue_id = "8045F2AB23";
  request.instance = "123.456.7";
  request.size = 12345;
  request.sasl_method = "plain";
  request.sasl_username = "you";
  request.ccert_subject = "client \xc3\xa9";
  request.ccert_fingerprint = "AB:CD";
  request.encryption_protocol = "TLSv1.3";
  request.encryption_cipher = "TLS_AES_128_GCM_SHA256";
  request.encryption_keysize = 128;
  request.policy_context = "submission";
  request.compatibility_level = "3.6";
  request.mail_version = "3.7.11";
  return request;
}

TEST(PolicyRequest, has_every_attribute_of_postfix) {
  EXPECT_EQ(render(full_request()),
            "request=smtpd_access_policy\n"
            "protocol_state=RCPT\n"
            "protocol_name=ESMTP\n"
            "client_address=192.0.2.1\n"
            "client_name=client.example\n"
            "client_port=40000\n"
            "reverse_client_name=reverse.example\n"
            "server_address=198.51.100.7\n"
            "server_port=25\n"
            "helo_name=helo.example\n"
            "sender=a@example.org\n"
            "recipient=b@example.net\n"
            "recipient_count=0\n"
            "queue_id=8045F2AB23\n"
            "instance=123.456.7\n"
            "size=12345\n"
            "etrn_domain=\n"
            "stress=\n"
            "sasl_method=plain\n"
            "sasl_username=you\n"
            "sasl_sender=\n"
            "ccert_subject=client \xc3\xa9\n"
            "ccert_issuer=\n"
            "ccert_fingerprint=AB:CD\n"
            "ccert_pubkey_fingerprint=\n"
            "encryption_protocol=TLSv1.3\n"
            "encryption_cipher=TLS_AES_128_GCM_SHA256\n"
            "encryption_keysize=128\n"
            "policy_context=submission\n"
            "compatibility_level=3.6\n"
            "mail_version=3.7.11\n"
            "\n");
}

TEST(PolicyRequest, the_brief_form_has_four_lines) {
  EXPECT_EQ(render(full_request(), Form::brief),
            "request=smtpd_access_policy\nclient_address=192.0.2.1\nsender=a@example.org\nrecipient=b@example.net\n\n");
}

TEST(PolicyRequest, names_default_to_unknown_so_that_postgrey_answers) {
  const std::string text = render(Request{});
  EXPECT_THAT(text, HasSubstr("\nclient_name=unknown\n"));
  EXPECT_THAT(text, HasSubstr("\nreverse_client_name=unknown\n"));
  EXPECT_THAT(text, HasSubstr("\nclient_port=\n"));
  EXPECT_THAT(text, HasSubstr("\nencryption_keysize=0\n"));
}

TEST(PolicyRequest, counts_recipients_only_when_all_are_known) {
  Request request = full_request();
  for (const Stage stage :
       {Stage::connect, Stage::ehlo, Stage::helo, Stage::mail, Stage::rcpt, Stage::vrfy, Stage::etrn}) {
    request.stage = stage;
    EXPECT_THAT(render(request), HasSubstr("\nrecipient_count=0\n"));
  }
  for (const Stage stage : {Stage::data, Stage::end_of_message}) {
    request.stage = stage;
    EXPECT_THAT(render(request), HasSubstr("\nrecipient_count=3\n"));
  }
}

TEST(PolicyRequest, stages_have_the_names_of_the_protocol) {
  const std::pair<Stage, std::string_view> names[] = {
      {Stage::connect, "CONNECT"}, {Stage::ehlo, "EHLO"}, {Stage::helo, "HELO"},
      {Stage::mail, "MAIL"},       {Stage::rcpt, "RCPT"}, {Stage::data, "DATA"},
      {Stage::vrfy, "VRFY"},       {Stage::etrn, "ETRN"}, {Stage::end_of_message, "END-OF-MESSAGE"},
  };
  for (const auto& [stage, name] : names) EXPECT_EQ(text_of(stage), name);
}

// Threat 51 and the helper's NUL injection: a client cannot write a second attribute or end the request.
TEST(PolicyRequest, threat_51_a_value_cannot_become_a_line) {
  const std::string attacks[] = {
      "a@b\nclient_address=127.0.0.1",
      "a@b\r\nx",
      "a@b\r",
      std::string("a@b\0client_address=9.9.9.9", 25),
      "\n\n",
      "\n",
  };
  for (const std::string& attack : attacks) {
    Request request = full_request();
    request.sender = request.recipient = request.helo_name = request.client_name = attack;
    request.sasl_username = request.ccert_subject = request.encryption_cipher = request.instance = attack;
    for (const Form form : {Form::full, Form::brief}) {
      const std::string text = render(request, form);
      EXPECT_THAT(text, HasSubstr("\nsender=\n"));
      EXPECT_EQ(text.find('\r'), std::string::npos);
      EXPECT_EQ(text.find('\0'), std::string::npos);
      EXPECT_EQ(text.find("\n\n"), text.size() - 2);
      EXPECT_EQ(base::split(text, '\n').size(), form == Form::full ? 33U : 6U);
    }
  }
}

TEST(PolicyRequest, every_field_is_cleaned) {
  const std::string bad = "x\ny";
  Request request;
  for (std::string* field : {&request.protocol_name,
                             &request.client_address,
                             &request.client_name,
                             &request.reverse_client_name,
                             &request.server_address,
                             &request.helo_name,
                             &request.sender,
                             &request.recipient,
                             &request.queue_id,
                             &request.instance,
                             &request.etrn_domain,
                             &request.stress,
                             &request.sasl_method,
                             &request.sasl_username,
                             &request.sasl_sender,
                             &request.ccert_subject,
                             &request.ccert_issuer,
                             &request.ccert_fingerprint,
                             &request.ccert_pubkey_fingerprint,
                             &request.encryption_protocol,
                             &request.encryption_cipher,
                             &request.policy_context,
                             &request.compatibility_level,
                             &request.mail_version}) {
    *field = bad;
  }
  EXPECT_THAT(render(request), Not(HasSubstr("x\ny")));
  EXPECT_EQ(base::split(render(request), '\n').size(), 33U);
}

TEST(PolicyRequest, an_overlong_value_is_sent_empty_and_never_cut) {
  Request request;
  request.sender = std::string(value_limit, 's');
  request.recipient = std::string(value_limit + 1, 'r');
  const std::string text = render(request);
  EXPECT_THAT(text, HasSubstr("\nsender=" + request.sender + "\n"));
  EXPECT_THAT(text, HasSubstr("\nrecipient=\n"));
}

TEST(PolicyRequest, equals_signs_and_spaces_are_plain_octets_of_a_value) {
  Request request;
  request.sender = "\"a b=c\"@example";
  EXPECT_THAT(render(request), HasSubstr("\nsender=\"a b=c\"@example\n"));
}

}  // namespace
}  // namespace policy
