// Hidden states in memory and in files: the same behaviour, and a durable copy that is never overwritten.
#include "analysis/calibration/hidden_state_store.h"

#include <gtest/gtest.h>

#include "tests/calibration/calibration_runs.h"
#include "tests/support/expect_error.h"

namespace oscope::test {
namespace {

using calibration::HiddenPlace;
using calibration::HiddenShape;
using calibration::HiddenStateStore;

constexpr HiddenShape kShape{3, 2, 4};
constexpr HiddenPlace kPlaces[] = {HiddenPlace::Device, HiddenPlace::Host, HiddenPlace::File};

class HiddenStates : public testing::TestWithParam<HiddenPlace> {
 protected:
  /// One pass: sample s becomes `value` + s everywhere.
  void storeAll(HiddenStateStore& store, float value) {
    for (std::int64_t s = 0; s < kShape.samples; ++s) {
      compute::Tensor tensor = m_backend->allocate(DType::F32, kShape.length, kShape.hidden);
      const std::vector<float> values(8, value + static_cast<float>(s));
      m_backend->upload(values.data(), tensor);
      store.store(s, tensor);
    }
    store.finishPass();
  }

  float first(HiddenStateStore& store, std::int64_t sample) {
    compute::Tensor tensor = m_backend->allocate(DType::F32, kShape.length, kShape.hidden);
    store.load(sample, tensor);
    std::vector<float> values(8);
    m_backend->download(tensor, values.data());
    EXPECT_EQ(values, std::vector<float>(8, values[0]));
    return values[0];
  }

  const ScratchFolder m_folder;
  const std::unique_ptr<compute::Backend> m_backend = cpuBackend(1);
};

TEST_P(HiddenStates, PassesFollowEachOther) {
  HiddenStateStore store(kShape, GetParam(), m_folder.path(), *m_backend);
  EXPECT_FALSE(store.restore().has_value());
  for (const float pass : {10.0f, 20.0f, 30.0f}) {
    storeAll(store, pass);
    for (std::int64_t s = 0; s < kShape.samples; ++s) EXPECT_EQ(first(store, s), pass + static_cast<float>(s));
  }
}

TEST_P(HiddenStates, DurableStateOutlivesLaterPasses) {
  {
    HiddenStateStore store(kShape, GetParam(), m_folder.path(), *m_backend);
    storeAll(store, 10);
    store.makeDurable(4);
    storeAll(store, 20);
    storeAll(store, 30);  // without having been made durable
  }
  for (const HiddenPlace place : kPlaces) {
    HiddenStateStore store(kShape, place, m_folder.path(), *m_backend);
    EXPECT_EQ(store.restore(), 4);
    EXPECT_EQ(first(store, 2), 12);
  }
  HiddenStateStore store(kShape, GetParam(), m_folder.path(), *m_backend);
  ASSERT_EQ(store.restore(), 4);
  storeAll(store, 40);
  store.makeDurable(5);
  storeAll(store, 50);
  HiddenStateStore again(kShape, GetParam(), m_folder.path(), *m_backend);
  EXPECT_EQ(again.restore(), 5);
  EXPECT_EQ(first(again, 0), 40);
}

TEST_P(HiddenStates, CutFileIsRefused) {
  {
    HiddenStateStore store(kShape, GetParam(), m_folder.path(), *m_backend);
    storeAll(store, 10);
    store.makeDurable(1);
  }
  std::filesystem::resize_file(m_folder / "hidden.0", 40);
  HiddenStateStore store(kShape, GetParam(), m_folder.path(), *m_backend);
  EXPECT_EQ(errorOf([&] { store.restore(); }).code(), ErrorCode::FileTruncated);
}

INSTANTIATE_TEST_SUITE_P(Places, HiddenStates, testing::ValuesIn(kPlaces), [](const auto& info) {
  return info.param == HiddenPlace::Device ? "Device" : info.param == HiddenPlace::Host ? "Host" : "File";
});

}  // namespace
}  // namespace oscope::test
