#include "admission/ledger.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace admission {
namespace {

void note_use(Ledger& ledger) {
  const auto last = std::find_if(ledger.accounts.rbegin(), ledger.accounts.rend(),
                                 [](const Account& account) { return account.open != 0; });
  const auto in_use = static_cast<std::uint32_t>(ledger.accounts.rend() - last);
  std::atomic_ref(ledger.accounts_in_use).store(in_use);
}

void wipe(Account& account) {
  std::atomic_ref(account.connections).store(0);
  std::atomic_ref(account.handshakes).store(0);
  for (auto& cell : account.clients) std::atomic_ref(cell).store(0);
}

}  // namespace

std::optional<OpenAccount> OpenAccount::open(Ledger& ledger) {
  const auto free = std::find_if(ledger.accounts.begin(), ledger.accounts.end(),
                                 [](const Account& account) { return account.open == 0; });
  if (free == ledger.accounts.end()) return std::nullopt;
  wipe(*free);
  free->open = 1;
  note_use(ledger);
  return OpenAccount(ledger, static_cast<std::size_t>(free - ledger.accounts.begin()));
}

OpenAccount::~OpenAccount() {
  close();
}

OpenAccount::OpenAccount(OpenAccount&& other) noexcept
    : ledger_(std::exchange(other.ledger_, nullptr)), number_(other.number_) {}

OpenAccount& OpenAccount::operator=(OpenAccount&& other) noexcept {
  if (this == &other) return *this;
  close();
  ledger_ = std::exchange(other.ledger_, nullptr);
  number_ = other.number_;
  return *this;
}

void OpenAccount::close() {
  if (ledger_ == nullptr) return;
  wipe(ledger_->accounts[number_]);
  ledger_->accounts[number_].open = 0;
  note_use(*ledger_);
}

}  // namespace admission
