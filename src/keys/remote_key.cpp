// Makes the EVP_PKEY of a remote key: the provider is given the public half and the number.
#include "keys/remote_key.hpp"

#include <array>

#include <openssl/err.h>

#include "keys/provider.hpp"

namespace keys {

namespace {

EVP_PKEY* make_remote(KeyType type, std::uint32_t number, EVP_PKEY* public_half) {
  void* half = public_half;
  const std::array<OSSL_PARAM, 3> params{OSSL_PARAM_construct_octet_ptr(param_public_half, &half, sizeof half),
                                         OSSL_PARAM_construct_uint32(param_key_number, &number),
                                         OSSL_PARAM_construct_end()};
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type_name(type), provider_property));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, const_cast<OSSL_PARAM*>(params.data())) != 1) {
    return nullptr;
  }
  return key;
}

base::Result<tls::PrivateKey> remote_key_or_why(std::uint32_t number, std::string_view public_der) {
  if (!load_provider()) return base::fail("the provider of remote keys could not be loaded into OpenSSL");
  const auto public_half = parse_public_der(public_der);
  if (public_half == nullptr) return base::fail("key {}: its public half cannot be read", number);
  const std::string why = unsuitability(public_half.get());
  if (!why.empty()) return base::fail("key {}: {}", number, why);
  EVP_PKEY* const key = make_remote(type_of(public_half.get()).value(), number, public_half.get());
  if (key == nullptr) return base::fail("key {}: OpenSSL did not take it", number);
  return tls::PrivateKey(key);
}

}  // namespace

base::Result<tls::PrivateKey> remote_key(std::uint32_t number, std::string_view public_der) {
  auto key = remote_key_or_why(number, public_der);
  ERR_clear_error();
  return key;
}

}  // namespace keys
