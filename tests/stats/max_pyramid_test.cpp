#include "analysis/stats/max_pyramid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace oscope::stats {
namespace {

TEST(MaxPyramid, AnswersEveryRunLikeAScan) {
  std::mt19937 random(4);
  for (const std::int64_t columns : {1, 3, 4, 5, 16, 17, 63, 257}) {
    std::vector<std::vector<float>> rows(3, std::vector<float>(static_cast<std::size_t>(columns)));
    for (auto& row : rows) {
      for (float& value : row) value = static_cast<float>(random() % 1000);
    }
    const MaxPyramid pyramid({rows[0], rows[1], {}, rows[2]}, columns);
    EXPECT_EQ(pyramid.rows(), 4);
    for (std::int64_t from = 0; from < columns; ++from) {
      for (std::int64_t to = from + 1; to <= columns; ++to) {
        for (const int row : {0, 1}) {
          const auto& values = rows[static_cast<std::size_t>(row)];
          const auto best = std::max_element(values.begin() + from, values.begin() + to);
          ASSERT_EQ(pyramid.max(row, from, to), *best) << columns << " columns, run " << from << ".." << to;
          ASSERT_EQ(pyramid.argmax(row, from, to), best - values.begin());
        }
        ASSERT_EQ(pyramid.max(2, from, to), 0) << "a missing row reads as zeros";
      }
    }
  }
}

TEST(MaxPyramid, AnIsolatedOutlierAmong28672ChannelsIsInEveryRunThatHoldsIt) {
  std::vector<float> row(28'672, 0.5f);
  row[20'011] = 700;
  const MaxPyramid pyramid({row}, 28'672);
  EXPECT_EQ(pyramid.max(0, 0, 28'672), 700);
  EXPECT_EQ(pyramid.max(0, 20'000, 20'012), 700);
  EXPECT_EQ(pyramid.max(0, 0, 20'011), 0.5f);
  EXPECT_EQ(pyramid.max(0, 20'012, 28'672), 0.5f);
  EXPECT_EQ(pyramid.max(0, 5, 5), 0);
}

}  // namespace
}  // namespace oscope::stats
