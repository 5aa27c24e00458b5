// The level, the certificates and what belongs to neither versions nor ciphers.
#include "apps/tlsproxy/tls_configuration.hpp"

#include <utility>

#include "base/text.hpp"
#include "postfix/values.hpp"

namespace app {
namespace {

// Reads parameter after parameter and keeps the first fault, so that reading stays a list of what is read.
class Reading {
 public:
  explicit Reading(const postfix::Parameters& from) : from_(from) {}

  std::string text(std::string_view name) { return kept(from_.value(name)); }
  bool truth(std::string_view name) { return kept(from_.boolean(name)); }
  int number(std::string_view name) { return kept(from_.number(name)); }
  std::vector<std::string> list(std::string_view name) { return kept(from_.list(name)); }
  [[nodiscard]] const std::optional<base::Error>& fault() const { return fault_; }

 private:
  template <typename T>
  T kept(base::Result<T> read) {
    if (read) return std::move(*read);
    if (!fault_) fault_ = read.error();
    return T();
  }

  const postfix::Parameters& from_;
  std::optional<base::Error> fault_;
};

struct Level {
  bool offered = false;
  bool mandatory = false;
};

base::Result<Level> level_of(Reading& reading, std::vector<std::string>& warnings) {
  const std::string name = reading.text("tlsproxy_tls_security_level");
  if (name.empty()) {
    const bool enforced = reading.truth("tlsproxy_enforce_tls");
    return Level{reading.truth("tlsproxy_use_tls") || enforced, enforced};
  }
  const auto is = [&](std::string_view word) { return base::iequals(name, word); };
  if (is("none")) return Level{};
  if (is("may")) return Level{true, false};
  if (is("encrypt")) return Level{true, true};
  for (const char* client_level : {"fingerprint", "half-dane", "dane", "dane-only", "verify", "secure"}) {
    if (!is(client_level)) continue;
    warnings.push_back(
        fmt::format("tlsproxy_tls_security_level: unsupported TLS level \"{}\", using \"encrypt\"", name));
    return Level{true, true};
  }
  return base::fail("Invalid TLS level \"{}\"", base::escaped(name, 80));
}

}  // namespace

base::Result<TlsConfiguration> tls_configuration(const postfix::Parameters& parameters) {
  Reading reading(parameters);
  TlsConfiguration made;
  const auto level = level_of(reading, made.warnings);
  if (!level) return tl::unexpected(level.error());
  made.offered = level->offered;
  made.mandatory = level->mandatory;
  made.log_level = reading.number("tlsproxy_tls_loglevel");
  made.chain_files = reading.list("tlsproxy_tls_chain_files");
  if (made.chain_files.empty()) {
    for (const auto& [kind, prefix] : {std::pair("RSA", ""), std::pair("DSA", "d"), std::pair("ECDSA", "ec")}) {
      const std::string certificate = reading.text(fmt::format("tlsproxy_tls_{}cert_file", prefix));
      const std::string key = reading.text(fmt::format("tlsproxy_tls_{}key_file", prefix));
      if (!certificate.empty()) made.chains.push_back({certificate, key, kind});
    }
  }
  made.tlsmgr_service = reading.text("tlsmgr_service_name");
  made.fingerprint_digest = reading.text("tlsproxy_tls_fingerprint_digest");
  if (reading.fault()) return tl::unexpected(*reading.fault());
  return made;
}

}  // namespace app
