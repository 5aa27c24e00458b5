// The provider of few algorithms: the tables are those of OpenSSL's default provider, which is loaded into a library
// context of its own, less what is not on our lists.
#include "tls/few_algorithms.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

namespace tls {
namespace {

using AnyFunction = void (*)();
using Names = std::vector<std::string_view>;

// The first name of each algorithm, by what it does. Random numbers come by way of a digest: the usual way would need
// a cipher, and so every cipher, in the inner context.
const Names& wanted(int operation) {
  static const std::map<int, Names> lists{
      {OSSL_OP_DIGEST, {"SHA1", "SHA2-224", "SHA2-256", "SHA2-384", "SHA2-512", "MD5", "MD5-SHA1"}},
      {OSSL_OP_CIPHER, {"AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305"}},
      {OSSL_OP_MAC, {"HMAC"}},
      {OSSL_OP_KDF, {"HKDF", "TLS13-KDF", "TLS1-PRF"}},
      {OSSL_OP_RAND, {"HASH-DRBG", "SEED-SRC"}},
      {OSSL_OP_KEYMGMT, {"RSA", "RSA-PSS", "EC", "X25519", "ED25519", "ED448", "ML-KEM-768", "X25519MLKEM768"}},
      {OSSL_OP_KEYEXCH, {"ECDH", "X25519"}},
      {OSSL_OP_KEM, {"ML-KEM-768", "X25519MLKEM768"}},
      {OSSL_OP_SIGNATURE, {"RSA", "ECDSA", "ED25519"}},
      {OSSL_OP_ENCODER, {"RSA", "EC", "ED25519"}},
      {OSSL_OP_DECODER, {"RSA", "RSA-PSS", "EC", "ED25519", "ED448", "DER"}}};
  static const Names nothing;
  const auto found = lists.find(operation);
  return found != lists.end() ? found->second : nothing;
}

// What keys are read from and shown as.
constexpr std::array<std::string_view, 5> forms{
    "input=pem", "input=der,structure=PrivateKeyInfo", "input=der,structure=type-specific",
    "input=der,structure=SubjectPublicKeyInfo", "output=der,structure=SubjectPublicKeyInfo"};
// By OpenSSL's own names of the groups; the names of TLS are several.
constexpr std::array<std::string_view, 5> groups{"prime256v1", "secp384r1", "secp521r1", "X25519", "X25519MLKEM768"};

using Tables = std::map<int, std::vector<OSSL_ALGORITHM>>;

// What the provider is made of; kept for the life of the process.
struct Source {
  OSSL_LIB_CTX* context = nullptr;
  OSSL_PROVIDER* standard = nullptr;
};

Source& source() {
  static Source whole;
  return whole;
}

bool is_wanted(const OSSL_ALGORITHM& algorithm, int operation) {
  const std::string_view names(algorithm.algorithm_names);
  const Names& list = wanted(operation);
  if (std::find(list.begin(), list.end(), names.substr(0, names.find(':'))) == list.end()) return false;
  if (operation != OSSL_OP_ENCODER && operation != OSSL_OP_DECODER) return true;
  const std::string_view properties(algorithm.property_definition);
  return std::any_of(forms.begin(), forms.end(), [&](std::string_view form) { return properties.ends_with(form); });
}

std::vector<OSSL_ALGORITHM> table_of(int operation) {
  std::vector<OSSL_ALGORITHM> few;
  int ignored = 0;
  const OSSL_ALGORITHM* each = OSSL_PROVIDER_query_operation(source().standard, operation, &ignored);
  for (; each != nullptr && each->algorithm_names != nullptr; ++each) {
    if (is_wanted(*each, operation)) few.push_back(*each);
  }
  few.push_back({nullptr, nullptr, nullptr, nullptr});
  return few;
}

const OSSL_ALGORITHM* query(void*, int operation, int* no_cache) {
  static Tables tables;
  *no_cache = 0;
  const auto [place, fresh] = tables.try_emplace(operation);
  if (fresh) place->second = table_of(operation);
  return place->second.data();
}

struct Asker {
  OSSL_CALLBACK* take;
  void* argument;
};

int take_group(const OSSL_PARAM params[], void* argument) {
  const OSSL_PARAM* const name = OSSL_PARAM_locate_const(params, OSSL_CAPABILITY_TLS_GROUP_NAME_INTERNAL);
  const char* text = nullptr;
  if (name == nullptr || OSSL_PARAM_get_utf8_string_ptr(name, &text) != 1) return 1;
  if (std::find(groups.begin(), groups.end(), std::string_view(text)) == groups.end()) return 1;
  const auto& asker = *static_cast<const Asker*>(argument);
  return asker.take(params, asker.argument);
}

int capabilities(void*, const char* capability, OSSL_CALLBACK* take, void* argument) {
  if (std::string_view(capability) != "TLS-GROUP") return 1;
  Asker asker{take, argument};
  return OSSL_PROVIDER_get_capabilities(source().standard, capability, take_group, &asker);
}

int start(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** out, void** context) {
  static const std::array<OSSL_DISPATCH, 3> table{
      {{OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<AnyFunction>(query)},
       {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, reinterpret_cast<AnyFunction>(capabilities)},
       {0, nullptr}}};
  *out = table.data();
  *context = OSSL_PROVIDER_get0_provider_ctx(source().standard);
  return 1;
}

}  // namespace

bool has_few_algorithms() {
  return source().standard != nullptr;
}

bool load_few_algorithms() {
  Source& whole = source();
  whole.context = OSSL_LIB_CTX_new();
  whole.standard = OSSL_PROVIDER_load(whole.context, "default");
  if (whole.standard == nullptr) return false;
  for (OSSL_LIB_CTX* const each : {static_cast<OSSL_LIB_CTX*>(nullptr), whole.context}) {
    if (RAND_set_DRBG_type(each, "HASH-DRBG", nullptr, nullptr, "SHA2-256") != 1) return false;
  }
  return OSSL_PROVIDER_add_builtin(nullptr, few_algorithms_name, start) == 1 &&
         OSSL_PROVIDER_load(nullptr, few_algorithms_name) != nullptr;
}

}  // namespace tls
