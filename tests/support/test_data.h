// Where tests find the given models and goldens, and scratch folders of their own.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace oscope::test {

/// The folder named by OSCOPE_TEST_DATA (models/, texts/, golden/), if it is set and there.
std::optional<std::filesystem::path> testDataRoot();

/// A fresh folder under the system's temporary folder, removed with its content at the end of the scope.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return m_path; }
  std::filesystem::path operator/(const std::string& name) const { return m_path / name; }

 private:
  std::filesystem::path m_path;
};

}  // namespace oscope::test

/// Skips the running test, with a visible reason, where the given models are absent.
#define OSCOPE_REQUIRE_TEST_DATA(root)                                                            \
  const auto root##_optional = ::oscope::test::testDataRoot();                                    \
  if (!root##_optional) GTEST_SKIP() << "OSCOPE_TEST_DATA names no folder with the given models"; \
  const std::filesystem::path root = *root##_optional
