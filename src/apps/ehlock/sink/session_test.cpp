#include "apps/ehlock/sink/session.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "os/files.hpp"

namespace app {
namespace {

class SinkSessionTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(folder_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // What a new session answers to `wire`, given in pieces of `piece` octets; the greeting left out.
  std::string answers(std::string_view wire, std::size_t piece = 4096) {
    auto store = SinkStore::open(folder_);
    if (!store) return store.error().text;
    const SinkReport told = [this](const SinkReceipt& receipt) { receipts_.push_back(receipt); };
    SinkSession session(*store, told, "sink.example");
    base::Buffer unread(65536);
    std::string replies;
    for (; !wire.empty() && !session.over(); wire.remove_prefix(std::min(piece, wire.size()))) {
      EXPECT_TRUE(unread.append(wire.substr(0, piece)));
      session.take(unread, replies);
    }
    over_ = session.over();
    return replies;
  }

  std::string codes(std::string_view wire) {
    const std::string replies = answers(wire);
    std::string result;
    for (std::size_t at = 0; at < replies.size(); at = replies.find('\n', at) + 1) {
      if (replies[at + 3] == ' ') result += replies.substr(at, 4);
    }
    return result;
  }

  std::string file(const std::string& name) { return os::read_file(folder_ + "/" + name, 1 << 20).value_or("(none)"); }

  std::size_t files() {
    const std::filesystem::directory_iterator all(folder_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  std::string folder_ = (std::filesystem::temp_directory_path() / "sink_test.XXXXXX").string();
  std::vector<SinkReceipt> receipts_;
  bool over_ = false;
};

constexpr std::string_view envelope = "EHLO client\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n";

std::string with_envelope(std::string_view rest) {
  return std::string(envelope) + std::string(rest);
}

TEST_F(SinkSessionTest, a_message_is_stored_octet_for_octet_however_the_stream_is_cut) {
  const std::string wire = with_envelope("DATA\r\n..\r\n..x\r\nbare\n.\nlf\r.\r\r\n.\r\nQUIT\r\n");
  for (const std::size_t piece : {1, 2, 3, 7, 4096}) {
    (void)answers(wire, piece);
    ASSERT_FALSE(receipts_.empty());
    EXPECT_EQ(file(std::to_string(receipts_.back().number) + ".eml"), ".\r\n.x\r\nbare\n.\nlf\r.\r\r\n") << piece;
    EXPECT_TRUE(over_);
  }
  EXPECT_EQ(receipts_.size(), 5U);
  EXPECT_EQ(files(), 10U);
}

TEST_F(SinkSessionTest, the_envelope_lies_beside_the_message) {
  (void)answers(with_envelope("DATA\r\nx\r\n.\r\n"));
  EXPECT_EQ(file("1.envelope"), "X-Sink-From: <a@b>\nX-Sink-To: <c@d>\nX-Sink-To: <e@f>\nX-Sink-Helo: client\n");
  ASSERT_EQ(receipts_.size(), 1U);
  EXPECT_EQ(receipts_[0].octets, 3U);
  EXPECT_EQ(receipts_[0].file, folder_ + "/1.eml");
}

TEST_F(SinkSessionTest, chunks_of_any_size_make_a_message_and_keep_their_dots) {
  EXPECT_EQ(codes(with_envelope("BDAT 3\r\n.\r\nBDAT 0\r\nBDAT 5 LAST\r\n..\r\n\nQUIT\r\n")),
            "250 250 250 250 250 250 250 221 ");
  EXPECT_EQ(file("1.eml"), ".\r\n..\r\n\n");
}

TEST_F(SinkSessionTest, the_octets_of_a_refused_chunk_are_no_commands) {
  EXPECT_EQ(codes("EHLO x\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"), "250 503 250 ");
}

TEST_F(SinkSessionTest, a_chunk_of_unknown_size_ends_the_session) {
  EXPECT_EQ(codes(with_envelope("BDAT many\r\nNOOP\r\n")), "250 250 250 250 501 ");
  EXPECT_TRUE(over_);
}

TEST_F(SinkSessionTest, commands_out_of_order_are_refused) {
  EXPECT_EQ(
      codes("MAIL FROM:<a@b>\r\nEHLO x\r\nRCPT TO:<c@d>\r\nDATA\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\nDATA\r\n"),
      "503 250 503 503 250 503 503 ");
  EXPECT_EQ(codes(with_envelope("BDAT 1\r\nxDATA\r\nRCPT TO:<g@h>\r\nRSET\r\nDATA\r\n")),
            "250 250 250 250 250 503 503 250 503 ");
  EXPECT_EQ(files(), 0U);
}

TEST_F(SinkSessionTest, an_unfinished_message_leaves_no_file) {
  (void)answers(with_envelope("DATA\r\nhalf"));
  EXPECT_EQ(files(), 0U);
  EXPECT_TRUE(receipts_.empty());
}

TEST_F(SinkSessionTest, any_credentials_will_do) {
  EXPECT_EQ(codes("EHLO x\r\nAUTH PLAIN AHUAcA==\r\nAUTH PLAIN\r\nAHUAcA==\r\nAUTH LOGIN\r\ndQ==\r\ncA==\r\n"
                  "AUTH LOGIN dQ==\r\n*\r\nAUTH CRAM-MD5\r\n"),
            "250 235 334 235 334 334 235 334 501 504 ");
}

TEST_F(SinkSessionTest, unknown_commands_and_lines_at_fault_get_500) {
  EXPECT_EQ(codes("FOO\r\nSTARTTLS\r\nA\nB\r\n" + std::string(20000, 'x') + "\r\nNOOP\r\nVRFY x\r\nHELO y\r\nQUIT\r\n"),
            "500 500 500 500 250 252 250 221 ");
}

TEST_F(SinkSessionTest, a_client_that_errs_without_end_is_sent_away) {
  std::string wire;
  for (int i = 0; i < 200; ++i) wire += "FOO\r\n";
  EXPECT_TRUE(answers(wire).ends_with("500 5.5.2 Unknown command\r\n421 4.7.0 sink.example too many errors\r\n"));
  EXPECT_TRUE(over_);
}

TEST_F(SinkSessionTest, numbers_go_on_behind_those_in_the_folder) {
  const std::string wire = with_envelope("DATA\r\nx\r\n.\r\n");
  (void)answers(wire);
  (void)answers(wire);
  std::filesystem::rename(folder_ + "/2.eml", folder_ + "/41.eml");
  (void)answers(wire);
  EXPECT_EQ(file("42.eml"), "x\r\n");
}

TEST_F(SinkSessionTest, a_folder_that_is_gone_is_told_the_client) {
  auto store = SinkStore::open(folder_);
  ASSERT_TRUE(store);
  std::filesystem::remove_all(folder_);
  const SinkReport told = [](const SinkReceipt&) { FAIL(); };
  SinkSession session(*store, told, "sink.example");
  base::Buffer unread(65536);
  std::string replies;
  ASSERT_TRUE(unread.append(with_envelope("DATA\r\nx\r\n.\r\n")));
  session.take(unread, replies);
  EXPECT_NE(replies.find("\r\n452 4.3.1 "), std::string::npos) << replies;
}

}  // namespace
}  // namespace app
