#include "apps/tlsproxy/chain_files.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "os/files.hpp"

namespace app {
namespace {

constexpr std::size_t largest_file = 1 << 20;
constexpr std::size_t longest_label = 40;
constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view dashes = "-----";

struct Block {
  std::string_view label;
  std::string_view whole;
};

// The next block, cut off the front of `rest`; one without a label when there is none.
Block take_block(std::string_view& rest) {
  for (auto at = rest.find(begin_mark); at != std::string_view::npos; at = rest.find(begin_mark, at + 1)) {
    const std::string_view from = rest.substr(at + begin_mark.size());
    const std::string_view label = from.substr(0, std::min(from.find(dashes), from.find('\n')));
    const std::string end = fmt::format("-----END {}-----", label.substr(0, longest_label));
    const auto stop = rest.find(end, at);
    if (stop == std::string_view::npos) continue;
    const Block block{label, rest.substr(at, stop + end.size() - at)};
    rest.remove_prefix(stop + end.size());
    return block;
  }
  return {};
}

bool is_certificate(std::string_view label) {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE";
}

base::Result<void> check_whole(const std::vector<KeyedChain>& chains, std::string_view origin) {
  for (const KeyedChain& chain : chains) {
    if (chain.chain_pem.empty()) return base::fail("{}: no certificate follows the private key", chain.key.path);
  }
  if (chains.empty()) return base::fail("no private key in {}", origin);
  return {};
}

}  // namespace

base::Result<void> add_keyed_chains(std::string_view text, const std::string& file, std::vector<KeyedChain>& chains) {
  std::size_t keys = 0;
  for (Block block = take_block(text); !block.label.empty(); block = take_block(text)) {
    if (block.label.ends_with("PRIVATE KEY")) {
      chains.push_back({{}, {file, keys++, true}});
    } else if (is_certificate(block.label)) {
      if (chains.empty()) return base::fail("{}: a certificate comes before its private key", file);
      chains.back().chain_pem.append(block.whole).append("\n");
    }
  }
  return {};
}

base::Result<std::vector<KeyedChain>> read_chain_files(const std::vector<std::string>& files) {
  std::vector<KeyedChain> chains;
  for (const std::string& file : files) {
    auto text = os::read_file(file, largest_file);
    if (!text) return tl::unexpected(text.error());
    const auto added = add_keyed_chains(*text, file, chains);
    // NOLINTNEXTLINE(clang-analyzer-cplusplus.InnerPointer): wiping does not reallocate
    ::explicit_bzero(text->data(), text->size());
    if (!added) return tl::unexpected(added.error());
  }
  if (const auto whole = check_whole(chains, fmt::format("{}", fmt::join(files, ", "))); !whole) {
    return tl::unexpected(whole.error());
  }
  return chains;
}

base::Result<std::vector<KeyedChain>> read_chain_text(const std::shared_ptr<const base::Secret>& pem,
                                                      const std::string& origin) {
  std::vector<KeyedChain> chains;
  auto done = add_keyed_chains(pem->reveal(), origin, chains);
  if (done) done = check_whole(chains, origin);
  if (!done) return tl::unexpected(done.error());
  for (KeyedChain& chain : chains) chain.key.pem = pem;
  return chains;
}

}  // namespace app
