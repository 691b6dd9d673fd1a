// Codes on their way to the device, over more than one piece of pinned memory.
#include "gpu/code_uploader.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace oscope::gpu {
namespace {

TEST(CodeUploader, SendsNibblesAndBytesPieceByPiece) {
  const auto device = std::make_shared<CudaDevice>(0, 0);
  CodeUploader uploader(device);
  std::vector<std::int8_t> codes((std::size_t{17} << 20) + 1);  // of nibbles, an odd number: two pieces of 8 MiB
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::int8_t>(static_cast<int>(i * 37 % 16) - 8);
  for (int round = 0; round < 2; ++round) {
    const auto packed = uploader.sendCodes(codes, true);
    ASSERT_EQ(packed->size(), codes.size() / 2 + 1);
    const auto* bytes = packed->as<std::uint8_t>();
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      wrong += (bytes[i / 2] >> (i % 2 * 4) & 0xF) != (codes[i] & 0xF) ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(bytes[codes.size() / 2] >> 4, 0);
    const auto plain = uploader.sendCodes(codes, false);
    ASSERT_EQ(plain->size(), codes.size());
    EXPECT_TRUE(std::equal(codes.begin(), codes.end(), plain->as<std::int8_t>()));
    std::reverse(codes.begin(), codes.end());
  }
}

}  // namespace
}  // namespace oscope::gpu
