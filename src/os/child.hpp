// What a fresh child does before anything else. For os/ alone.
#pragma once

namespace os {

// Every signal to its default, none blocked.
void reset_signals();

}  // namespace os
