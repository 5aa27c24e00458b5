// How the envelope changes with each accepted command, see envelope.hpp.

#include "smtp/envelope.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace smtp {

std::string without_controls(std::string_view text) {
  std::string clean(text);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  std::replace_if(clean.begin(), clean.end(), is_control, '?');
  return clean;
}

Envelope Envelope::greeted(Greeting how, std::string_view name) const {
  Envelope next;
  next.greeting = how;
  next.helo = without_controls(name);
  next.authenticated = authenticated;
  next.auth_mechanism = auth_mechanism;
  next.number = number;
  return next;
}

Envelope Envelope::with_sender(const Path& path) const {
  Envelope next = without_message();
  ++next.number;
  next.sender = without_controls(path.mailbox);
  const std::string_view body = parameter(path.parameters, "BODY").value_or("");
  next.eight_bit = base::iequals(body, "8BITMIME") || base::iequals(body, "BINARYMIME");
  next.smtputf8 = parameter(path.parameters, "SMTPUTF8").has_value();
  next.size = base::number<std::uint64_t>(parameter(path.parameters, "SIZE").value_or("")).value_or(0);
  return next;
}

Envelope Envelope::without_message() const {
  return greeted(greeting, helo);
}

}  // namespace smtp
