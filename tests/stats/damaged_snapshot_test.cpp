// Damaged, cut, foreign and newer files: one clear error each.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "analysis/stats/hdf5_file.h"
#include "analysis/stats/hdf5_store.h"
#include "tests/stats/synthetic_snapshot.h"
#include "tests/support/test_data.h"

namespace oscope::test {
namespace {

std::string readAll(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void writeAll(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// The error of opening `path`; fails the test where it opens.
Error openError(const std::filesystem::path& path, bool verify = false) {
  try {
    stats::openSnapshot(path, verify);
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(path.filename().string()), std::string::npos) << error.what();
    return error;
  }
  ADD_FAILURE() << path << " was opened";
  return {ErrorCode::Internal, "", ""};
}

class DamagedSnapshot : public testing::Test {
 protected:
  DamagedSnapshot() { writeSynthetic({}, m_path); }
  const ScratchFolder m_folder;
  const std::filesystem::path m_path = m_folder / "a.oscope.h5";
};

TEST_F(DamagedSnapshot, MissingFile) {
  EXPECT_EQ(openError(m_folder / "none.h5").code(), ErrorCode::FileNotFound);
}

TEST_F(DamagedSnapshot, ForeignFiles) {
  writeAll(m_folder / "text.h5", "not HDF5 at all");
  EXPECT_EQ(openError(m_folder / "text.h5").code(), ErrorCode::Malformed);
  writeAll(m_folder / "empty.h5", "");
  EXPECT_EQ(openError(m_folder / "empty.h5").code(), ErrorCode::Malformed);
  auto foreign = stats::Hdf5File::create(m_folder / "foreign.h5");
  foreign.writeText("hello", "world");
  foreign.close();
  EXPECT_EQ(openError(m_folder / "foreign.h5").code(), ErrorCode::Malformed);
  stats::writeBlockFile(m_folder / "block.h5", syntheticBlock({}, 0), JobContext{});
  EXPECT_EQ(openError(m_folder / "block.h5").code(), ErrorCode::Malformed);
  EXPECT_THROW(stats::readBlockFile(m_path), Error);
}

TEST_F(DamagedSnapshot, NewerVersion) {
  auto newer = stats::Hdf5File::create(m_folder / "newer.h5");
  newer.writeText("format", R"({"format":"outlierscope snapshot","version":1000})");
  newer.close();
  EXPECT_EQ(openError(m_folder / "newer.h5").code(), ErrorCode::Unsupported);
}

TEST_F(DamagedSnapshot, CutFiles) {
  const std::string bytes = readAll(m_path);
  for (const double share : {0.02, 0.3, 0.6, 0.99}) {
    writeAll(m_folder / "cut.h5", bytes.substr(0, static_cast<std::size_t>(static_cast<double>(bytes.size()) * share)));
    EXPECT_EQ(openError(m_folder / "cut.h5").code(), ErrorCode::FileTruncated) << share;
  }
}

TEST_F(DamagedSnapshot, EveryFlippedByteIsFoundOrHarmless) {
  const std::string bytes = readAll(m_path);
  const std::string hash = stats::openSnapshot(m_path, true)->contentHash();
  int found = 0;
  for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 150) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    writeAll(m_folder / "flip.h5", damaged);
    try {
      EXPECT_EQ(stats::openSnapshot(m_folder / "flip.h5", true)->contentHash(), hash) << "byte " << at;
    } catch (const Error&) {
      ++found;
    }
  }
  EXPECT_GT(found, 75);
}

TEST_F(DamagedSnapshot, FullDiskLeavesNothingBehind) {
  const ScratchFolder folder;
  // A limit on file sizes fails writes as a full disk does, without one.
  const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{20000, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  ErrorCode snapshotCode = ErrorCode::Internal, blockCode = ErrorCode::Internal;
  try {
    writeSynthetic({}, folder / "full.oscope.h5");
  } catch (const Error& error) {
    snapshotCode = error.code();
  }
  try {
    stats::writeBlockFile(folder / "full-block.h5", syntheticBlock({}, 0), JobContext{});
  } catch (const Error& error) {
    blockCode = error.code();
  }
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, oldHandler);
  EXPECT_EQ(snapshotCode, ErrorCode::DiskFull);
  EXPECT_EQ(blockCode, ErrorCode::DiskFull);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_NO_THROW(writeSynthetic({}, folder / "full.oscope.h5"));
}

TEST_F(DamagedSnapshot, WritingLeavesTheOldFileUntilTheEnd) {
  const std::string before = readAll(m_path);
  std::stop_source stop;
  JobContext context;
  context.stop = stop.get_token();
  const auto readBlock = [&](int block) {
    stop.request_stop();
    return syntheticBlock({}, block);
  };
  EXPECT_THROW(stats::writeSnapshot(m_path, syntheticProvenance({}), syntheticIds({}), {}, 2, readBlock, context),
               Cancelled);
  EXPECT_EQ(readAll(m_path), before);
}

}  // namespace
}  // namespace oscope::test
