#include "analysis/checkpoint/safetensors_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

#include "tests/checkpoint/checkpoint_files.h"
#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"

namespace oscope::checkpoint {
namespace {

namespace fs = std::filesystem;
using test::errorOf;
using test::ScratchFolder;
using testing::HasSubstr;

TEST(SafetensorsReader, GivesViewsIntoTheFile) {
  const ScratchFolder scratch;
  const fs::path path = scratch / "a.safetensors";
  std::string bytes =
      test::safetensorsBytes("{" + test::floatEntry("x", 0, 4) + "," + test::floatEntry("y", 4, 12) + "}", 12);
  const float value = -2.5F;
  std::memcpy(bytes.data() + bytes.size() - 8, &value, 4);
  test::writeBytes(path, bytes);
  compute::HostTensor y;
  {
    const SafetensorsReader reader(path);
    EXPECT_TRUE(reader.contains("x"));
    EXPECT_FALSE(reader.contains("z"));
    EXPECT_EQ(reader.entry("y").begin, 4u);
    y = reader.tensor("y");
    reader.willNeed({"x", "y"});
    reader.release({"x", "y"});
  }
  // The view outlives the reader, and the data of an odd header length lies unaligned.
  EXPECT_EQ(y.name, "y");
  EXPECT_EQ(compute::toFloat32(y), (std::vector<float>{-2.5F, 0}));
}

TEST(SafetensorsReader, AMissingTensorNamesItsNeighbours) {
  const ScratchFolder scratch;
  test::writeShard(scratch / "a", {"blocks.0.q", "blocks.0.v", "norm"});
  const SafetensorsReader reader(scratch / "a");
  const Error error = errorOf([&] { reader.tensor("blocks.0.k"); });
  EXPECT_EQ(error.code(), ErrorCode::MissingTensor);
  EXPECT_EQ(error.where(), (scratch / "a").string());
  EXPECT_THAT(error.text(), HasSubstr("blocks.0.k"));
  EXPECT_THAT(error.remedy(), HasSubstr("of 3 tensors the nearest names are blocks.0.q, blocks.0.v"));
}

TEST(SafetensorsReader, AWrongDTypeIsNamedWhenItIsReadAsNumbers) {
  const ScratchFolder scratch;
  test::writeBytes(scratch / "a",
                   test::safetensorsBytes(R"({"w":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}})", 2));
  const SafetensorsReader reader(scratch / "a");
  const Error error = errorOf([&] { compute::toFloat32(reader.tensor("w")); });
  EXPECT_EQ(error.code(), ErrorCode::WrongDType);
  EXPECT_EQ(error.where(), "w");
  EXPECT_THAT(error.text(), HasSubstr("F8_E4M3"));
  EXPECT_THAT(error.remedy(), HasSubstr("BF16"));
}

TEST(SafetensorsReader, ATruncatedFileIsRefusedByName) {
  const ScratchFolder scratch;
  test::writeShard(scratch / "a", {"x", "y"});
  fs::resize_file(scratch / "a", fs::file_size(scratch / "a") - 2);
  const Error error = errorOf([&] { SafetensorsReader(scratch / "a"); });
  EXPECT_EQ(error.code(), ErrorCode::FileTruncated);
  EXPECT_EQ(error.where(), (scratch / "a").string() + ": tensor y");
  EXPECT_FALSE(error.remedy().empty());
}

TEST(SafetensorsReader, AFileThatShrinksWhileReadIsCaught) {
  const ScratchFolder scratch;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const fs::path path = scratch / "a";
  test::writeBytes(path, test::safetensorsBytes("{" + test::floatEntry("x", 0, 16 * page) + "}", 16 * page));
  const SafetensorsReader reader(path);
  const compute::HostTensor x = reader.tensor("x");
  fs::resize_file(path, 2 * page);
  EXPECT_EQ(compute::toFloat32(x).size(), 4 * page) << "the read itself survives";
  const Error error = errorOf([&] { reader.verifyIntact(); });
  EXPECT_EQ(error.code(), ErrorCode::FileChanged);
  EXPECT_EQ(error.where(), path.string());
}

}  // namespace
}  // namespace oscope::checkpoint
