// Rules of the house that a compiler doesn't check (CONTRIBUTING.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "tests/arch/source_tree.h"

namespace oscope::test {
namespace {

using testing::IsEmpty;

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

/// The file of an architecture, and the registry line that names it.
bool mayNameArchitectures(const SourceFile& source) {
  return source.isUnder("analysis/model/arch") || source.path == "analysis/model/arch_registry.cpp";
}

/// File names in analysis/model/arch: the architectures that exist.
std::set<std::string> architectureNames() {
  std::set<std::string> names;
  for (const SourceFile& source : productSources()) {
    if (source.isUnder("analysis/model/arch")) names.insert(std::filesystem::path(source.path).stem().string());
  }
  return names;
}

TEST(Conventions, NoArchitectureIsNamedOutsideItsFile) {
  ASSERT_THAT(architectureNames(), testing::Not(IsEmpty()));
  std::vector<std::string> places;
  for (const SourceFile& source : productSources()) {
    if (mayNameArchitectures(source)) continue;
    const std::string code = withoutComments(source.text);
    // As the registry spells it; help texts may cite published models ("LLaMA-2-7B").
    for (const std::string& name : architectureNames())
      append(places, placesOf("\\b" + name + "\\b", source.path, code, Case::Respected));
    // This one must not appear in comments either: its special cases are data in its own file.
    append(places, placesOf("bloom", source.path, source.text));
  }
  EXPECT_THAT(places, IsEmpty());
}

TEST(Conventions, TheCoreDoesNotPrint) {
  std::vector<std::string> places;
  for (const SourceFile& source : productSources()) {
    if (source.isUnder("app")) continue;
    append(places, placesOf(R"(\bstd::(cout|cerr|clog)\b|\bfmt::print|\b(printf|fprintf|puts|perror)\s*\(|<iostream>)",
                            source.path, withoutComments(source.text)));
  }
  EXPECT_THAT(places, IsEmpty());
}

TEST(Conventions, HeadersAreIncludedOnce) {
  std::vector<std::string> missing;
  for (const SourceFile& source : productSources()) {
    const bool header = std::filesystem::path(source.path).extension() == ".h";
    if (header && source.text.find("#pragma once") == std::string::npos) missing.push_back(source.path);
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST(Conventions, PublicHeadersHaveNoFeatureSwitches) {
  std::vector<std::string> places;
  for (const SourceFile& source : productSources()) {
    if (std::filesystem::path(source.path).extension() != ".h") continue;
    if (source.path == "gpu/kernels/host_device.h") continue;  // private to the module: what nvcc alone understands
    if (source.path == "gpu/kernels/host_device.h") continue;  // asks which compiler reads it, for all kernels
    append(places, placesOf(R"(^\s*#\s*(if|ifdef|ifndef)\b)", source.path, withoutComments(source.text)));
  }
  EXPECT_THAT(places, IsEmpty());
}

TEST(Conventions, FileNamesAreSnakeCase) {
  std::vector<std::string> odd;
  for (const SourceFile& source : productSources()) {
    const std::string stem = std::filesystem::path(source.path).stem().string();
    if (stem.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
      odd.push_back(source.path);
  }
  EXPECT_THAT(odd, IsEmpty());
}

TEST(Conventions, NothingIsLeftForLater) {
  std::vector<std::string> places;
  for (const SourceFile& source : productSources()) {
    append(places, placesOf(R"(\b(TODO|FIXME|XXX|HACK)\b)", source.path, source.text));
  }
  EXPECT_THAT(places, IsEmpty());
}

TEST(SourceTree, CommentsAreBlankedAndStringsKept) {
  EXPECT_EQ(withoutComments("a /* b */ c // d\n\"// e\" 'f'"), "a         c     \n\"// e\" 'f'");
}

}  // namespace
}  // namespace oscope::test
