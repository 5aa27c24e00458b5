// The provider's entry point and its loading.
#include "keys/provider.hpp"

#include <array>
#include <memory>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/provider.h>

#include "tls/few_algorithms.hpp"

namespace keys {

namespace {

using AnyFunction = void (*)();

const OSSL_ALGORITHM* query(void*, int operation, int* no_cache) {
  *no_cache = 0;
  if (operation == OSSL_OP_KEYMGMT) return provider_keymgmts();
  if (operation == OSSL_OP_SIGNATURE) return provider_signatures();
  return nullptr;
}

const OSSL_PARAM* gettable_params(void*) {
  static const std::array<OSSL_PARAM, 3> params{{OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_NAME, nullptr, 0),
                                                 OSSL_PARAM_int(OSSL_PROV_PARAM_STATUS, nullptr), OSSL_PARAM_END}};
  return params.data();
}

int provider_facts(void*, OSSL_PARAM params[]) {
  OSSL_PARAM* const name = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_NAME);
  if (name != nullptr && OSSL_PARAM_set_utf8_ptr(name, provider_name) != 1) return 0;
  OSSL_PARAM* const status = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS);
  return status == nullptr || OSSL_PARAM_set_int(status, 1) == 1 ? 1 : 0;
}

int start_provider(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH*, const OSSL_DISPATCH** out, void** context) {
  static const std::array<OSSL_DISPATCH, 4> table{
      {{OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<AnyFunction>(query)},
       {OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, reinterpret_cast<AnyFunction>(gettable_params)},
       {OSSL_FUNC_PROVIDER_GET_PARAMS, reinterpret_cast<AnyFunction>(provider_facts)},
       {0, nullptr}}};
  *out = table.data();
  // Nothing is kept per provider, but OpenSSL takes null for "no context".
  *context = const_cast<OSSL_CORE_HANDLE*>(handle);
  return 1;
}

using ProviderPtr = std::unique_ptr<OSSL_PROVIDER, tls::FreedBy<OSSL_PROVIDER_unload>>;

struct Providers {
  ProviderPtr standard;
  ProviderPtr ours;
};

// OpenSSL loads "default" by itself only as long as nothing is loaded by name. It comes first, so that a fetch without
// properties goes on finding it.
Providers load_both() {
  Providers both;
  if (!tls::has_few_algorithms()) both.standard.reset(OSSL_PROVIDER_load(nullptr, "default"));
  const bool standard = both.standard != nullptr || tls::has_few_algorithms();
  if (!standard || OSSL_PROVIDER_add_builtin(nullptr, provider_name, start_provider) != 1) return both;
  both.ours.reset(OSSL_PROVIDER_load(nullptr, provider_name));
  return both;
}

}  // namespace

bool load_provider() {
  static const Providers loaded = load_both();
  return loaded.ours != nullptr;
}

}  // namespace keys
