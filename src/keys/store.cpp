// Finds the private key in a PEM text, refuses what cannot serve in TLS in words for the operator, and signs.
#include "keys/store.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

#include "keys/kinds.hpp"
#include "keys/wire.hpp"

namespace keys {

namespace {

// Why a block with this label is no key of ours; empty when it may be one.
std::string label_unsuitability(std::string_view label, std::string_view block) {
  const bool plain = label == "PRIVATE KEY";
  const bool traditional = label == "RSA PRIVATE KEY" || label == "EC PRIVATE KEY";
  const bool hidden = label == "ENCRYPTED PRIVATE KEY" || block.find("4,ENCRYPTED") != std::string_view::npos;
  if (hidden) return "the private key is protected by a password, which nobody could type here";
  if (label == "OPENSSH PRIVATE KEY") return "the private key is in OpenSSH's form; PKCS#8 PEM is needed";
  if (!plain && !traditional) return fmt::format("\"{}\" is not supported; RSA, ECDSA or Ed25519 is needed", label);
  return "";
}

// Block `which` of those whose label ends in PRIVATE KEY, from its BEGIN line to the end of its END line. Certificates
// and "EC PARAMETERS" before it are passed over.
base::Result<std::string_view> private_block(std::string_view pem, std::size_t which) {
  constexpr std::string_view begin = "-----BEGIN ";
  constexpr std::string_view dashes = "-----";
  for (std::size_t at = pem.find(begin); at != std::string_view::npos; at = pem.find(begin, at + 1)) {
    const std::string_view from = pem.substr(at + begin.size());
    const std::string_view label = from.substr(0, std::min(from.find(dashes), from.find('\n')));
    if (!label.ends_with("PRIVATE KEY") || label.size() > 40 || which-- > 0) continue;
    const std::string end = fmt::format("-----END {}-----", label);
    const std::size_t stop = pem.find(end, at);
    if (stop == std::string_view::npos) return base::fail("the private key is cut short: no \"{}\"", end);
    const std::string_view block = pem.substr(at, stop + end.size() - at);
    const std::string why = label_unsuitability(label, block);
    if (!why.empty()) return base::fail("{}", why);
    return block;
  }
  return base::fail("no private key in it");
}

// The options of a signature over a digest, for signing and verifying alike. Owns what OpenSSL's array points to.
class DigestOptions {
 public:
  explicit DigestOptions(const tls::SignatureRequest& request) : digest_(request.digest), salt_(request.salt) {
    std::size_t at = 0;
    params_[at++] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, digest_.data(), 0);
    if (request.kind == tls::SignatureKind::rsa_pss) {
      params_[at++] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, pss_.data(), 0);
      params_[at++] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, digest_.data(), 0);
      params_[at++] = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt_);
    }
    params_[at] = OSSL_PARAM_construct_end();
  }
  DigestOptions(const DigestOptions&) = delete;
  DigestOptions& operator=(const DigestOptions&) = delete;

  [[nodiscard]] const OSSL_PARAM* raw() const { return params_.data(); }

 private:
  std::string digest_;
  std::string pss_ = OSSL_PKEY_RSA_PAD_MODE_PSS;
  int salt_;
  std::array<OSSL_PARAM, 5> params_{};
};

// An empty text: OpenSSL could not.
std::string sign_digest(EVP_PKEY* key, const tls::SignatureRequest& request) {
  const DigestOptions options(request);
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  std::array<unsigned char, max_signature> signature{};
  std::size_t size = signature.size();
  if (context == nullptr || EVP_PKEY_sign_init_ex(context.get(), options.raw()) != 1) return "";
  if (EVP_PKEY_sign(context.get(), signature.data(), &size, tls::octets(request.data), request.data.size()) != 1)
    return "";
  return std::string(tls::chars(signature.data(), size));
}

std::string sign_message(EVP_PKEY* key, std::string_view message) {
  const HashingPtr context(EVP_MD_CTX_new());
  std::array<unsigned char, max_signature> signature{};
  std::size_t size = signature.size();
  if (context == nullptr || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) != 1) return "";
  if (EVP_DigestSign(context.get(), signature.data(), &size, tls::octets(message), message.size()) != 1) return "";
  return std::string(tls::chars(signature.data(), size));
}

bool verifies(EVP_PKEY* key, const tls::SignatureRequest& request, std::string_view signature) {
  if (request.kind == tls::SignatureKind::ed25519) {
    const HashingPtr context(EVP_MD_CTX_new());
    return context != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), tls::octets(signature), signature.size(), tls::octets(request.data),
                            request.data.size()) == 1;
  }
  const DigestOptions options(request);
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context != nullptr && EVP_PKEY_verify_init_ex(context.get(), options.raw()) == 1 &&
         EVP_PKEY_verify(context.get(), tls::octets(signature), signature.size(), tls::octets(request.data),
                         request.data.size()) == 1;
}

// Signs once and verifies with the public half, so that a damaged key is found at start and not by a client, and every
// algorithm is fetched by then.
bool works(EVP_PKEY* key) {
  tls::SignatureRequest trial{0, tls::SignatureKind::ed25519, "", 0, std::string(32, 't')};
  if (!fits(key, trial.kind)) {
    trial.kind = fits(key, tls::SignatureKind::ecdsa) ? tls::SignatureKind::ecdsa : tls::SignatureKind::rsa_pss;
    trial.digest = "SHA256";
    trial.salt = trial.kind == tls::SignatureKind::rsa_pss ? 32 : 0;
  }
  const std::string signature = trial.digest.empty() ? sign_message(key, trial.data) : sign_digest(key, trial);
  return !signature.empty() && verifies(key, trial, signature);
}

bool has_right_length(const tls::SignatureRequest& request) {
  if (request.kind == tls::SignatureKind::ed25519) {
    return request.digest.empty() && request.salt == 0 && request.data.size() <= 512;
  }
  const auto octets_of_digest = digest_octets(request.digest, request.kind);
  const std::size_t most_salt = request.kind == tls::SignatureKind::rsa_pss ? request.data.size() : 0;
  return octets_of_digest == request.data.size() && request.salt <= most_salt;
}

}  // namespace

base::Result<std::uint32_t> Store::add(const base::Secret& pem, const std::string& origin, std::size_t which) {
  if (keys_.size() >= max_keys) return base::fail("{}: more than {} keys", origin, max_keys);
  const auto block = private_block(pem.reveal(), which);
  if (!block) return base::fail("{}: {}", origin, block.error().text);
  auto key = tls::PrivateKey::from_pem(*block);
  if (!key) return base::fail("{}: {}", origin, key.error().text);
  const std::string why = unsuitability(key->raw());
  if (!why.empty()) return base::fail("{}: {}", origin, why);
  const bool usable = works(key->raw());
  ERR_clear_error();
  if (!usable) return base::fail("{}: the private key is damaged: a trial signature with it is not valid", origin);
  keys_.push_back(std::move(*key));
  return static_cast<std::uint32_t>(keys_.size() - 1);
}

std::vector<std::string> Store::public_ders() const {
  std::vector<std::string> ders;
  for (const tls::PrivateKey& key : keys_) ders.push_back(key.public_der());
  return ders;
}

bool Store::is_slow(std::uint32_t key) const {
  return key < keys_.size() && EVP_PKEY_is_a(keys_[key].raw(), "RSA") == 1;
}

bool Store::is_mixed() const {
  std::size_t slow = 0;
  for (std::uint32_t key = 0; key < keys_.size(); ++key) slow += is_slow(key) ? 1 : 0;
  return slow > 0 && slow < keys_.size();
}

base::Result<std::string> Store::sign(const tls::SignatureRequest& request) const {
  if (request.key >= keys_.size()) return base::fail("key {}: there is none of this number", request.key);
  EVP_PKEY* const key = keys_[request.key].raw();
  if (!fits(key, request.kind)) return base::fail("key {}: not a key for this kind of signature", request.key);
  if (!has_right_length(request)) return base::fail("key {}: digest, salt and data do not fit each other", request.key);
  std::string signature =
      request.kind == tls::SignatureKind::ed25519 ? sign_message(key, request.data) : sign_digest(key, request);
  ERR_clear_error();
  if (signature.empty()) return base::fail("key {}: signing failed", request.key);
  return signature;
}

}  // namespace keys
