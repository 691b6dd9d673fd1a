#include "analysis/base/mapped_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"

namespace oscope {
namespace {

namespace fs = std::filesystem;
using test::errorOf;
using test::ScratchFolder;
using testing::HasSubstr;

void writeFile(const fs::path& path, std::size_t size, char fill) {
  std::ofstream(path, std::ios::binary) << std::string(size, fill);
}

std::uint64_t sumOf(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  for (std::byte byte : bytes) sum += static_cast<std::uint64_t>(byte);
  return sum;
}

TEST(MappedFile, ShowsTheBytes) {
  const ScratchFolder scratch;
  writeFile(scratch / "a", 10'000, '\1');
  const MappedFile file(scratch / "a");
  EXPECT_EQ(file.path(), scratch / "a");
  EXPECT_EQ(file.bytes().size(), 10'000u);
  EXPECT_EQ(sumOf(file.bytes()), 10'000u);
  EXPECT_NO_THROW(file.verifyIntact());
  file.willNeed(file.bytes().subspan(5000, 100));
  file.dontNeed(file.bytes());
  EXPECT_EQ(sumOf(file.bytes()), 10'000u) << "hints must not change what is read";
}

TEST(MappedFile, AnEmptyFileIsAFile) {
  const ScratchFolder scratch;
  writeFile(scratch / "a", 0, ' ');
  const MappedFile file(scratch / "a");
  EXPECT_TRUE(file.bytes().empty());
  EXPECT_NO_THROW(file.verifyIntact());
}

TEST(MappedFile, NamesWhatCannotBeOpened) {
  const ScratchFolder scratch;
  const Error missing = errorOf([&] { MappedFile(scratch / "none"); });
  EXPECT_EQ(missing.code(), ErrorCode::FileNotFound);
  EXPECT_EQ(missing.where(), (scratch / "none").string());
  EXPECT_FALSE(missing.remedy().empty());
  EXPECT_EQ(errorOf([&] { MappedFile(scratch.path()); }).code(), ErrorCode::FileUnreadable);
  ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(errorOf([&] { MappedFile(scratch / "pipe"); }).code(), ErrorCode::FileUnreadable) << "and doesn't wait";
}

TEST(MappedFile, SurvivesTheFileShrinkingUnderIt) {
  const ScratchFolder scratch;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  writeFile(scratch / "a", 8 * page, '\1');
  writeFile(scratch / "b", 8 * page, '\1');
  const MappedFile file(scratch / "a"), other(scratch / "b");
  fs::resize_file(scratch / "a", page + 100);

  // Without the handler this read ends the process by SIGBUS; with it the lost pages are zeros.
  EXPECT_EQ(sumOf(file.bytes()), page + 100);
  const Error error = errorOf([&] { file.verifyIntact(); });
  EXPECT_EQ(error.code(), ErrorCode::FileChanged);
  EXPECT_EQ(error.where(), (scratch / "a").string());
  EXPECT_THAT(error.text(), HasSubstr("shrank from " + std::to_string(8 * page) + " to " + std::to_string(page + 100)));
  EXPECT_THAT(error.remedy(), HasSubstr("start again"));
  EXPECT_EQ(sumOf(other.bytes()), 8 * page);
  EXPECT_NO_THROW(other.verifyIntact()) << "another mapping is not to blame";
}

TEST(MappedFile, RemembersLostPagesWhenTheFileGrowsBack) {
  const ScratchFolder scratch;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  writeFile(scratch / "a", 4 * page, '\1');
  struct stat before {};
  ASSERT_EQ(::stat((scratch / "a").c_str(), &before), 0);
  const MappedFile file(scratch / "a");
  fs::resize_file(scratch / "a", 0);
  EXPECT_EQ(sumOf(file.bytes()), 0u);
  fs::resize_file(scratch / "a", 4 * page);
  const timespec times[2] = {before.st_atim, before.st_mtim};  // size and time look as they did
  ASSERT_EQ(::utimensat(AT_FDCWD, (scratch / "a").c_str(), times, 0), 0);
  EXPECT_EQ(errorOf([&] { file.verifyIntact(); }).code(), ErrorCode::FileChanged);
}

TEST(MappedFile, SurvivesShrinkingWithManyReaders) {
  const ScratchFolder scratch;
  constexpr std::size_t kSize = 4u << 20;
  writeFile(scratch / "a", kSize, '\1');
  const MappedFile file(scratch / "a");
  fs::resize_file(scratch / "a", 0);
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) readers.emplace_back([&] { EXPECT_EQ(sumOf(file.bytes()), 0u); });
  readers.clear();
  EXPECT_EQ(errorOf([&] { file.verifyIntact(); }).code(), ErrorCode::FileChanged);
}

TEST(MappedFile, NoticesAWriteOfTheSameSize) {
  const ScratchFolder scratch;
  writeFile(scratch / "a", 100, '\1');
  const MappedFile file(scratch / "a");
  fs::last_write_time(scratch / "a", fs::last_write_time(scratch / "a") + std::chrono::seconds(1));
  const Error error = errorOf([&] { file.verifyIntact(); });
  EXPECT_EQ(error.code(), ErrorCode::FileChanged);
  EXPECT_THAT(error.text(), HasSubstr("was written"));
}

TEST(MappedFile, IsNotDisturbedByAReplacement) {
  const ScratchFolder scratch;
  writeFile(scratch / "a", 100, '\1');
  writeFile(scratch / "b", 50, '\2');
  const MappedFile file(scratch / "a");
  fs::rename(scratch / "b", scratch / "a");  // how AtomicFile replaces: the old file lives on in the mapping
  EXPECT_EQ(sumOf(file.bytes()), 100u);
  EXPECT_NO_THROW(file.verifyIntact());
}

TEST(MappedFileDeathTest, LeavesOtherBusErrorsAlone) {
  const ScratchFolder scratch;
  writeFile(scratch / "a", 100, '\1');
  const MappedFile file(scratch / "a");
  EXPECT_EXIT(::raise(SIGBUS), testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace oscope
