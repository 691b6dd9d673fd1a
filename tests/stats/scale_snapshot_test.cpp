// The scale fixture must be a snapshot that calibration could have written.
#include "tests/support/scale_snapshot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/stats/hdf5_store.h"
#include "tests/support/test_data.h"

namespace oscope {
namespace {

TEST(ScaleSnapshot, ItsStatisticsAgreeWithEachOther) {
  const test::ScratchFolder scratch;
  test::ScaleShape shape;
  shape.blocks = 5, shape.hidden = 64, shape.ffn = 224, shape.heads = 8, shape.kvHeads = 2;
  shape.samples = 8, shape.length = 32, shape.rows = 16;
  const std::string hash = test::writeScaleSnapshot(shape, scratch / "scale.oscope.h5");
  const stats::SnapshotPtr snapshot = stats::openSnapshot(scratch / "scale.oscope.h5", true);
  EXPECT_EQ(snapshot->contentHash(), hash);
  ASSERT_EQ(snapshot->sites().size(), 20u);
  for (const stats::SiteStats& site : snapshot->sites()) {
    SCOPED_TRACE(toString(site.id));
    const stats::SiteDetail detail = snapshot->detail(site.id);
    EXPECT_FLOAT_EQ(site.range(), static_cast<float>(test::scaleRange(shape, site.id)));
    EXPECT_EQ(site.absmax[static_cast<std::size_t>(test::scaleTopChannel(shape, site.id))], site.range());
    EXPECT_EQ(*std::max_element(site.tokenAbsmax.begin(), site.tokenAbsmax.end()), site.range());
    for (std::size_t j = 0; j < site.absmax.size(); ++j) {
      EXPECT_EQ(site.absmax[j], std::max(-site.min[j], site.max[j]));
      EXPECT_LE(site.rms[j], site.absmax[j]);
      EXPECT_GE(site.tokenAbsmax[static_cast<std::size_t>(site.absmaxToken[j])], site.absmax[j]);
      const std::uint32_t* bins = &detail.histogram[j * compute::kHistogramBins];
      std::int64_t counted = 0;
      int top = 0;
      for (int b = 0; b < compute::kHistogramBins; ++b) {
        counted += bins[b];
        if (bins[b] > 0) top = b;
      }
      EXPECT_EQ(counted, site.tokens);
      EXPECT_EQ(top, compute::histogramBin(site.absmax[j]));
    }
    for (std::size_t r = 0; r < detail.rowTokens.size(); ++r) {
      float most = 0;
      for (std::size_t j = 0; j < site.absmax.size(); ++j) {
        const float size = std::fabs(detail.rows[r * site.absmax.size() + j]);
        EXPECT_LE(size, site.absmax[j] * 1.001f);
        most = std::max(most, size);
      }
      EXPECT_NEAR(most, site.tokenAbsmax[static_cast<std::size_t>(detail.rowTokens[r])], most * 1e-3f);
    }
  }
}

}  // namespace
}  // namespace oscope
