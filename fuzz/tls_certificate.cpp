// Fuzz target: PEM files as an operator may leave them. Whatever is read has names fit for keys, logs and variables.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "must.hpp"
#include "tls/context.hpp"
#include "tls/private_key.hpp"

namespace {

using fuzz::must;

bool is_tame(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '*';
}

void check(const tls::CertificateFacts& facts) {
  for (const std::string& name : facts.names) {
    must(!name.empty() && name.size() <= 255);
    must(std::all_of(name.begin(), name.end(), is_tame));
    must(name.find('*', 1) == std::string::npos);
  }
  must(facts.subject.size() <= 512);
  must(std::none_of(facts.subject.begin(), facts.subject.end(), [](char c) { return c == '\n' || c == '\0'; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view pem(reinterpret_cast<const char*>(data), size);
  if (const auto facts = tls::read_certificate(pem)) check(*facts);
  if (const auto key = tls::PrivateKey::from_pem(pem)) must(!key->kind().empty());
  return 0;
}
