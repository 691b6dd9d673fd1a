// The directions between folders, from the #include lines (ARCHITECTURE.md), so that they can't drift.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/arch/source_tree.h"

namespace oscope::test {
namespace {

using testing::IsEmpty;

/// Top-level folder, and inside analysis the floor; inside app the face.
std::string layerOf(const std::string& path) {
  const auto first = path.find('/');
  const std::string top = path.substr(0, first);
  if (first == std::string::npos || (top != "analysis" && top != "app")) return top;
  return path.substr(0, path.find('/', first + 1));
}

/// What each layer may include besides itself.
const std::map<std::string, std::set<std::string>>& allowedLayers() {
  static const auto allowed = [] {
    std::map<std::string, std::set<std::string>> rules;
    std::set<std::string> below;
    for (const char* floor : {"base", "compute", "checkpoint", "model", "forward", "stats", "calibration"}) {
      const std::string layer = std::string("analysis/") + floor;
      rules[layer] = below;
      below.insert(layer);
    }
    rules["gpu"] = {"analysis/base", "analysis/compute"};
    rules["quant"] = below;
    below.insert("quant");
    rules["app/common"] = below;
    rules["app/common"].insert("gpu");  // the composition of backends and its module loader
    below.insert("app/common");
    rules["app/cli"] = below;
    rules["app/gui"] = below;
    return rules;
  }();
  return allowed;
}

/// "path:line includes target" for every include of a product source for which `forbidden` holds.
std::vector<std::string> violations(const std::function<bool(const SourceFile&, const IncludeLine&)>& forbidden) {
  std::vector<std::string> found;
  for (const SourceFile& source : productSources()) {
    for (const IncludeLine& include : source.includes) {
      if (forbidden(source, include)) {
        found.push_back(source.path + ":" + std::to_string(include.line) + " includes " + include.target);
      }
    }
  }
  return found;
}

bool startsWith(const std::string& text, const std::string& prefix) {
  return text.rfind(prefix, 0) == 0;
}

TEST(IncludeDirections, SourcesAreFound) {
  EXPECT_GT(productSources().size(), 50u);
}

TEST(IncludeDirections, EveryLayerIncludesOnlyWhatItMay) {
  EXPECT_THAT(violations([](const SourceFile& source, const IncludeLine& include) {
                if (!include.quoted) return false;
                const std::string from = layerOf(source.path), to = layerOf(include.target);
                if (from == to) return false;
                const auto rule = allowedLayers().find(from);
                return rule == allowedLayers().end() || rule->second.count(to) == 0;
              }),
              IsEmpty());
}

TEST(IncludeDirections, QuotedIncludesNameFilesFromTheRepositoryRoot) {
  const std::filesystem::path root = OSCOPE_SOURCE_DIR;
  EXPECT_THAT(violations([&](const SourceFile& source, const IncludeLine& include) {
                const bool generatedByMoc = startsWith(source.path, "app/gui/") && include.target.size() > 4 &&
                                            include.target.compare(include.target.size() - 4, 4, ".moc") == 0;
                return include.quoted && !generatedByMoc && !std::filesystem::exists(root / include.target);
              }),
              IsEmpty());
}

TEST(IncludeDirections, TheCoreKnowsNoWindow) {
  EXPECT_THAT(violations([](const SourceFile& source, const IncludeLine& include) {
                const std::string& header = include.target;
                const bool qt = startsWith(header, "Qt") || (header.size() > 1 && header[0] == 'Q' &&
                                                             std::isupper(static_cast<unsigned char>(header[1])) != 0);
                return qt && !source.isUnder("app/gui");
              }),
              IsEmpty());
}

TEST(IncludeDirections, OneUserPerLibrary) {
  struct Rule {
    const char* header;   // prefix of the include
    const char* allowed;  // prefix of the paths that may include it
  };
  for (const Rule& rule : {Rule{"nlohmann/", "analysis/base/json.h"}, Rule{"hdf5", "analysis/stats/hdf5_file"},
                           Rule{"H5", "analysis/stats/hdf5_file"}, Rule{"CLI/", "app/cli/"}, Rule{"cuda", "gpu/"},
                           Rule{"cublas", "gpu/"}, Rule{"openssl/", "analysis/base/"},
                           Rule{"sentencepiece", "analysis/checkpoint/"}, Rule{"pcre2", "analysis/checkpoint/"},
                           Rule{"QtCharts", "app/gui/charts/"}, Rule{"QChart", "app/gui/charts/"}}) {
    EXPECT_THAT(violations([&](const SourceFile& source, const IncludeLine& include) {
                  return !include.quoted && startsWith(include.target, rule.header) &&
                         !startsWith(source.path, rule.allowed);
                }),
                IsEmpty())
        << rule.header << " belongs to " << rule.allowed;
  }
}

/// The includes of a file, as indices into productSources().
std::map<std::string, std::vector<std::string>> fileGraph() {
  std::map<std::string, std::vector<std::string>> graph;
  for (const SourceFile& source : productSources()) {
    auto& targets = graph[source.path];
    for (const IncludeLine& include : source.includes) {
      if (include.quoted) targets.push_back(include.target);
    }
  }
  return graph;
}

TEST(IncludeDirections, TheGraphOfFilesHasNoCircle) {
  const auto graph = fileGraph();
  std::set<std::string> done;
  std::vector<std::string> trail;
  std::string circle;
  const std::function<void(const std::string&)> visit = [&](const std::string& path) {
    if (!circle.empty() || done.count(path) != 0) return;
    if (const auto at = std::find(trail.begin(), trail.end(), path); at != trail.end()) {
      for (auto step = at; step != trail.end(); ++step) circle += *step + " -> ";
      circle += path;
      return;
    }
    trail.push_back(path);
    if (const auto node = graph.find(path); node != graph.end()) {
      for (const std::string& target : node->second) visit(target);
    }
    trail.pop_back();
    done.insert(path);
  };
  for (const auto& node : graph) visit(node.first);
  EXPECT_EQ(circle, "");
}

}  // namespace
}  // namespace oscope::test
