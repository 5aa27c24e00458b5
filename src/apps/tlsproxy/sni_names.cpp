#include "apps/tlsproxy/sni_names.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "apps/tlsproxy/program_output.hpp"
#include "base/base64.hpp"
#include "base/text.hpp"
#include "postfix/maps.hpp"
#include "postfix/values.hpp"

namespace app {
namespace {

constexpr std::string_view parameter = "tls_server_sni_maps";
constexpr std::size_t largest_listing = 4 << 20;
constexpr std::string_view listable[] = {"hash", "btree", "cdb", "lmdb", "texthash", "dbm", "sdbm"};

using Entries = std::vector<postfix::MapEntry>;

base::Result<Entries> listing_of(const postfix::Parameters& parameters, const postfix::MapName& map) {
  if (base::iequals(map.type, "inline")) return postfix::inline_entries(map.name);
  if (std::find(std::begin(listable), std::end(listable), map.type) == std::end(listable)) {
    return base::fail("a table of this kind cannot be listed");
  }
  const auto folder = parameters.value("command_directory");
  const auto config = parameters.value("config_directory");
  if (!folder || !config) return tl::unexpected(folder ? config.error() : folder.error());
  const std::vector<std::string> command{*folder + "/postmap", "-s", map.type + ":" + map.name};
  const auto text = program_output(command, {"MAIL_CONFIG=" + *config}, largest_listing);
  if (!text) return tl::unexpected(text.error());
  return postfix::listed_entries(*text);
}

// Tables made by `postmap -F` hold the PEM text itself, keys and all, in base64.
std::shared_ptr<const base::Secret> pem_in(const std::string& value) {
  auto decoded = base::from_base64(value);
  if (!decoded || !decoded->starts_with("-----BEGIN ")) return nullptr;
  std::string text = std::move(*decoded);
  auto pem = std::make_shared<const base::Secret>(text);
  ::explicit_bzero(text.data(), text.size());
  return pem;
}

struct Collected {
  std::vector<NameFiles> names;
  std::set<std::string> seen;
  std::size_t left_out = 0;
};

// Of several tables the first counts.
void collect(const postfix::MapEntry& entry, Collected& into) {
  NameFiles found{base::lowered(entry.key), {}, pem_in(entry.value)};
  if (!into.seen.insert(found.name).second) return;
  const auto files = found.pem ? base::Result<std::vector<std::string>>() : postfix::list_of(parameter, entry.value);
  if (files) found.files = *files;
  const bool usable = (found.pem || !found.files.empty()) && into.names.size() < most_names;
  if (usable) into.names.push_back(std::move(found));
  if (!usable) ++into.left_out;
}

}  // namespace

base::Result<std::vector<NameFiles>> sni_names(const postfix::Parameters& parameters,
                                               std::vector<std::string>& warnings) {
  const auto value = parameters.value(parameter);
  if (!value) return tl::unexpected(value.error());
  const auto maps = postfix::maps_of(*value);
  if (!maps) return base::fail("open dictionary: {}", maps.error().text);
  Collected collected;
  for (const postfix::MapName& map : *maps) {
    const auto entries = listing_of(parameters, map);
    if (entries) {
      for (const postfix::MapEntry& entry : *entries) collect(entry, collected);
    } else {
      warnings.push_back(fmt::format("{}: {}:{}: {}; its names get the default certificates", parameter, map.type,
                                     base::escaped(map.name, 100), entries.error().text));
    }
  }
  if (collected.left_out > 0) {
    warnings.push_back(
        fmt::format("{}: {} names are left out and get the default certificates: over {}, or without a "
                    "certificate",
                    parameter, collected.left_out, most_names));
  }
  return std::move(collected.names);
}

}  // namespace app
