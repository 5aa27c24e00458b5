#include "config/helper_wrapper_options.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "config/helper_letters.hpp"

namespace config {
namespace {

using Done = base::Result<void>;

constexpr std::size_t most_places = 4;

// What one name of -c stands for: the suites of TLS 1.2 and below, ECDSA first, and that of TLS 1.3.
struct CipherName {
  std::string_view name;
  std::string_view ciphers;
  std::string_view ciphersuite;
};
constexpr std::array<CipherName, 7> cipher_names{{
    {"CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
     "TLS_CHACHA20_POLY1305_SHA256"},
    {"AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384", "TLS_AES_256_GCM_SHA384"},
    {"AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"},
    {"AES_256_CBC_SHA384", "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384", ""},
    {"AES_128_CBC_SHA256", "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256", ""},
    {"AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA", ""},
    {"AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA", ""},
}};
constexpr std::string_view cipher_list =
    "CHACHA20_POLY1305_SHA256 AES_256_GCM_SHA384 AES_128_GCM_SHA256 AES_256_CBC_SHA384 AES_128_CBC_SHA256 "
    "AES_256_CBC_SHA AES_128_CBC_SHA";

// In the order of preference, which is not the option's.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> curves{
    {{"x25519", "X25519"}, {"secp256r1", "P-256"}, {"secp384r1", "P-384"}, {"secp521r1", "P-521"}}};

// What several letters need to know of each other.
struct Reading {
  WrapperOptions& options;
  std::vector<std::string_view> chosen_curves;
};

Done check_file(const std::string& path, std::filesystem::file_type wanted) {
  std::error_code fault;
  const auto status = std::filesystem::status(path, fault);
  if (status.type() == std::filesystem::file_type::not_found) return base::fail_errno(path, ENOENT);
  if (fault) return base::fail("{}: {}", path, fault.message());
  if (status.type() == wanted) return {};
  const bool regular = wanted == std::filesystem::file_type::regular;
  return base::fail("{}: not a {}", path, regular ? "regular file" : "directory");
}

Done add_place(WrapperOptions& options, std::string_view text, bool is_directory) {
  if (options.places.size() >= most_places) return base::fail("more than {} certificates (-f, -d)", most_places);
  using Type = std::filesystem::file_type;
  options.places.push_back({std::string(text), is_directory});
  return check_file(options.places.back().path, is_directory ? Type::directory : Type::regular);
}

Done set_authorities(WrapperOptions& options, std::string_view text) {
  if (!options.authorities.empty()) return base::fail("option -a: more than one anchor file");
  options.authorities = text;
  return check_file(options.authorities, std::filesystem::file_type::regular);
}

Done set_account_from(WrapperOptions& options, std::string_view text) {
  if (text == "commonName") {
    options.account_from = AccountFrom::common_name;
  } else if (text == "emailAddress") {
    options.account_from = AccountFrom::email_address;
  } else {
    return unknown_word('U', text, "commonName emailAddress");
  }
  return {};
}

Done set_proxy(WrapperOptions& options, std::string_view text) {
  if (text != "0" && text != "1" && text != "2") return unknown_word('p', text, "0 1 2");
  options.proxy = options.proxy || text != "0";
  return {};
}

Done set_version(char letter, std::string_view text, tls::Version& version) {
  constexpr std::array<std::string_view, 4> names{"tls10", "tls11", "tls12", "tls13"};
  constexpr std::array versions{tls::Version::tls1_0, tls::Version::tls1_1, tls::Version::tls1_2, tls::Version::tls1_3};
  const auto* const found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return unknown_word(letter, text, "tls10 tls11 tls12 tls13");
  version = versions.at(static_cast<std::size_t>(found - names.begin()));
  return {};
}

void append(std::string& list, std::string_view more) {
  if (more.empty() || list.find(more) != std::string::npos) return;
  if (!list.empty()) list += ':';
  list += more;
}

Done add_cipher(WrapperOptions& options, std::string_view text) {
  const auto* const found =
      std::find_if(cipher_names.begin(), cipher_names.end(), [&](const CipherName& one) { return one.name == text; });
  if (found == cipher_names.end()) return unknown_word('c', text, cipher_list);
  append(options.tls.ciphers, found->ciphers);
  append(options.tls.ciphersuites, found->ciphersuite);
  return {};
}

Done add_curve(Reading& reading, std::string_view text) {
  reading.chosen_curves.push_back(text);
  std::string groups;
  bool known = false;
  for (const auto& [name, group] : curves) {
    known = known || name == text;
    const auto& chosen = reading.chosen_curves;
    if (std::find(chosen.begin(), chosen.end(), name) != chosen.end()) append(groups, group);
  }
  if (!known) return unknown_word('e', text, "x25519 secp256r1 secp384r1 secp521r1");
  reading.options.tls.groups = groups;
  return {};
}

using Setter = Done (*)(WrapperOptions&, std::string_view);

Letter value(char name, WrapperOptions& options, Setter set) {
  return {name, true, [&options, set](std::string_view text) { return set(options, text); }};
}

void add_flags(std::vector<Letter>& letters, WrapperOptions& options) {
  add_verbosity(letters, options.verbosity);
  letters.push_back(flag('n', [&options] { options.delayed = true; }));
  letters.push_back(flag('N', [&options] { options.delayed = false; }));
  letters.push_back(flag('s', [&options] { options.tls.client_order = false; }));
  letters.push_back(flag('S', [&options] { options.tls.client_order = true; }));
}

void add_values(std::vector<Letter>& letters, Reading& reading) {
  WrapperOptions& options = reading.options;
  letters.push_back(seconds_letter('t', [&options](std::chrono::seconds limit) { options.idle = limit; }));
  letters.push_back(seconds_letter('T', [&options](std::chrono::seconds limit) { options.handshake = limit; }));
  letters.push_back(
      {'m', true, [&](std::string_view text) { return set_version('m', text, options.tls.min_version); }});
  letters.push_back(
      {'M', true, [&](std::string_view text) { return set_version('M', text, options.tls.max_version); }});
  letters.push_back(value('c', options, add_cipher));
  letters.push_back({'e', true, [&](std::string_view text) { return add_curve(reading, text); }});
  letters.push_back({'f', true, [&](std::string_view text) { return add_place(options, text, false); }});
  letters.push_back({'d', true, [&](std::string_view text) { return add_place(options, text, true); }});
  letters.push_back(value('a', options, set_authorities));
  letters.push_back(value('U', options, set_account_from));
  letters.push_back(value('p', options, set_proxy));
  letters.push_back(text_letter('u', options.user));
  letters.push_back(text_letter('J', options.jail));
  letters.push_back(text_letter('j', options.jail_user));
  letters.push_back(word("handoff", options.handoff));
}

Done check_together(const WrapperOptions& options) {
  const bool from_certificate = options.account_from != AccountFrom::nowhere;
  if (from_certificate && options.authorities.empty()) return base::fail("option -U needs -a");
  if (from_certificate && options.delayed) return base::fail("option -U does not go with -n");
  if (from_certificate && !options.handoff.empty()) return base::fail("option -U does not go with --handoff");
  return {};
}

}  // namespace

base::Result<void> read_wrapper_options(const std::vector<std::string>& words, WrapperOptions& into) {
  Reading reading{into, {}};
  into.tls.tickets = false;  // a process for each connection: nobody would know the key of the ticket
  into.tls.alpn.clear();     // the program's protocol is not known here
  std::vector<Letter> letters;
  add_flags(letters, into);
  add_values(letters, reading);
  auto program = read_letters(words, letters);
  if (!program) return tl::unexpected(program.error());
  into.program = std::move(*program);
  if (into.program.empty()) return tl::unexpected(base::Error{});
  return check_together(into);
}

}  // namespace config
