#include "apps/shared/pem.hpp"

#include <cstring>
#include <string_view>

#include "os/files.hpp"

namespace app {
namespace {

constexpr std::size_t largest_pem = 1 << 20;
constexpr std::string_view begin_mark = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view end_mark = "-----END CERTIFICATE-----";

std::string certificates_in(std::string_view text) {
  std::string kept;
  for (;;) {
    const auto begin = text.find(begin_mark);
    const auto end = text.find(end_mark, begin == std::string_view::npos ? text.size() : begin);
    if (end == std::string_view::npos) return kept;
    kept += text.substr(begin, end + end_mark.size() - begin);
    kept += '\n';
    text.remove_prefix(end + end_mark.size());
  }
}

}  // namespace

base::Result<std::string> read_certificates(const std::string& path) {
  auto text = os::read_file(path, largest_pem);
  if (!text) return text;
  std::string kept = certificates_in(*text);
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.InnerPointer): wiping does not reallocate
  ::explicit_bzero(text->data(), text->size());
  if (kept.empty()) return base::fail("{}: no certificate in it", path);
  return kept;
}

}  // namespace app
