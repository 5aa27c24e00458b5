// The error queue, digests and memory BIOs: OpenSSL's small change.
#include "tls/openssl.hpp"

#include <array>

#include "base/text.hpp"

namespace tls {
namespace {

std::string text_of(unsigned long code, const char* data, int flags) {
  const char* reason = ERR_reason_error_string(code);
  std::string text = reason != nullptr ? std::string(reason) : fmt::format("error {:x}", code);
  if ((flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0') text += fmt::format(" ({})", data);
  return base::escaped(text);
}

// Where in OpenSSL an error was met, and what it adds.
struct Circumstances {
  const char* file = nullptr;
  int line = 0;
  const char* data = nullptr;
  int flags = 0;
  [[nodiscard]] bool has_text() const { return (flags & ERR_TXT_STRING) != 0 && data != nullptr && *data != '\0'; }
};

std::string whole_text(unsigned long code, const Circumstances& met) {
  std::array<char, 256> name{};
  ERR_error_string_n(code, name.data(), name.size());
  std::string text = fmt::format("{}:{}:{}:", name.data(), met.file != nullptr ? met.file : "", met.line);
  if (met.has_text()) text += fmt::format("{}:", met.data);
  return base::escaped(text, 500);
}

}  // namespace

std::vector<Fault> take_faults() {
  std::vector<Fault> faults;
  Circumstances met;
  while (const unsigned long code = ERR_get_error_all(&met.file, &met.line, nullptr, &met.data, &met.flags)) {
    faults.push_back(
        {ERR_GET_LIB(code), ERR_GET_REASON(code), text_of(code, met.data, met.flags), whole_text(code, met)});
  }
  return faults;
}

tl::unexpected<base::Error> fail_openssl(std::string_view what) {
  const std::vector<Fault> faults = take_faults();
  return base::fail("{}: {}", what, faults.empty() ? "refused by OpenSSL" : faults.front().text);
}

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view chars(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

BioPtr reading(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

BioPtr writing() {
  return BioPtr(BIO_new(BIO_s_mem()));
}

std::string written(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
  return std::string(chars(digest.data(), size));
}

}  // namespace tls
