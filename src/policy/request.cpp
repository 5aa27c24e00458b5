// Requests as lines. Every value goes through clean(), names are constants: there is one place where a line is made.
#include "policy/request.hpp"

#include <fmt/format.h>

namespace policy {
namespace {

// The set has a NUL as its third octet.
constexpr std::string_view line_breakers{"\r\n\0", 3};

class Lines {
 public:
  Lines& add(std::string_view name, std::string_view value) {
    text_ += name;
    text_ += '=';
    text_ += clean(value);
    text_ += '\n';
    return *this;
  }
  Lines& add_number(std::string_view name, std::uint64_t value) { return add(name, fmt::to_string(value)); }
  // A port that is not known is empty: 0 would be a claim.
  Lines& add_port(std::string_view name, std::uint16_t port) {
    return add(name, port == 0 ? std::string() : fmt::to_string(port));
  }
  [[nodiscard]] std::string text() const { return text_ + '\n'; }

 private:
  std::string text_;
};

void add_client(Lines& lines, const Request& request) {
  lines.add("protocol_state", text_of(request.stage))
      .add("protocol_name", request.protocol_name)
      .add("client_address", request.client_address)
      .add("client_name", request.client_name)
      .add_port("client_port", request.client_port)
      .add("reverse_client_name", request.reverse_client_name)
      .add("server_address", request.server_address)
      .add_port("server_port", request.server_port)
      .add("helo_name", request.helo_name);
}

void add_envelope(Lines& lines, const Request& request) {
  const bool counted = request.stage == Stage::data || request.stage == Stage::end_of_message;
  lines.add("sender", request.sender)
      .add("recipient", request.recipient)
      .add_number("recipient_count", counted ? request.recipient_count : 0)
      .add("queue_id", request.queue_id)
      .add("instance", request.instance)
      .add_number("size", request.size)
      .add("etrn_domain", request.etrn_domain)
      .add("stress", request.stress);
}

void add_login(Lines& lines, const Request& request) {
  lines.add("sasl_method", request.sasl_method)
      .add("sasl_username", request.sasl_username)
      .add("sasl_sender", request.sasl_sender);
}

void add_tls(Lines& lines, const Request& request) {
  lines.add("ccert_subject", request.ccert_subject)
      .add("ccert_issuer", request.ccert_issuer)
      .add("ccert_fingerprint", request.ccert_fingerprint)
      .add("ccert_pubkey_fingerprint", request.ccert_pubkey_fingerprint)
      .add("encryption_protocol", request.encryption_protocol)
      .add("encryption_cipher", request.encryption_cipher)
      .add_number("encryption_keysize", request.encryption_keysize)
      .add("policy_context", request.policy_context)
      .add("compatibility_level", request.compatibility_level)
      .add("mail_version", request.mail_version);
}

}  // namespace

std::string_view text_of(Stage stage) {
  switch (stage) {
    case Stage::connect:
      return "CONNECT";
    case Stage::ehlo:
      return "EHLO";
    case Stage::helo:
      return "HELO";
    case Stage::mail:
      return "MAIL";
    case Stage::rcpt:
      return "RCPT";
    case Stage::data:
      return "DATA";
    case Stage::end_of_message:
      return "END-OF-MESSAGE";
    case Stage::vrfy:
      return "VRFY";
    case Stage::etrn:
      return "ETRN";
  }
  return "";
}

std::string_view clean(std::string_view value) {
  const bool fit = value.size() <= value_limit && value.find_first_of(line_breakers) == std::string_view::npos;
  return fit ? value : std::string_view();
}

std::string render(const Request& request, Form form) {
  Lines lines;
  lines.add("request", "smtpd_access_policy");
  if (form == Form::brief) {
    lines.add("client_address", request.client_address)
        .add("sender", request.sender)
        .add("recipient", request.recipient);
    return lines.text();
  }
  add_client(lines, request);
  add_envelope(lines, request);
  add_login(lines, request);
  add_tls(lines, request);
  return lines.text();
}

}  // namespace policy
