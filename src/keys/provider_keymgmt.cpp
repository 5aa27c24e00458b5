// Key management of the provider: a key answers questions with its public half, claims to have a private one, and
// never exports that.

#include <array>
#include <memory>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/x509.h>

#include "keys/provider.hpp"
#include "tls/shielded.hpp"

namespace keys {

namespace {

using AnyFunction = void (*)();

const ProviderKey& key_of(const void* data) {
  return *static_cast<const ProviderKey*>(data);
}

template <KeyType type>
void* new_key(void*) {
  auto key = std::make_unique<ProviderKey>();
  key->type = type;
  return key.release();
}

void free_key(void* data) {
  const std::unique_ptr<ProviderKey> owner(static_cast<ProviderKey*>(data));
}

int has(const void* data, int selection) {
  if (data == nullptr || key_of(data).public_half == nullptr) return 0;
  return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || key_of(data).number.has_value() ? 1 : 0;
}

// Certificates are matched with their keys here: both have a public half, and equal public halves mean equal keys.
int match(const void* one, const void* other, int selection) {
  const EVP_PKEY* const a = key_of(one).public_half.get();
  const EVP_PKEY* const b = key_of(other).public_half.get();
  if (a == nullptr || b == nullptr) return 0;
  if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0) return EVP_PKEY_eq(a, b) == 1 ? 1 : 0;
  return key_of(one).type != KeyType::ec || EVP_PKEY_parameters_eq(a, b) == 1 ? 1 : 0;
}

int key_facts(void* data, OSSL_PARAM params[]) {
  return key_of(data).public_half != nullptr ? EVP_PKEY_get_params(key_of(data).public_half.get(), params) : 0;
}

const OSSL_PARAM* gettable_facts(void*) {
  static const std::array<OSSL_PARAM, 12> params{
      {OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, nullptr), OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
       OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
       OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, nullptr, 0),
       OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, nullptr, 0),
       OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
       OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, nullptr, 0),
       OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
       OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, nullptr, 0),
       OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0), OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0),
       OSSL_PARAM_END}};
  return params.data();
}

// What an export gives and an import takes, of all three types.
const OSSL_PARAM* public_numbers(int selection) {
  static const std::array<OSSL_PARAM, 5> params{{OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
                                                 OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
                                                 OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0),
                                                 OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0), OSSL_PARAM_END}};
  return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 ? params.data() : nullptr;
}

// Whoever wants the private half with it gets nothing. That is also what makes OpenSSL sign with us: it first tries to
// move the key to the default provider.
int export_key(void* data, int selection, OSSL_CALLBACK* use, void* argument) {
  if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0 || key_of(data).public_half == nullptr) return 0;
  OSSL_PARAM* raw = nullptr;
  if (EVP_PKEY_todata(key_of(data).public_half.get(), selection, &raw) != 1) return 0;
  const ParamsPtr params(raw);
  return use(params.get(), argument);
}

// The public numbers of another provider's key: the certificate's, to be compared with ours.
tls::KeyPtr from_numbers(KeyType type, const OSSL_PARAM params[]) {
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type_name(type), default_provider_query));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(params)) != 1) return nullptr;
  return tls::KeyPtr(key);
}

// Of the default provider, parsed and examined by whoever made the parameters.
tls::KeyPtr public_half_in(const OSSL_PARAM& param, KeyType type) {
  const void* pointer = nullptr;
  std::size_t unused = 0;
  if (OSSL_PARAM_get_octet_ptr(&param, &pointer, &unused) != 1 || pointer == nullptr) return nullptr;
  auto* const key = const_cast<EVP_PKEY*>(static_cast<const EVP_PKEY*>(pointer));
  return type_of(key) == type && EVP_PKEY_up_ref(key) == 1 ? tls::KeyPtr(key) : nullptr;
}

int import_key(void* data, int, const OSSL_PARAM params[]) {
  auto& key = *static_cast<ProviderKey*>(data);
  const OSSL_PARAM* const half = OSSL_PARAM_locate_const(params, param_public_half);
  if (half == nullptr) {
    key.public_half = from_numbers(key.type, params);
    return key.public_half != nullptr ? 1 : 0;
  }
  const OSSL_PARAM* const number_param = OSSL_PARAM_locate_const(params, param_key_number);
  std::uint32_t number = 0;
  if (number_param == nullptr || OSSL_PARAM_get_uint32(number_param, &number) != 1) return 0;
  auto public_half = public_half_in(*half, key.type);
  if (public_half == nullptr) return 0;
  key.public_half = std::move(public_half);
  key.number = number;
  return 1;
}

const char* signature_name_of_ec(int operation) {
  return operation == OSSL_OP_SIGNATURE ? "ECDSA" : nullptr;
}

template <KeyType type>
const OSSL_DISPATCH* functions() {
  static const std::array<OSSL_DISPATCH, 13> table{
      {{OSSL_FUNC_KEYMGMT_NEW, reinterpret_cast<AnyFunction>(tls::shielded<new_key<type>>)},
       {OSSL_FUNC_KEYMGMT_FREE, reinterpret_cast<AnyFunction>(free_key)},
       {OSSL_FUNC_KEYMGMT_HAS, reinterpret_cast<AnyFunction>(has)},
       {OSSL_FUNC_KEYMGMT_MATCH, reinterpret_cast<AnyFunction>(match)},
       {OSSL_FUNC_KEYMGMT_GET_PARAMS, reinterpret_cast<AnyFunction>(key_facts)},
       {OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, reinterpret_cast<AnyFunction>(gettable_facts)},
       {OSSL_FUNC_KEYMGMT_EXPORT, reinterpret_cast<AnyFunction>(export_key)},
       {OSSL_FUNC_KEYMGMT_EXPORT_TYPES, reinterpret_cast<AnyFunction>(public_numbers)},
       {OSSL_FUNC_KEYMGMT_IMPORT, reinterpret_cast<AnyFunction>(tls::shielded<import_key>)},
       {OSSL_FUNC_KEYMGMT_IMPORT_TYPES, reinterpret_cast<AnyFunction>(public_numbers)},
       // EC keys sign by a name of another algorithm; the others sign by their own.
       {type == KeyType::ec ? OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME : 0,
        type == KeyType::ec ? reinterpret_cast<AnyFunction>(signature_name_of_ec) : nullptr},
       {0, nullptr}}};
  return table.data();
}

}  // namespace

const char* type_name(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return "RSA";
    case KeyType::ec:
      return "EC";
    case KeyType::ed25519:
      return "ED25519";
  }
  return "";
}

std::optional<KeyType> type_of(const EVP_PKEY* key) {
  if (fits(key, tls::SignatureKind::rsa_pkcs1)) return KeyType::rsa;
  if (fits(key, tls::SignatureKind::ecdsa)) return KeyType::ec;
  if (fits(key, tls::SignatureKind::ed25519)) return KeyType::ed25519;
  return std::nullopt;
}

tls::KeyPtr parse_public_der(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  tls::KeyPtr key(d2i_PUBKEY_ex(nullptr, &at, static_cast<long>(der.size()), nullptr, default_provider_query));
  return at == end ? std::move(key) : nullptr;
}

const OSSL_ALGORITHM* provider_keymgmts() {
  // All the names the default provider uses, so that EVP_PKEY_is_a() answers the same for our keys.
  static const std::array<OSSL_ALGORITHM, 4> table{
      {{"RSA:rsaEncryption:1.2.840.113549.1.1.1", provider_property, functions<KeyType::rsa>(), "remote RSA"},
       {"EC:id-ecPublicKey:1.2.840.10045.2.1", provider_property, functions<KeyType::ec>(), "remote EC"},
       {"ED25519:1.3.101.112", provider_property, functions<KeyType::ed25519>(), "remote Ed25519"},
       {nullptr, nullptr, nullptr, nullptr}}};
  return table.data();
}

}  // namespace keys
