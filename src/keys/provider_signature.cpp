// Signatures of the provider: hashes here, with the default provider's digests, and asks for the signature of the
// digest (Ed25519: of the message). Signs only; verifying is done with the public key in the certificate.

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/text.hpp"
#include "keys/provider.hpp"
#include "tls/shielded.hpp"

namespace keys {

namespace {

using AnyFunction = void (*)();

// One signature in the making. Holds copies of what it needs, so that it does not depend on the key's life.
struct Signing {
  KeyType type = KeyType::ec;
  std::optional<std::uint32_t> number;
  std::size_t longest = 0;  // signature
  std::string digest;       // our name, "SHA256"; empty: not yet chosen
  std::string mgf1_digest;  // empty: the same
  bool pss = false;
  int salt = RSA_PSS_SALTLEN_DIGEST;
  HashingPtr hashing;
};

Signing& signing_of(void* context) {
  return *static_cast<Signing*>(context);
}

tls::SignatureKind kind_of(const Signing& signing) {
  if (signing.type == KeyType::ed25519) return tls::SignatureKind::ed25519;
  if (signing.type == KeyType::ec) return tls::SignatureKind::ecdsa;
  return signing.pss ? tls::SignatureKind::rsa_pss : tls::SignatureKind::rsa_pkcs1;
}

void* new_signing(void*, const char*) {
  return std::make_unique<Signing>().release();
}

void free_signing(void* context) {
  const std::unique_ptr<Signing> owner(static_cast<Signing*>(context));
}

// EVP_DigestSignFinal() works on a copy.
void* copy_signing(void* context) {
  const Signing& from = signing_of(context);
  auto to = std::make_unique<Signing>();
  to->type = from.type;
  to->number = from.number;
  to->longest = from.longest;
  to->digest = from.digest;
  to->mgf1_digest = from.mgf1_digest;
  to->pss = from.pss;
  to->salt = from.salt;
  if (from.hashing != nullptr) {
    to->hashing.reset(EVP_MD_CTX_new());
    if (to->hashing == nullptr || EVP_MD_CTX_copy_ex(to->hashing.get(), from.hashing.get()) != 1) return nullptr;
  }
  return to.release();
}

// Salts longer than the digest serve nobody and are not asked for: "auto" and "max" mean the digest's length as well.
std::optional<std::uint16_t> salt_octets(const Signing& signing) {
  if (!signing.pss) return std::uint16_t{0};
  const auto most = digest_octets(signing.digest, tls::SignatureKind::rsa_pss);
  if (!most || (!signing.mgf1_digest.empty() && signing.mgf1_digest != signing.digest)) return std::nullopt;
  if (signing.salt < 0) return static_cast<std::uint16_t>(*most);
  if (static_cast<std::size_t>(signing.salt) > *most) return std::nullopt;
  return static_cast<std::uint16_t>(signing.salt);
}

// The request for a signature of `data`; nothing when the key process would call it malformed.
std::optional<tls::SignatureRequest> request_for(const Signing& signing, std::string_view data) {
  const auto salt = salt_octets(signing);
  if (!signing.number || !salt) return std::nullopt;
  const tls::SignatureKind kind = kind_of(signing);
  if (kind == tls::SignatureKind::ed25519) {
    if (data.empty() || data.size() > 512) return std::nullopt;
  } else if (digest_octets(signing.digest, kind) != data.size()) {
    return std::nullopt;
  }
  return tls::SignatureRequest{*signing.number, kind, signing.digest, *salt, std::string(data)};
}

// Where OpenSSL wants the signature: `room` octets at `octets`, its length to `length`.
struct Place {
  unsigned char* octets;
  std::size_t* length;
  std::size_t room;
};

int ask(const Signing& signing, const Place& place, std::string_view data) {
  const auto request = request_for(signing, data);
  if (!request) return 0;
  const auto signature = tls::ask_for_signature(*request);
  if (!signature || signature->empty() || signature->size() > std::min(place.room, signing.longest)) return 0;
  std::copy(signature->begin(), signature->end(), place.octets);
  *place.length = signature->size();
  return 1;
}

struct NamedNumber {
  std::string_view name;
  int number;
};
constexpr std::array<NamedNumber, 2> pads{
    {{OSSL_PKEY_RSA_PAD_MODE_PKCSV15, RSA_PKCS1_PADDING}, {OSSL_PKEY_RSA_PAD_MODE_PSS, RSA_PKCS1_PSS_PADDING}}};
constexpr std::array<NamedNumber, 4> salts{{{OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST, RSA_PSS_SALTLEN_DIGEST},
                                            {OSSL_PKEY_RSA_PSS_SALT_LEN_AUTO, RSA_PSS_SALTLEN_AUTO},
                                            {OSSL_PKEY_RSA_PSS_SALT_LEN_MAX, RSA_PSS_SALTLEN_MAX},
                                            {"auto-digestmax", -4}}};  // OpenSSL 3.1

std::string_view text_of(const OSSL_PARAM& param) {
  if (param.data_type != OSSL_PARAM_UTF8_STRING || param.data == nullptr) return {};
  const std::string_view whole(static_cast<const char*>(param.data), param.data_size);
  return whole.substr(0, whole.find('\0'));
}

// A parameter that may be an integer, a name for one, or decimal digits.
template <std::size_t count>
std::optional<int> number_of(const OSSL_PARAM& param, const std::array<NamedNumber, count>& names) {
  int number = 0;
  if (OSSL_PARAM_get_int(&param, &number) == 1) return number;
  const std::string_view text = text_of(param);
  for (const NamedNumber& known : names) {
    if (known.name == text) return known.number;
  }
  return base::number<int>(text);
}

template <std::size_t count>
bool give_number(OSSL_PARAM& param, int number, const std::array<NamedNumber, count>& names) {
  if (param.data_type != OSSL_PARAM_UTF8_STRING) return OSSL_PARAM_set_int(&param, number) == 1;
  for (const NamedNumber& known : names) {
    if (known.number == number) return OSSL_PARAM_set_utf8_string(&param, known.name.data()) == 1;
  }
  return OSSL_PARAM_set_utf8_string(&param, fmt::format("{}", number).c_str()) == 1;
}

DigestPtr fetch_digest(std::string_view name) {
  return DigestPtr(EVP_MD_fetch(nullptr, std::string(name).c_str(), nullptr));
}

bool take_digest(std::string& to, const OSSL_PARAM& param) {
  const auto digest = fetch_digest(text_of(param));
  if (digest == nullptr) return false;
  to = digest_name(digest.get());
  return !to.empty();
}

bool take_padding(Signing& signing, const OSSL_PARAM& param) {
  const auto padding = number_of(param, pads);
  signing.pss = padding == RSA_PKCS1_PSS_PADDING;
  return signing.pss || padding == RSA_PKCS1_PADDING;
}

bool take_salt(Signing& signing, const OSSL_PARAM& param) {
  const auto salt = number_of(param, salts);
  signing.salt = salt.value_or(0);
  return salt && *salt >= -4;
}

// A digest that hashing has begun with stays.
bool take_option(Signing& signing, const OSSL_PARAM& param) {
  const std::string_view name = param.key;
  if (name == OSSL_SIGNATURE_PARAM_DIGEST) return signing.hashing == nullptr && take_digest(signing.digest, param);
  if (signing.type != KeyType::rsa) return true;
  if (name == OSSL_SIGNATURE_PARAM_PAD_MODE) return take_padding(signing, param);
  if (name == OSSL_SIGNATURE_PARAM_PSS_SALTLEN) return take_salt(signing, param);
  if (name == OSSL_SIGNATURE_PARAM_MGF1_DIGEST) return take_digest(signing.mgf1_digest, param);
  return true;
}

int set_options(void* context, const OSSL_PARAM params[]) {
  for (const OSSL_PARAM* param = params; param != nullptr && param->key != nullptr; ++param) {
    if (!take_option(signing_of(context), *param)) return 0;
  }
  return 1;
}

// The algorithm of X.509 that is signed with; NID_undef for PSS, whose identifier has parameters of its own.
int algorithm_of(const Signing& signing) {
  if (signing.type == KeyType::ed25519) return NID_ED25519;
  if (signing.pss || signing.digest.empty()) return NID_undef;
  int algorithm = NID_undef;
  const int type = signing.type == KeyType::rsa ? EVP_PKEY_RSA : EVP_PKEY_EC;
  return OBJ_find_sigid_by_algs(&algorithm, OBJ_txt2nid(signing.digest.c_str()), type) == 1 ? algorithm : NID_undef;
}

bool give_algorithm_id(const Signing& signing, OSSL_PARAM& param) {
  const int algorithm = algorithm_of(signing);
  const std::unique_ptr<X509_ALGOR, tls::FreedBy<X509_ALGOR_free>> id(X509_ALGOR_new());
  if (algorithm == NID_undef || id == nullptr) return false;
  const int parameters = signing.type == KeyType::rsa ? V_ASN1_NULL : V_ASN1_UNDEF;
  if (X509_ALGOR_set0(id.get(), OBJ_nid2obj(algorithm), parameters, nullptr) != 1) return false;
  std::array<unsigned char, 64> der{};
  const int size = i2d_X509_ALGOR(id.get(), nullptr);
  if (size <= 0 || static_cast<std::size_t>(size) > der.size()) return false;
  unsigned char* at = der.data();
  return i2d_X509_ALGOR(id.get(), &at) == size &&
         OSSL_PARAM_set_octet_string(&param, der.data(), static_cast<std::size_t>(size)) == 1;
}

bool give_option(const Signing& signing, OSSL_PARAM& param) {
  const std::string_view name = param.key;
  if (name == OSSL_SIGNATURE_PARAM_DIGEST) return OSSL_PARAM_set_utf8_string(&param, signing.digest.c_str()) == 1;
  if (name == OSSL_SIGNATURE_PARAM_ALGORITHM_ID) return give_algorithm_id(signing, param);
  if (name == OSSL_SIGNATURE_PARAM_PSS_SALTLEN) return give_number(param, signing.salt, salts);
  if (name == OSSL_SIGNATURE_PARAM_PAD_MODE) {
    return give_number(param, signing.pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING, pads);
  }
  if (name == OSSL_SIGNATURE_PARAM_MGF1_DIGEST) {
    const std::string& digest = signing.mgf1_digest.empty() ? signing.digest : signing.mgf1_digest;
    return OSSL_PARAM_set_utf8_string(&param, digest.c_str()) == 1;
  }
  return true;
}

int options(void* context, OSSL_PARAM params[]) {
  for (OSSL_PARAM* param = params; param != nullptr && param->key != nullptr; ++param) {
    if (!give_option(signing_of(context), *param)) return 0;
  }
  return 1;
}

const OSSL_PARAM* settable_options(void*, void*) {
  static const std::array<OSSL_PARAM, 6> params{{OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, nullptr, 0),
                                                 OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PROPERTIES, nullptr, 0),
                                                 OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr, 0),
                                                 OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, nullptr, 0),
                                                 OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, nullptr, 0),
                                                 OSSL_PARAM_END}};
  return params.data();
}

const OSSL_PARAM* gettable_options(void*, void*) {
  static const std::array<OSSL_PARAM, 6> params{{OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, nullptr, 0),
                                                 OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, nullptr, 0),
                                                 OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr, 0),
                                                 OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, nullptr, 0),
                                                 OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, nullptr, 0),
                                                 OSSL_PARAM_END}};
  return params.data();
}

// Signing a digest made elsewhere (EVP_PKEY_sign). A null key: the one of the time before.
int begin(void* context, void* key_data, const OSSL_PARAM params[]) {
  Signing& signing = signing_of(context);
  signing.hashing.reset();
  if (key_data != nullptr) {
    const ProviderKey& key = *static_cast<const ProviderKey*>(key_data);
    signing.type = key.type;
    signing.number = key.number;
    signing.longest = static_cast<std::size_t>(std::max(EVP_PKEY_get_size(key.public_half.get()), 0));
  }
  return signing.number ? set_options(context, params) : 0;
}

// NOLINTNEXTLINE(readability-function-size): OpenSSL chose the parameters
int sign(void* context, unsigned char* signature, std::size_t* length, std::size_t room, const unsigned char* data,
         std::size_t size) {
  *length = signature == nullptr ? signing_of(context).longest : *length;
  return signature == nullptr ? 1 : ask(signing_of(context), {signature, length, room}, tls::chars(data, size));
}

// Signing a message (EVP_DigestSign*).
int begin_hashing(void* context, const char* digest_wanted, void* key_data, const OSSL_PARAM params[]) {
  Signing& signing = signing_of(context);
  if (begin(context, key_data, params) != 1) return 0;
  const bool chosen = digest_wanted != nullptr && *digest_wanted != '\0';
  const auto digest = fetch_digest(chosen ? digest_wanted : "SHA256");
  signing.hashing.reset(EVP_MD_CTX_new());
  if (digest == nullptr || signing.hashing == nullptr) return 0;
  signing.digest = digest_name(digest.get());
  return !signing.digest.empty() && EVP_DigestInit_ex2(signing.hashing.get(), digest.get(), nullptr) == 1 ? 1 : 0;
}

int hash(void* context, const unsigned char* data, std::size_t size) {
  EVP_MD_CTX* const hashing = signing_of(context).hashing.get();
  return hashing != nullptr && EVP_DigestUpdate(hashing, data, size) == 1 ? 1 : 0;
}

int sign_hash(void* context, unsigned char* signature, std::size_t* length, std::size_t room) {
  const Signing& signing = signing_of(context);
  if (signing.hashing == nullptr) return 0;
  if (signature == nullptr) {
    *length = signing.longest;
    return 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(signing.hashing.get(), digest.data(), &size) != 1) return 0;
  return ask(signing, {signature, length, room}, tls::chars(digest.data(), size));
}

// Ed25519 hashes the message itself, twice; a digest of ours would be another algorithm (RFC 8032 §5.1).
int begin_message(void* context, const char* digest, void* key_data, const OSSL_PARAM params[]) {
  return digest == nullptr || *digest == '\0' ? begin(context, key_data, params) : 0;
}

const OSSL_DISPATCH* digest_functions() {
  static const std::array<OSSL_DISPATCH, 13> table{
      {{OSSL_FUNC_SIGNATURE_NEWCTX, reinterpret_cast<AnyFunction>(tls::shielded<new_signing>)},
       {OSSL_FUNC_SIGNATURE_FREECTX, reinterpret_cast<AnyFunction>(free_signing)},
       {OSSL_FUNC_SIGNATURE_DUPCTX, reinterpret_cast<AnyFunction>(tls::shielded<copy_signing>)},
       {OSSL_FUNC_SIGNATURE_SIGN_INIT, reinterpret_cast<AnyFunction>(tls::shielded<begin>)},
       {OSSL_FUNC_SIGNATURE_SIGN, reinterpret_cast<AnyFunction>(tls::shielded<sign>)},
       {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, reinterpret_cast<AnyFunction>(tls::shielded<begin_hashing>)},
       {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, reinterpret_cast<AnyFunction>(hash)},
       {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, reinterpret_cast<AnyFunction>(tls::shielded<sign_hash>)},
       {OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, reinterpret_cast<AnyFunction>(tls::shielded<options>)},
       {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, reinterpret_cast<AnyFunction>(gettable_options)},
       {OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, reinterpret_cast<AnyFunction>(tls::shielded<set_options>)},
       {OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, reinterpret_cast<AnyFunction>(settable_options)},
       {0, nullptr}}};
  return table.data();
}

const OSSL_DISPATCH* message_functions() {
  static const std::array<OSSL_DISPATCH, 8> table{
      {{OSSL_FUNC_SIGNATURE_NEWCTX, reinterpret_cast<AnyFunction>(tls::shielded<new_signing>)},
       {OSSL_FUNC_SIGNATURE_FREECTX, reinterpret_cast<AnyFunction>(free_signing)},
       {OSSL_FUNC_SIGNATURE_DUPCTX, reinterpret_cast<AnyFunction>(tls::shielded<copy_signing>)},
       {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, reinterpret_cast<AnyFunction>(tls::shielded<begin_message>)},
       {OSSL_FUNC_SIGNATURE_DIGEST_SIGN, reinterpret_cast<AnyFunction>(tls::shielded<sign>)},
       {OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, reinterpret_cast<AnyFunction>(tls::shielded<options>)},
       {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, reinterpret_cast<AnyFunction>(gettable_options)},
       {0, nullptr}}};
  return table.data();
}

}  // namespace

const OSSL_ALGORITHM* provider_signatures() {
  static const std::array<OSSL_ALGORITHM, 4> table{
      {{"RSA:rsaEncryption:1.2.840.113549.1.1.1", provider_property, digest_functions(), "asked-for RSA"},
       {"ECDSA", provider_property, digest_functions(), "asked-for ECDSA"},
       {"ED25519:1.3.101.112", provider_property, message_functions(), "asked-for Ed25519"},
       {nullptr, nullptr, nullptr, nullptr}}};
  return table.data();
}

}  // namespace keys
