#include "analysis/checkpoint/safetensors_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "analysis/base/error.h"
#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"

namespace oscope::checkpoint {
namespace {

namespace fs = std::filesystem;
using test::errorOf;
using test::ScratchFolder;
using testing::HasSubstr;

std::string contentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::span<const std::byte> bytesOf(const compute::HostTensor& tensor) {
  return {static_cast<const std::byte*>(tensor.data), tensor.bytes()};
}

/// Every tensor of `reader` through a writer to `path`, in the opposite order of the file.
void copyThroughWriter(const SafetensorsReader& reader, const fs::path& path) {
  std::vector<TensorDeclaration> declarations;
  for (const TensorEntry& entry : reader.header().tensors) {
    declarations.push_back({entry.name, entry.dtype, entry.shape});
  }
  std::reverse(declarations.begin(), declarations.end());
  SafetensorsWriter writer(path, declarations, reader.header().metadata);
  for (const TensorDeclaration& declaration : declarations) {
    writer.write(declaration.name, bytesOf(reader.tensor(declaration.name)));
  }
  writer.commit();
}

const std::vector<float> kSixValues = {1, -2, 3.5F, 0, 65504, -1e-7F};
std::span<const std::byte> sixValues() {
  return std::as_bytes(std::span(kSixValues));
}

// The given models were written by the format's reference implementation: ours must give the same bytes.
TEST(SafetensorsWriter, WritesTheBytesOfTheReference) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const ScratchFolder scratch;
  for (const char* name : {"stories260k/model.safetensors", "stories260k-bf16-sharded/model-00002-of-00002.safetensors",
                           "tiny-bloom/model.safetensors", "tiny-random-opt/model.safetensors"}) {
    const fs::path original = root / "models" / name;
    copyThroughWriter(SafetensorsReader(original), scratch / "copy");
    EXPECT_TRUE(contentOf(scratch / "copy") == contentOf(original)) << name;
  }
}

TEST(SafetensorsWriter, ReadsBackWhatItWrote) {
  const ScratchFolder scratch;
  const fs::path path = scratch / "a.safetensors";
  SafetensorsWriter writer(path,
                           {{"b", DType::F32, {2, 3}},
                            {"scalar", DType::U8, {}},
                            {"none", DType::BF16, {0, 7}},
                            {"na\"me \xC3\xA9", DType::I64, {1}}},
                           {{"note", "line\n\"two\""}});
  const std::int64_t big = -5;
  const std::byte small{7};
  writer.write("scalar", std::span(&small, 1));
  writer.write("b", sixValues());
  writer.write("na\"me \xC3\xA9", std::as_bytes(std::span(&big, 1)));
  writer.write("none", {});
  EXPECT_FALSE(fs::exists(path)) << "the final name must not show an unfinished file";
  writer.commit();

  const SafetensorsReader reader(path);
  EXPECT_EQ(reader.header().metadata,
            (std::map<std::string, std::string>{{"format", "pt"}, {"note", "line\n\"two\""}}));
  EXPECT_EQ(reader.header().dataStart % 8, 0u);
  const auto& tensors = reader.header().tensors;
  ASSERT_EQ(tensors.size(), 4u);
  EXPECT_EQ(tensors[0].name, "na\"me \xC3\xA9");  // dtype descending: I64, F32, BF16, U8
  EXPECT_EQ(tensors[1].name, "b");
  EXPECT_EQ(tensors[2].name, "none");
  EXPECT_EQ(tensors[3].name, "scalar");
  EXPECT_EQ(compute::toFloat32(reader.tensor("b")), kSixValues);
  EXPECT_EQ(*static_cast<const std::byte*>(reader.tensor("scalar").data), std::byte{7});
  EXPECT_EQ(reader.tensor("none").elements(), 0);
}

TEST(SafetensorsWriter, LeavesNothingBehindWithoutCommit) {
  const ScratchFolder scratch;
  {
    SafetensorsWriter writer(scratch / "a.safetensors", {{"b", DType::F32, {6}}}, {});
    writer.write("b", sixValues());
  }
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(SafetensorsWriter, RefusesWhatWasNotDeclared) {
  const ScratchFolder scratch;
  const fs::path path = scratch / "a.safetensors";
  SafetensorsWriter writer(path, {{"b", DType::F32, {6}}, {"c", DType::F32, {6}}}, {});
  const Error shape = errorOf([&] { writer.write("b", sixValues().first(20)); });
  EXPECT_EQ(shape.code(), ErrorCode::WrongShape);
  EXPECT_EQ(shape.where(), path.string());
  EXPECT_THAT(shape.text(), HasSubstr("tensor b: 20 bytes were given, F32 [6] needs 24"));
  writer.write("b", sixValues());
  EXPECT_EQ(errorOf([&] { writer.write("b", sixValues()); }).code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(errorOf([&] { writer.write("d", sixValues()); }).code(), ErrorCode::InvalidArgument);
  EXPECT_THAT(errorOf([&] { writer.commit(); }).text(), HasSubstr("first c"));
  EXPECT_FALSE(fs::exists(path));
}

TEST(SafetensorsWriter, RefusesDeclarationsThatTheFormatCannotHold) {
  const ScratchFolder scratch;
  const auto declare = [&](std::vector<TensorDeclaration> tensors) {
    return errorOf([&] { SafetensorsWriter(scratch / "a", std::move(tensors), {}); }).code();
  };
  EXPECT_EQ(declare({{"a", DType::F4, {3}}}), ErrorCode::InvalidArgument);              // 12 bits
  EXPECT_EQ(declare({{"a", DType::F32, {-1}}}), ErrorCode::InvalidArgument);            // negative extent
  EXPECT_EQ(declare({{"a", DType::F32, {INT64_MAX, 8}}}), ErrorCode::InvalidArgument);  // overflow
  EXPECT_EQ(declare({{"a\xFF", DType::F32, {1}}}), ErrorCode::InvalidArgument);         // not UTF-8
  EXPECT_EQ(declare({{"a", DType::F32, {1}}, {"a", DType::F32, {1}}}), ErrorCode::Malformed);
  EXPECT_EQ(declare({{"a", DType::F32, std::vector<std::int64_t>(9, 1)}}), ErrorCode::Malformed);
  EXPECT_EQ(declare({{std::string(1025, 'n'), DType::F32, {1}}}), ErrorCode::Malformed);
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

}  // namespace
}  // namespace oscope::checkpoint
