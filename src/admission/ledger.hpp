// Ledger: who is there, over all workers: one block of memory of a fixed size that every worker shares. Client networks
// are not stored: each has a cell in each of four rows, found by a keyed hash, and counts as the least of its cells. A
// network can so be taken for too many only when others fill all four of its cells; it is never taken for too few.
//
// Each worker writes connections and handshakes to an account of its own, and counts are sums over the accounts: when a
// worker dies, closing its account gives back what it held. All values are zero at first, and atomic.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "admission/hash.hpp"

namespace admission {

inline constexpr std::size_t rows = 4;
inline constexpr std::size_t columns = 8192;
inline constexpr std::size_t most_accounts = 512;

template <typename T>
using Cells = std::array<T, rows * columns>;

// 128 KiB.
struct Account {
  std::uint32_t open;
  std::uint32_t connections;
  std::uint32_t handshakes;
  Cells<std::uint32_t> clients;
};

// 64 MiB of addresses; of memory 256 KiB, and 128 KiB for each account that was used.
struct Ledger {
  HashKey key;  // random, set before the first worker
  std::uint32_t accounts_in_use;
  Cells<std::int64_t> due;  // client_rate: when a network has paid for what it opened (nanoseconds of the steady clock)
  std::array<Account, most_accounts> accounts;
};

// An account that is open while this lives. For the supervisor, which alone opens and closes.
class OpenAccount {
 public:
  // Nothing: all are open.
  [[nodiscard]] static std::optional<OpenAccount> open(Ledger& ledger);
  ~OpenAccount();
  OpenAccount(OpenAccount&& other) noexcept;
  OpenAccount& operator=(OpenAccount&& other) noexcept;
  OpenAccount(const OpenAccount&) = delete;
  OpenAccount& operator=(const OpenAccount&) = delete;

  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  OpenAccount(Ledger& ledger, std::size_t number) : ledger_(&ledger), number_(number) {}
  void close();

  Ledger* ledger_;  // null: moved from
  std::size_t number_;
};

}  // namespace admission
