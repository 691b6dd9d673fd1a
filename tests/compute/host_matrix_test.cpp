#include "analysis/compute/host_matrix.h"

#include <gtest/gtest.h>

#include <cstring>

#include "analysis/base/error.h"
#include "tests/support/expect_error.h"

namespace oscope::compute {
namespace {

using test::errorOf;

/// A tensor over `values` that begins one byte off, as data in a file may.
template <typename Element>
HostTensor unaligned(DType dtype, const std::vector<Element>& values, std::vector<std::int64_t> shape) {
  const std::size_t bytes = values.size() * sizeof(Element);
  auto storage = std::make_shared<std::vector<std::byte>>(bytes + 1);
  std::memcpy(storage->data() + 1, values.data(), bytes);
  HostTensor tensor;
  tensor.data = storage->data() + 1;
  tensor.dtype = dtype;
  tensor.shape = std::move(shape);
  tensor.owner = storage;
  tensor.name = "w";
  return tensor;
}

TEST(HostTensor, KnowsItsExtents) {
  const HostTensor matrix = makeHostTensor("m", {1, 2, 3, 4, 5, 6}, {2, 3});
  EXPECT_EQ(matrix.elements(), 6);
  EXPECT_EQ(matrix.rows(), 2);
  EXPECT_EQ(matrix.cols(), 3);
  EXPECT_EQ(matrix.bytes(), 24u);
  const HostTensor vector = makeHostTensor("v", {1, 2}, {2});
  EXPECT_EQ(vector.rows(), 1);
  EXPECT_EQ(vector.cols(), 2);
  EXPECT_EQ(makeHostTensor("s", {7}, {}).elements(), 1);
  EXPECT_EQ(makeHostTensor("e", {}, {0, 5}).cols(), 0);
  const Error error = errorOf([] { makeHostTensor("m", {1, 2, 3}, {2, 2}); });
  EXPECT_EQ(error.code(), ErrorCode::WrongShape);
  EXPECT_EQ(error.where(), "m");
}

TEST(ToFloat32, ConvertsEveryWeightType) {
  const std::vector<float> expected = {1.5F, -0.25F, 0.0F, 2048.0F};
  EXPECT_EQ(toFloat32(unaligned<float>(DType::F32, expected, {4})), expected);
  EXPECT_EQ(toFloat32(unaligned<double>(DType::F64, {1.5, -0.25, 0, 2048}, {2, 2})), expected);
  EXPECT_EQ(toFloat32(unaligned<std::uint16_t>(DType::F16, {0x3E00, 0xB400, 0, 0x6800}, {4})), expected);
  EXPECT_EQ(toFloat32(unaligned<std::uint16_t>(DType::BF16, {0x3FC0, 0xBE80, 0, 0x4500}, {4})), expected);
  EXPECT_EQ(toFloat32(unaligned<double>(DType::F64, {0.1}, {1})), std::vector<float>{0.1F}) << "F64 rounds";
}

TEST(ToFloat32, ReadsARange) {
  const HostTensor tensor = unaligned<std::uint16_t>(DType::BF16, {0x3F80, 0x4000, 0x4040, 0x4080}, {4});
  std::vector<float> out(2);
  toFloat32(tensor, 1, 2, out.data());
  EXPECT_EQ(out, (std::vector<float>{2, 3}));
  toFloat32(tensor, 4, 0, nullptr);
  for (const auto& [first, count] : {std::pair<std::int64_t, std::int64_t>{3, 2}, {-1, 1}, {0, 5}, {0, -1}, {5, 0}}) {
    const Error error = errorOf([&, from = first, many = count] { toFloat32(tensor, from, many, out.data()); });
    EXPECT_EQ(error.code(), ErrorCode::InvalidArgument) << first << " " << count;
  }
}

TEST(ToFloat32, RefusesWhatIsNoNumber) {
  const Error error = errorOf([] { toFloat32(unaligned<std::int8_t>(DType::I8, {1}, {1})); });
  EXPECT_EQ(error.code(), ErrorCode::WrongDType);
  EXPECT_EQ(error.where(), "w");
  EXPECT_FALSE(error.remedy().empty());
}

}  // namespace
}  // namespace oscope::compute
