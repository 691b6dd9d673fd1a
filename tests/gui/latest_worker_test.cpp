#include "app/gui/jobs/latest_worker.h"

#include <gtest/gtest.h>

#include <QTest>
#include <future>
#include <memory>
#include <vector>

namespace oscope::gui {
namespace {

TEST(LatestWorker, DropsWhatWaitedBehindTheNewestRequest) {
  std::promise<void> started, gate;
  std::vector<int> worked, done;  // `worked` is written by the one worker thread and read after the last `done`
  LatestWorker worker;
  worker.submit(
      [&] {
        started.set_value();
        gate.get_future().wait();
        worked.push_back(1);
      },
      [&] { done.push_back(1); });
  started.get_future().wait();
  for (int i : {2, 3, 4}) worker.submit([&worked, i] { worked.push_back(i); }, [&done, i] { done.push_back(i); });
  EXPECT_TRUE(done.empty()) << "results come through the event loop";
  gate.set_value();
  ASSERT_TRUE(QTest::qWaitFor([&] { return done.size() >= 2; }, 60'000));
  QTest::qWait(20);
  EXPECT_EQ(done, (std::vector<int>{1, 4}));
  EXPECT_EQ(worked, (std::vector<int>{1, 4}));
}

TEST(LatestWorker, EndsWithoutResultsAfterItsOwner) {
  int done = 0;
  auto worker = std::make_unique<LatestWorker>();
  worker->submit([] {}, [&done] { ++done; });
  worker.reset();
  QTest::qWait(20);
  EXPECT_EQ(done, 0);
}

}  // namespace
}  // namespace oscope::gui
