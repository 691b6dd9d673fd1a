// `deploy.json`, the sidecar of every export: the full truth about what was chosen and written. No client reads it; our
// verifier and people do. Described by resources/schemas/deploy.schema.json.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/base/json.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// A file of the source or of the export, by bare name or path below the folder.
struct DeployFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct DeployTensor {
  std::string file, sha256;
};

struct DeploySite {
  /// As planned and searched. The vectors `scale` and `shift` lie in kFoldVectorsFile; reading the JSON leaves them
  /// empty.
  SitePlan plan;
  std::string producer;                                 ///< module that absorbed the fold, empty: no fold
  double tokenMedian = 0, tokenP99 = 0, tokenP999 = 0;  ///< quantiles of the tokens' max |x|; 0: not observed
  std::optional<double> predictedDb;                    ///< predicted output SQNR
  std::vector<double> weightErrors;                     ///< by SitePlan::linears: ||W - W_hat||^2 / ||W||^2
};

struct DeployConfig {
  static constexpr int kVersion = 1;
  static constexpr const char* kFileName = "deploy.json";
  /// Outside the folder's own *.safetensors, which clients load all of. Tensors "<site>.scale" and "<site>.shift", F32.
  static constexpr const char* kFoldVectorsFile = "aux/fold.safetensors";

  std::string tool;  ///< build that wrote it
  std::string format, container;
  std::string modelName, modelFingerprint, architecture;
  std::vector<DeployFile> sourceFiles;  ///< every shard of the source
  std::string snapshotHash, dataSource, dataFile, dataHash;
  std::uint64_t seed = 0;
  std::int64_t samples = 0, length = 0;
  Recipe recipe;
  std::string codesBy;               ///< id of the method that made the codes
  std::vector<std::string> changes;  ///< what the format made different from the plan, in words
  std::vector<DeploySite> sites;
  std::map<std::string, DeployTensor> tensors;
  std::vector<DeployFile> files;  ///< of the export, but for the sidecar itself
};

/// Names of a site's vectors in kFoldVectorsFile.
std::string foldScaleName(SiteId id);
std::string foldShiftName(SiteId id);

Json toJson(const DeployConfig& config);
/// Malformed errors name `where` and the key; a newer version is Unsupported.
DeployConfig deployConfigFromJson(const Json& json, const std::string& where);

/// The bits of a float32 as 8 hex digits, and back: scales survive any JSON library.
std::string floatBits(float value);
float floatFromBits(const std::string& bits, const std::string& where);

/// Id of the recipe's step that makes the codes.
std::string codeMaker(const Recipe& recipe);

}  // namespace oscope::quant
