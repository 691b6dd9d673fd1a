#include "analysis/compute/backend_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_error.h"

namespace oscope::compute {
namespace {

using testing::HasSubstr;

// A kind of device that is or isn't there; made backends run on the CPU.
BackendFactory pretended(const std::string& kind, std::vector<DeviceInfo> devices, const std::string& reason,
                         std::string& made) {
  BackendFactory factory;
  factory.kind = kind;
  factory.probe = [=](std::string& why) {
    why = reason;
    return devices;
  };
  factory.create = [&made](const std::string& id, const BackendOptions& options) {
    made = id;
    return cpuBackendFactory().create("cpu", options);
  };
  return factory;
}

DeviceInfo device(const std::string& id) {
  DeviceInfo info;
  info.id = id;
  return info;
}

TEST(BackendRegistry, AutoTakesTheFirstAcceleratorAndElseTheCpu) {
  std::string made;
  BackendRegistry with;
  with.add(cpuBackendFactory());
  with.add(pretended("gpu", {device("gpu:0"), device("gpu:1")}, "", made));
  with.create("auto", {});
  EXPECT_EQ(made, "gpu:0");
  with.create("gpu:1", {});
  EXPECT_EQ(made, "gpu:1");
  made.clear();
  BackendRegistry without;
  without.add(cpuBackendFactory());
  without.add(pretended("gpu", {}, "no driver", made));
  EXPECT_EQ(without.create("auto", {})->info().id, "cpu");
  EXPECT_EQ(made, "");
}

TEST(BackendRegistry, AbsentDevicesSayWhy) {
  std::string made;
  BackendRegistry registry;
  registry.add(cpuBackendFactory());
  registry.add(pretended("gpu", {}, "no driver is installed", made));
  EXPECT_THAT(test::errorOf([&] { registry.create("gpu", {}); }).text(), HasSubstr("no driver is installed"));
  const Error unknown = test::errorOf([&] { registry.create("abacus", {}); });
  EXPECT_EQ(unknown.code(), ErrorCode::InvalidArgument);
  EXPECT_THAT(unknown.remedy(), HasSubstr("cpu, gpu"));
}

TEST(BackendRegistry, TheCpuIsThereWithFacts) {
  std::string reason;
  const std::vector<DeviceInfo> devices = cpuBackendFactory().probe(reason);
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].id, "cpu");
  EXPECT_GT(devices[0].threads, 0);
  EXPECT_GT(devices[0].freeBytes, 0u);
  EXPECT_LE(devices[0].freeBytes, devices[0].memoryBytes);
  BackendOptions options;
  options.threads = 3;
  EXPECT_EQ(cpuBackendFactory().create("cpu", options)->info().threads, 3);
}

}  // namespace
}  // namespace oscope::compute
