// In a file of its own: tlswrapper-smtp needs it, and no OpenSSL.
#include "base/text.hpp"
#include "tls/facts.hpp"

namespace tls {

std::string fingerprint_text(std::string_view hexadecimal) {
  std::string text;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2) {
    if (i > 0) text += ':';
    text += base::uppered(hexadecimal.substr(i, 2));
  }
  return text;
}

}  // namespace tls
