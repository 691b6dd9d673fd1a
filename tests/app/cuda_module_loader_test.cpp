// Whatever is wrong with the CUDA module is one line, and the program goes on.
#include "app/common/cuda_module_loader.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "app/common/composition.h"
#include "tests/support/expect_error.h"

namespace oscope::app {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string whyNot(const char* file) {
  std::string reason;
  EXPECT_EQ(openCudaModule(file, reason), nullptr);
  EXPECT_THAT(reason, Not(HasSubstr("\n")));
  return reason;
}

TEST(CudaModuleLoader, MissingFileIsAReason) {
  EXPECT_THAT(whyNot("/nowhere/oscope_cuda.so"), HasSubstr("/nowhere/oscope_cuda.so"));
}

TEST(CudaModuleLoader, MissingLibraryIsNamed) {
  EXPECT_THAT(whyNot(OSCOPE_MODULE_WITHOUT_LIBRARY), HasSubstr("liboscope_absent_cublas.so"));
}

TEST(CudaModuleLoader, AnotherInterfaceIsRefusedBeforeItIsUsed) {
  EXPECT_THAT(whyNot(OSCOPE_MODULE_OF_OTHER_ABI), HasSubstr("has interface 999"));
}

TEST(CudaModuleLoader, AnyOtherLibraryIsRefused) {
  EXPECT_THAT(whyNot(OSCOPE_MODULE_WITHOUT_ENTRY), HasSubstr("is no CUDA module"));
}

/// Sets OSCOPE_CUDA_MODULE for one test.
class ModuleVariable {
 public:
  explicit ModuleVariable(const char* value) { ::setenv("OSCOPE_CUDA_MODULE", value, 1); }
  ~ModuleVariable() { ::unsetenv("OSCOPE_CUDA_MODULE"); }
  ModuleVariable(const ModuleVariable&) = delete;
  ModuleVariable& operator=(const ModuleVariable&) = delete;
};

TEST(CudaModuleLoader, WithoutAModuleJobsRunOnTheCpu) {
  const ModuleVariable variable("/nowhere/oscope_cuda.so");
  const compute::BackendRegistry registry = makeBackendRegistry();
  EXPECT_EQ(registry.create("auto", {})->info().id, "cpu");
  const Error error = test::errorOf([&] { registry.create("cuda:0", {}); });
  EXPECT_EQ(error.code(), ErrorCode::Device);
  EXPECT_THAT(error.text(), HasSubstr("not installed (looked for /nowhere/oscope_cuda.so)"));
}

TEST(CudaModuleLoader, TheVariableAloneSaysWhereToLook) {
  const ModuleVariable variable("/somewhere/else.so");
  ASSERT_EQ(cudaModulePlaces().size(), 1u);
  EXPECT_EQ(cudaModulePlaces().front(), "/somewhere/else.so");
}

TEST(CudaModuleLoader, ModulesLieBesideTheProgramOrWherePackagesPutThem) {
  const auto places = cudaModulePlaces();
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].filename(), "oscope_cuda.so");
  EXPECT_THAT(places[1].string(), HasSubstr("/outlierscope/oscope_cuda.so"));
}

// The module of this build: it loads wherever its libraries are, and says what is missing where there is no GPU.
TEST(CudaModuleLoader, TheBuiltModuleLoadsAndProbes) {
  const auto place = cudaModulePlaces().front();
  if (!std::filesystem::exists(place)) GTEST_SKIP() << "this build has no CUDA module";
  std::string reason;
  const gpu::CudaModule* module = openCudaModule(place, reason);
  if (module == nullptr) GTEST_SKIP() << reason;
  const auto devices = module->probe(reason);
  EXPECT_TRUE(!devices.empty() || !reason.empty());
  EXPECT_THAT(reason, Not(HasSubstr("\n")));
  for (const compute::DeviceInfo& device : devices) EXPECT_THAT(device.id, testing::StartsWith("cuda:"));
}

}  // namespace
}  // namespace oscope::app
