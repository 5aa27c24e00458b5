// The parts of the supervisor that can be asked alone: its messages to workers, its agenda, its view of files.

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "apps/ehlock/serve/control_wire.hpp"
#include "apps/ehlock/serve/programs.hpp"
#include "apps/shared/agenda.hpp"
#include "apps/shared/children.hpp"
#include "apps/shared/file_watch.hpp"
#include "apps/shared/pem.hpp"
#include "tls/self_signed.hpp"

namespace app {
namespace {

// A folder of the test's own that goes with it.
class Folder {
 public:
  Folder() {
    std::array<char, 32> name{"/tmp/ehlock-test-XXXXXX"};
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    const std::string whole = path_ + "/" + name;
    std::ofstream(whole, std::ios::binary) << text;
    return whole;
  }

 private:
  std::string path_;
};

TEST(ControlWire, ticket_keys_come_back_as_they_were) {
  NewTicketKeys order;
  order.keys.push_back({-5, base::Secret(std::string(80, 'a'))});
  order.keys.push_back({496000, base::Secret(std::string(80, 'b'))});
  const auto back = decode_order(encode(std::move(order)));
  ASSERT_TRUE(back && std::holds_alternative<NewTicketKeys>(*back));
  const auto& keys = std::get<NewTicketKeys>(*back).keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].epoch, -5);
  EXPECT_EQ(keys[1].epoch, 496000);
  EXPECT_EQ(keys[1].material.reveal(), std::string(80, 'b'));
}

TEST(ControlWire, orders_without_content_come_back_as_they_were) {
  EXPECT_TRUE(std::holds_alternative<Finish>(*decode_order(encode(Finish{}))));
  EXPECT_TRUE(std::holds_alternative<End>(*decode_order(encode(End{}))));
  EXPECT_TRUE(std::holds_alternative<NewLog>(*decode_order(encode(NewLog{}))));
  const auto trace = std::get<Trace>(*decode_order(encode(Trace{600, "192.0.2.0/24"})));
  EXPECT_EQ(trace.seconds, 600U);
  EXPECT_EQ(trace.network, "192.0.2.0/24");
  EXPECT_EQ(std::get<Kill>(*decode_order(encode(Kill{"3f9a0c11"}))).session, "3f9a0c11");
}

TEST(ControlWire, what_is_no_order_is_refused) {
  for (const std::string bytes : {"", "x", "FF", "Tshort", "E "}) EXPECT_FALSE(decode_order(bytes)) << bytes;
}

TEST(ControlWire, a_worker_tells_whether_it_started) {
  const auto ready = decode_started(encode(Started{true, "landlock: kernel 5.10"}));
  ASSERT_TRUE(ready);
  EXPECT_TRUE(ready->ready);
  EXPECT_EQ(ready->text, "landlock: kernel 5.10");
  EXPECT_FALSE(decode_started(encode(Started{false, "why"}))->ready);
  EXPECT_FALSE(decode_started("?"));
}

TEST(Agenda, does_what_is_due_in_order_and_nothing_else) {
  Agenda agenda;
  std::string done;
  EXPECT_EQ(agenda.until_next(), -1);
  agenda.in(std::chrono::seconds(-1), [&] { done += "b"; });
  agenda.in(std::chrono::seconds(-2), [&] { done += "a"; });
  agenda.in(std::chrono::hours(1), [&] { done += "c"; });
  agenda.perform_due();
  EXPECT_EQ(done, "ab");
  EXPECT_GT(agenda.until_next(), 0);
}

TEST(FileWatch, sees_a_file_that_was_replaced_and_says_so_once) {
  const Folder folder;
  const std::string file = folder.file("cert.pem", "one");
  auto watch = FileWatch::start();
  ASSERT_TRUE(watch);
  watch->watch({file});
  EXPECT_FALSE(watch->changed());
  std::filesystem::rename(folder.file("new.pem", "two and more"), file);
  EXPECT_TRUE(watch->changed());
  EXPECT_FALSE(watch->changed());
}

TEST(FileWatch, sees_a_folder_swapped_behind_a_link_as_Kubernetes_does) {
  const Folder folder;
  const std::string old_file = folder.file("v1.pem", "one");
  const std::string new_file = folder.file("v2.pem", "two two");
  const std::string link = old_file + ".link";
  std::filesystem::create_symlink(old_file, link);
  auto watch = FileWatch::start();
  watch->watch({link});
  std::filesystem::remove(link);
  std::filesystem::create_symlink(new_file, link);
  EXPECT_TRUE(watch->changed());
}

TEST(Pem, of_a_combined_file_only_the_certificates_are_kept) {
  const auto made = tls::make_self_signed({"mail.example"}, tls::KeyKind::ecdsa_p256, std::chrono::hours(1));
  ASSERT_TRUE(made);
  const Folder folder;
  const auto kept = read_certificates(folder.file("both.pem", made->key_pem + made->chain_pem));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->find("PRIVATE"), std::string::npos);
  EXPECT_EQ(*kept, made->chain_pem);
}

TEST(Pem, a_file_without_a_certificate_is_told_by_its_name) {
  const Folder folder;
  const std::string file = folder.file("noise", "noise");
  const auto kept = read_certificates(file);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().text, file + ": no certificate in it");
}

TEST(Programs, get_only_listed_variables) {
  const auto environment = environment_of_program({"TCPREMOTEIP=192.0.2.1", "LD_PRELOAD=/evil", "SSL_CIPHER=x"});
  EXPECT_EQ(environment.size(), 3U);
  EXPECT_TRUE(environment[0].starts_with("PATH="));
  EXPECT_EQ(environment[1], "TCPREMOTEIP=192.0.2.1");
  EXPECT_EQ(environment[2], "SSL_CIPHER=x");
}

TEST(Programs, the_log_id_of_a_session_is_found_and_made_harmless) {
  EXPECT_EQ(log_id_in({"PROTO=TCP", "LOG_ID=0a\n1b"}), "0a\\x0a1b");
  EXPECT_EQ(log_id_in({}), "-");
}

}  // namespace
}  // namespace app
