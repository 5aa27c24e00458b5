#include "os/reverse_name.hpp"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.hpp"

namespace os {
namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_label = 63;

bool is_label(std::string_view label) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !label.empty() && label.size() <= longest_label && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), fits);
}

bool leads_back(const std::string& name, const SocketAddress& address) {
  addrinfo wanted{};
  wanted.ai_family = address.octets().size() == 4 ? AF_INET : AF_INET6;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(name.c_str(), nullptr, &wanted, &found) != 0) return false;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, ::freeaddrinfo);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (SocketAddress(each->ai_addr, each->ai_addrlen).octets() == address.octets()) return true;
  }
  return false;
}

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > longest_name || SocketAddress::ip(text, 0)) return false;
  const auto labels = base::split(text, '.');
  // A last label of digits alone would be part of an address (RFC 1123 §2.1).
  const bool is_numeric = base::number<std::uint64_t>(labels.back()).has_value();
  return !is_numeric && std::all_of(labels.begin(), labels.end(), is_label);
}

ReverseName look_up_name(const SocketAddress& address) {
  ReverseName result;
  if (address.octets().empty()) return result;
  std::array<char, NI_MAXHOST> text{};
  const int fault = ::getnameinfo(address.raw(), address.size(), text.data(), text.size(), nullptr, 0, NI_NAMEREQD);
  const std::string name = fault == 0 ? text.data() : "";
  if (!is_host_name(name)) return result;
  result.claimed = name;
  if (leads_back(name, address)) result.verified = name;
  return result;
}

}  // namespace os
