// Where Gram matrices lie shows in no bit.
#include "analysis/compute/cpu/gram_tiles.h"

#include <gtest/gtest.h>

#include "analysis/compute/cpu_backend.h"
#include "tests/compute/backends.h"
#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"

namespace oscope::compute::test {
namespace {

using oscope::test::ScratchFolder;

/// The accumulator of 60 tokens in sequences of 20, `split` sequences at a time.
std::unique_ptr<SiteAccumulator> accumulated(Backend& backend, std::int64_t channels,
                                             const std::filesystem::path& scratch, std::int64_t split = 1) {
  ReductionSpec spec;
  spec.gram = true;
  spec.scratchFolder = scratch;
  std::unique_ptr<SiteAccumulator> accumulator = backend.makeAccumulator(channels, spec);
  for (std::int64_t first = 0; first < 3; first += split) {
    const std::int64_t sequences = std::min<std::int64_t>(split, 3 - first);
    Tensor x = backend.allocate(DType::F32, sequences * 20, channels);
    const std::vector<float> values = activations(60, channels, 3);
    backend.upload(values.data() + first * 20 * channels, x);
    backend.accumulate(*accumulator, x, SequenceLayout::uniform(sequences, 20), first * 20);
  }
  return accumulator;
}

TEST(GramTiles, InAFileHoldTheBitsOfThoseInMemory) {
  const ScratchFolder folder;
  CpuBackend backend(2);
  for (const std::int64_t channels : {5, 256, 257, 700}) {
    const auto inMemory = accumulated(backend, channels, {})->read().gram;
    const auto inFile = accumulated(backend, channels, folder.path(), 2)->read().gram;
    EXPECT_EQ(valuesOf(*inMemory), valuesOf(*inFile)) << channels;
  }
}

TEST(GramTiles, AreReadInAnyBand) {
  const ScratchFolder folder;
  CpuBackend backend(1);
  constexpr std::int64_t kChannels = 530;
  const auto gram = accumulated(backend, kChannels, folder.path())->read().gram;
  const std::vector<double> whole = valuesOf(*gram);
  for (std::int64_t i = 0; i < kChannels; ++i) {
    for (std::int64_t j = 0; j < i; ++j) ASSERT_EQ(whole[i * kChannels + j], whole[j * kChannels + i]);
  }
  for (const auto& [first, count] : {std::pair{0, 1}, std::pair{250, 10}, std::pair{255, 275}, std::pair{529, 1}}) {
    std::vector<double> band(static_cast<std::size_t>(count * kChannels));
    gram->readRows(first, count, band.data());
    EXPECT_TRUE(std::equal(band.begin(), band.end(), whole.begin() + first * kChannels)) << first;
  }
}

TEST(GramTiles, LeaveNothingThatCouldBeFound) {
  const ScratchFolder folder;
  CpuBackend backend(1);
  const auto running = accumulated(backend, 300, folder.path());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "a kill now would leave no file behind";
  const auto error = oscope::test::errorOf([&] { accumulated(backend, 300, folder / "nowhere"); });
  EXPECT_NE(std::string(error.what()).find("Gram"), std::string::npos) << error.what();
}

TEST(GramTiles, TakeHalfOfTheMatrix) {
  EXPECT_EQ(cpu::GramTiles::bytes(0), 0u);
  EXPECT_EQ(cpu::GramTiles::bytes(100), 100u * 100 * 8);
  // Tiles of 256: 3 whole ones, 2 of 256 x 88, 1 of 88 x 88.
  EXPECT_EQ(cpu::GramTiles::bytes(600), (3u * 256 * 256 + 2 * 256 * 88 + 88 * 88) * 8);
}

}  // namespace
}  // namespace oscope::compute::test
