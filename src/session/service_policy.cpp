// What a session asks a policy service, and what the answer means for its dialog.

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "session/policy_client.hpp"

namespace session {
namespace {

policy::Stage stage_of(const PolicyQuestion& question) {
  switch (question.stage) {
    case smtp::PolicyStage::connect:
      return policy::Stage::connect;
    case smtp::PolicyStage::helo:
      return question.envelope.greeting == smtp::Greeting::helo ? policy::Stage::helo : policy::Stage::ehlo;
    case smtp::PolicyStage::mail:
      return policy::Stage::mail;
    case smtp::PolicyStage::rcpt:
      return policy::Stage::rcpt;
    case smtp::PolicyStage::data:
      return policy::Stage::data;
    case smtp::PolicyStage::end_of_message:
      return policy::Stage::end_of_message;
  }
  return policy::Stage::rcpt;
}

std::string_view name_of(smtp::PolicyStage stage) {
  switch (stage) {
    case smtp::PolicyStage::connect:
      return "CONNECT";
    case smtp::PolicyStage::helo:
      return "HELO";
    case smtp::PolicyStage::mail:
      return "MAIL";
    case smtp::PolicyStage::rcpt:
      return "RCPT";
    case smtp::PolicyStage::data:
      return "DATA";
    case smtp::PolicyStage::end_of_message:
      return "END-OF-MESSAGE";
  }
  return "";
}

void add_envelope(policy::Request& request, const smtp::Envelope& envelope) {
  const bool whole_message = request.stage == policy::Stage::data || request.stage == policy::Stage::end_of_message;
  // As Postfix says it: ESMTP once EHLO was accepted.
  const bool extended = envelope.greeting == smtp::Greeting::ehlo || envelope.greeting == smtp::Greeting::lhlo;
  request.protocol_name = extended && request.stage != policy::Stage::ehlo ? "ESMTP" : "SMTP";
  request.helo_name = envelope.helo;
  request.sender = envelope.sender.value_or("");
  if (!whole_message || envelope.recipients == 1) request.recipient = envelope.recipient;
  if (whole_message) request.recipient_count = static_cast<unsigned>(envelope.recipients);
  request.size = envelope.octets > 0 ? envelope.octets : envelope.size;
  request.sasl_method = envelope.auth_mechanism;
}

void add_tls(policy::Request& request, const tls::Facts& facts) {
  request.encryption_protocol = facts.protocol;
  request.encryption_cipher = facts.cipher;
  request.encryption_keysize = static_cast<unsigned>(facts.bits);
  // As Postfix does: who checks a fingerprint himself needs no authority.
  request.ccert_fingerprint = tls::fingerprint_text(facts.client_fingerprint);
  request.ccert_pubkey_fingerprint = tls::fingerprint_text(facts.client_key_fingerprint);
  if (!facts.client_verified) return;
  request.ccert_subject = base::xtext(facts.client_common_name);
  request.ccert_issuer = base::xtext(facts.client_issuer_name);
}

}  // namespace

policy::Request ServicePolicy::request_for(const PolicyQuestion& question) {
  policy::Request request;
  request.stage = stage_of(question);
  request.client_address = identity_.client.host();
  request.client_name = identity_.name;
  request.reverse_client_name = identity_.claimed_name;
  request.client_port = identity_.client.port();
  request.server_address = identity_.server.host();
  request.server_port = identity_.server.port();
  request.instance = fmt::format("{}.{}", identity_.session_id, question.envelope.number);
  add_envelope(request, question.envelope);
  if (identity_.tls) add_tls(request, *identity_.tls);
  return request;
}

std::string_view name_of(policy::Verdict::Action action) {
  using Action = policy::Verdict::Action;
  switch (action) {
    case Action::pass:
      return "pass";
    case Action::prepend:
      return "prepend";
    case Action::defer:
      return "defer";
    case Action::reject:
      return "reject";
    case Action::unavailable:
      return "unavailable";
  }
  return "";
}

net::Task<smtp::Verdict> ServicePolicy::ask(PolicyQuestion question) {
  using Action = policy::Verdict::Action;
  policy::Verdict said = co_await client_.ask(request_for(question));
  if (tallies_ != nullptr) tallies_->add({"policy", name_of(said.action)});
  if (!said.note.empty()) journal_.warning("policy service: " + said.note);
  if (said.action == Action::unavailable) {
    was_unavailable_ = true;
    if (client_.fail() == PolicyFail::open) co_return smtp::Verdict{};
    said = {Action::defer, "451 4.3.5 Server configuration problem", ""};
  }
  smtp::Verdict verdict;
  verdict.text = std::move(said.text);
  if (said.action == Action::prepend) verdict.action = smtp::Verdict::Action::prepend;
  if (said.action == Action::defer) verdict.action = smtp::Verdict::Action::defer;
  if (said.action == Action::reject) verdict.action = smtp::Verdict::Action::reject;
  const bool refused = said.action == Action::defer || said.action == Action::reject;
  if (refused) journal_.rejected(name_of(question.stage), verdict.text);
  co_return verdict;
}

}  // namespace session
