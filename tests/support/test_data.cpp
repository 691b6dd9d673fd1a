#include "tests/support/test_data.h"

#include <unistd.h>

#include <cstdlib>
#include <system_error>

namespace oscope::test {

std::optional<std::filesystem::path> testDataRoot() {
  const char* root = std::getenv("OSCOPE_TEST_DATA");
  if (root == nullptr || !std::filesystem::is_directory(root)) return std::nullopt;
  return std::filesystem::path(root);
}

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "oscope-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
  m_path = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(m_path, ignored);
}

}  // namespace oscope::test
