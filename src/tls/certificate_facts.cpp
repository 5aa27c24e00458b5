// What a certificate says of itself (RFC 5280), as text.
#include "tls/certificate_facts.hpp"

#include <algorithm>
#include <ctime>

#include "base/text.hpp"
#include "tls/public_half.hpp"
#include "tls/server_names.hpp"

namespace tls {
namespace {

constexpr std::size_t longest_subject = 512;

using Asn1TextPtr = std::unique_ptr<unsigned char, decltype([](unsigned char* text) { OPENSSL_free(text); })>;

// A name as the table takes it, with the wildcard it may begin with; empty for what no client can ask for.
std::string tidy_name(std::string_view name) {
  const bool wildcard = name.substr(0, 2) == "*.";
  const auto valid = host_name(wildcard ? name.substr(2) : name);
  if (!valid) return {};
  return wildcard ? "*." + *valid : *valid;
}

void add_name(std::vector<std::string>& names, std::string_view raw) {
  std::string name = tidy_name(raw);
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

std::vector<std::string> alternative_names(X509* certificate) {
  std::vector<std::string> names;
  void* extension = X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr);
  const GeneralNamesPtr list(static_cast<GENERAL_NAMES*>(extension));
  const int count = list ? sk_GENERAL_NAME_num(list.get()) : 0;
  for (int i = 0; i < count; ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list.get(), i), &type);
    if (type != GEN_DNS) continue;
    const auto* text = static_cast<const ASN1_IA5STRING*>(value);
    add_name(names, chars(ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))));
  }
  return names;
}

// The first entry of that kind in UTF-8; empty when there is none.
std::string first_entry(const X509_NAME* name, int kind) {
  const int at = X509_NAME_get_index_by_NID(name, kind, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  const Asn1TextPtr owned(text);
  return size > 0 ? std::string(chars(text, static_cast<std::size_t>(size))) : std::string();
}

// As it stands in the certificate: OpenSSL's encoders, which it would have to look up, are for keys from elsewhere.
std::string public_part(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  const Asn1TextPtr owned(der);
  return size > 0 ? std::string(chars(der, static_cast<std::size_t>(size))) : std::string();
}

base::Result<std::chrono::system_clock::time_point> moment(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return fail_openssl("certificate's validity");
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace

std::string name_line(const X509_NAME* name) {
  const BioPtr out = writing();
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  return written(out.get()).substr(0, longest_subject);
}

std::string serial_hex(const X509* certificate) {
  const BignumPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (!number) return {};
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return base::hex(bytes);
}

std::string common_name(const X509* certificate) {
  return first_entry(X509_get_subject_name(certificate), NID_commonName);
}

std::string issuer_name(const X509* certificate) {
  const X509_NAME* issuer = X509_get_issuer_name(certificate);
  const std::string name = first_entry(issuer, NID_commonName);
  return name.empty() ? first_entry(issuer, NID_organizationName) : name;
}

base::Result<CertificateFacts> facts_of(X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return fail_openssl("certificate's public key");
  const auto begin = moment(X509_get0_notBefore(certificate));
  const auto end = moment(X509_get0_notAfter(certificate));
  if (!begin || !end) return tl::unexpected(begin ? end.error() : begin.error());
  CertificateFacts facts;
  facts.names = alternative_names(certificate);
  if (facts.names.empty()) add_name(facts.names, common_name(certificate));
  facts.serial = serial_hex(certificate);
  facts.subject = name_line(X509_get_subject_name(certificate));
  facts.issuer = name_line(X509_get_issuer_name(certificate));
  facts.not_before = *begin;
  facts.not_after = *end;
  facts.key_kind = key_kind(key);
  facts.public_der = public_part(certificate);
  ERR_clear_error();
  return facts;
}

}  // namespace tls
