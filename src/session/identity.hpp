// How the backend learns who the client is (design.md §5.3: the operator chooses, there is no silent "none").
#pragma once

namespace session {

enum class Identity { none, proxy_v1, proxy_v2, proxy_v2_tls, xclient };
enum class PolicyFail { open, closed };  // what an unreachable or babbling policy service means: go on, or 451

}  // namespace session
