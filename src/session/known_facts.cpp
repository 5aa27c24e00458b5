#include "session/known_facts.hpp"

#include <algorithm>
#include <utility>

namespace session {

std::shared_ptr<const tls::Facts> KnownFacts::shared(tls::Facts facts) {
  const auto same = [&](const std::shared_ptr<const tls::Facts>& known) { return known && *known == facts; };
  const auto found = std::find_if(latest_.begin(), latest_.end(), same);
  if (found != latest_.end()) return *found;
  auto made = std::make_shared<const tls::Facts>(std::move(facts));
  latest_[oldest_] = made;
  oldest_ = (oldest_ + 1) % latest_.size();
  return made;
}

}  // namespace session
