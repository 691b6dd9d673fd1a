#include "analysis/base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>
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

std::string contentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::span<const std::byte> bytesOf(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// A file system of 1 MiB, where this process may mount one.
class TinyDisk {
 public:
  explicit TinyDisk(const fs::path& folder) : m_folder(folder) {
    fs::create_directory(folder);
    m_mounted = ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  ~TinyDisk() {
    if (m_mounted) ::umount(m_folder.c_str());
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  bool mounted() const { return m_mounted; }

 private:
  fs::path m_folder;
  bool m_mounted = false;
};

/// Caps the size of files that this process writes: write() fails with EFBIG, as on a file system with such a limit.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    m_handler = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &m_before);
    const rlimit limit{bytes, m_before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &m_before);
    std::signal(SIGXFSZ, m_handler);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit m_before{};
  void (*m_handler)(int) = nullptr;
};

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  const ScratchFolder scratch;
  AtomicFile file(scratch / "a");
  file.write("hello ");
  file.write("world");
  EXPECT_EQ(file.size(), 11u);
  EXPECT_FALSE(fs::exists(scratch / "a"));
  EXPECT_EQ(file.temporaryPath().parent_path(), scratch.path());
  file.commit();
  EXPECT_EQ(contentOf(scratch / "a"), "hello world");
  EXPECT_FALSE(fs::exists(file.temporaryPath()));
}

TEST(AtomicFile, WritesAtAPlaceOfItsOwn) {
  const ScratchFolder scratch;
  AtomicFile file(scratch / "a");
  file.write("....");
  file.writeAt(6, bytesOf("xy"));
  file.writeAt(1, bytesOf("ab"));
  EXPECT_EQ(file.size(), 8u);
  file.write("!");
  file.commit();
  EXPECT_EQ(contentOf(scratch / "a"), std::string(".ab.\0\0xy!", 9));
}

TEST(AtomicFile, KeepsTheOldFileUntilTheNewOneIsComplete) {
  const ScratchFolder scratch;
  std::ofstream(scratch / "a") << "old";
  {
    AtomicFile file(scratch / "a");
    file.write("new");
  }
  EXPECT_EQ(contentOf(scratch / "a"), "old");
  AtomicFile file(scratch / "a");
  file.write("new");
  file.commit();
  EXPECT_EQ(contentOf(scratch / "a"), "new");
}

TEST(AtomicFile, HasThePermissionsThatTheUmaskLeaves) {
  const ScratchFolder scratch;
  const mode_t before = ::umask(027);
  AtomicFile file(scratch / "a");
  file.commit();
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((scratch / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(AtomicFile, ReservingChangesNothingThatCanBeSeen) {
  const ScratchFolder scratch;
  AtomicFile file(scratch / "a");
  file.reserve(100'000);
  file.write("x");
  file.commit();
  EXPECT_EQ(contentOf(scratch / "a"), "x");
}

TEST(AtomicFile, AMissingFolderIsNamed) {
  const ScratchFolder scratch;
  const Error error = errorOf([&] { AtomicFile(scratch / "none" / "a"); });
  EXPECT_EQ(error.code(), ErrorCode::FileNotFound);
  EXPECT_EQ(error.where(), (scratch / "none" / "a").string());
}

TEST(AtomicFile, AFullDiskLeavesNoFileBehind) {
  const ScratchFolder scratch;
  const TinyDisk disk(scratch / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "this user may not mount a small file system to fill";
  const std::string block(300'000, 'x');
  const Error error = errorOf([&] {
    AtomicFile file(scratch / "disk" / "a");
    for (int i = 0; i < 10; ++i) file.write(block);
  });
  EXPECT_EQ(error.code(), ErrorCode::DiskFull);
  EXPECT_EQ(error.where(), (scratch / "disk" / "a").string());
  EXPECT_THAT(error.remedy(), HasSubstr("free some space"));
  EXPECT_TRUE(fs::is_empty(scratch / "disk"));

  const Error early = errorOf([&] { AtomicFile(scratch / "disk" / "a").reserve(3'000'000); });
  EXPECT_EQ(early.code(), ErrorCode::DiskFull) << "known before the first byte";
  EXPECT_TRUE(fs::is_empty(scratch / "disk"));
  EXPECT_LE(freeDiskBytes(scratch / "disk" / "not" / "there"), 1u << 20);
}

TEST(AtomicFile, ARefusedWriteLeavesNoFileBehind) {
  const ScratchFolder scratch;
  const FileSizeLimit limit(100'000);
  const std::string block(60'000, 'x');
  const Error error = errorOf([&] {
    AtomicFile file(scratch / "a");
    for (int i = 0; i < 3; ++i) file.write(block);
  });
  EXPECT_EQ(error.code(), ErrorCode::WriteFailed);
  EXPECT_EQ(error.where(), (scratch / "a").string());
  EXPECT_THAT(error.remedy(), HasSubstr("ulimit"));
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(AtomicFile, ManyAtOnceDoNotDisturbEachOther) {
  const ScratchFolder scratch;
  std::vector<std::jthread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&, i] {
      AtomicFile file(scratch / "a");
      file.write(std::string(1000, static_cast<char>('0' + i)));
      file.commit();
    });
  }
  writers.clear();
  const std::string content = contentOf(scratch / "a");
  EXPECT_EQ(content, std::string(1000, content.at(0))) << "the file of one writer, whole";
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), {}), 1);
}

TEST(AtomicFolder, AppearsOnlyWhenCommitted) {
  const ScratchFolder scratch;
  AtomicFolder folder((scratch / "out").string() + "/", false);
  std::ofstream(folder.path() / "a") << "x";
  EXPECT_FALSE(fs::exists(scratch / "out"));
  folder.commit();
  EXPECT_EQ(contentOf(scratch / "out" / "a"), "x");
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), {}), 1);
}

TEST(AtomicFolder, IsRemovedWithoutCommit) {
  const ScratchFolder scratch;
  {
    AtomicFolder folder(scratch / "out", false);
    fs::create_directory(folder.path() / "sub");
    std::ofstream(folder.path() / "sub" / "a") << "x";
  }
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(AtomicFolder, ReplacesOnlyWhereAllowed) {
  const ScratchFolder scratch;
  fs::create_directory(scratch / "out");
  { AtomicFolder(scratch / "out", false).commit(); }  // an empty folder is no obstacle
  std::ofstream(scratch / "out" / "old") << "x";
  EXPECT_EQ(errorOf([&] { AtomicFolder(scratch / "out", false); }).code(), ErrorCode::WriteFailed);
  AtomicFolder folder(scratch / "out", true);
  std::ofstream(folder.path() / "new") << "y";
  EXPECT_TRUE(fs::exists(scratch / "out" / "old"));
  folder.commit();
  EXPECT_FALSE(fs::exists(scratch / "out" / "old"));
  EXPECT_TRUE(fs::exists(scratch / "out" / "new"));
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), {}), 1) << "the old folder is gone";
}

TEST(AtomicFolder, DoesNotTakeWhatAppearedMeanwhile) {
  const ScratchFolder scratch;
  AtomicFolder folder(scratch / "out", false);
  fs::create_directory(scratch / "out");
  std::ofstream(scratch / "out" / "theirs") << "x";
  EXPECT_EQ(errorOf([&] { folder.commit(); }).code(), ErrorCode::WriteFailed);
  EXPECT_TRUE(fs::exists(scratch / "out" / "theirs"));
}

}  // namespace
}  // namespace oscope
