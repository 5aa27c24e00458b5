#include "apps/tlsproxy/tlsmgr_client.hpp"

#include <utility>

namespace app {
namespace {

constexpr std::chrono::seconds patience{1};
constexpr std::chrono::seconds silence{10};
// As Postfix's own processes (ipc_idle): a tlsmgr that is to be replaced waits for its clients.
constexpr std::chrono::seconds idle{5};
constexpr std::chrono::hours without_end{24};
constexpr std::size_t most_jobs = 1000;
constexpr std::size_t piece = 4096;

}  // namespace

TlsmgrClient::TlsmgrClient(net::Loop& loop, std::function<void()> want_stream, bool greeted, log::Sink& sink)
    : loop_(loop),
      want_stream_(std::move(want_stream)),
      greeted_(greeted),
      sink_(sink),
      wanted_(loop),
      brought_(loop),
      silent_until_(net::Clock::now()) {}

net::Task<void> TlsmgrClient::run() {
  stream_.reset();  // begun again: an answer may be under way that nobody waits for
  for (;;) {
    const bool wanted = co_await wanted_.wait(stream_ ? net::after(idle) : net::after(without_end));
    wanted_.reset();
    if (!wanted) stream_.reset();
    while (!jobs_.empty()) {
      const std::shared_ptr<Job> job = jobs_.front();
      jobs_.pop_front();
      if (!silent()) job->reply = co_await perform(*job);
      job->done.set();
    }
  }
}

std::shared_ptr<TlsmgrClient::Job> TlsmgrClient::enqueue(std::string request) {
  if (silent() || jobs_.size() >= most_jobs) return nullptr;
  auto job = std::make_shared<Job>(loop_, std::move(request));
  jobs_.push_back(job);
  wanted_.set();
  return job;
}

net::Task<std::optional<postfix::Attributes>> TlsmgrClient::ask(std::string request) {
  const std::shared_ptr<Job> job = enqueue(std::move(request));
  if (!job) co_return std::nullopt;
  (void)co_await job->done.wait(net::after(patience));
  co_return std::move(job->reply);
}

void TlsmgrClient::tell(std::string request) {
  (void)enqueue(std::move(request));
}

void TlsmgrClient::bring(os::UniqueFd stream) {
  offered_ = std::move(stream);
  brought_.set();
}

void TlsmgrClient::end() {
  ended_ = true;
  bring({});
}

// That tlsmgr closed an idle stream shows only when it is used: a new one is tried then, once.
net::Task<std::optional<postfix::Attributes>> TlsmgrClient::perform(const Job& job) {
  const net::Deadline deadline = net::after(patience);
  bool fresh = false;
  while (!fresh) {
    fresh = !stream_;
    const bool opened = !fresh || co_await open(deadline);
    if (!opened) break;
    base::Buffer unasked(1);
    const bool quiet = !stream_->read_present(unasked);  // what is there now would be taken for the answer
    net::Io sent = net::Io::lost;
    if (quiet) sent = co_await stream_->write(job.request, deadline);
    std::optional<postfix::Attributes> reply;
    if (sent == net::Io::done) reply = co_await hear(deadline);
    if (reply) {
      complained_ = false;
      co_return reply;
    }
    stream_.reset();
  }
  stream_.reset();
  give_up();
  co_return std::nullopt;
}

net::Task<bool> TlsmgrClient::open(net::Deadline deadline) {
  if (ended_) co_return false;
  brought_.reset();
  offered_.reset();
  want_stream_();
  (void)co_await brought_.wait(deadline);
  if (!offered_) co_return false;
  stream_.emplace(loop_, std::move(offered_));
  if (!greeted_) co_return true;
  const auto greeting = co_await hear(deadline);
  co_return greeting&& postfix::is_tlsmgr_greeting(*greeting);
}

net::Task<std::optional<postfix::Attributes>> TlsmgrClient::hear(net::Deadline deadline) {
  postfix::ListReader reader;
  base::Buffer bytes(piece);
  while (reader.state() == postfix::ListReader::State::need_more) {
    const net::Io got = co_await stream_->read(bytes, deadline);
    if (got != net::Io::done) co_return std::nullopt;
    bytes.consume(reader.feed(bytes.view()));
    if (reader.state() == postfix::ListReader::State::done && !bytes.empty()) co_return std::nullopt;  // unasked for
    bytes.clear();
  }
  if (reader.state() == postfix::ListReader::State::fault) co_return std::nullopt;
  co_return reader.take();
}

void TlsmgrClient::give_up() {
  silent_until_ = net::after(silence);
  if (complained_ || ended_) return;
  complained_ = true;
  sink_.write(log::Severity::warning,
              "warning: tlsmgr does not answer: TLS sessions go on without cache and new ticket keys");
}

}  // namespace app
