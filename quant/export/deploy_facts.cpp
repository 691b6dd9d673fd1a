#include "quant/export/deploy_facts.h"

#include <algorithm>
#include <cmath>

#include "analysis/base/build_info.h"
#include "analysis/base/hash.h"
#include "analysis/base/mapped_file.h"
#include "analysis/checkpoint/safetensors_writer.h"
#include "quant/policy/what_if.h"

namespace oscope::quant {
namespace {

/// The value that a share `q` of the tokens stays below or at.
double quantile(std::vector<float> values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

std::string producerOf(const model::BlockGraph& block, const model::SiteDesc& site) {
  if (!site.fold) return {};
  const auto index = static_cast<std::size_t>(site.fold->producer);
  return site.fold->kind == model::FoldEdge::Kind::Norm ? block.norms[index].module : block.linears[index].module;
}

}  // namespace

DeployConfig describeSource(const ExportInput& input, const JobContext& context) {
  DeployConfig config;
  config.tool = buildText();
  config.modelName = input.model.folder.filename().string();
  config.modelFingerprint = input.model.weights->fingerprint();
  config.architecture = input.model.graph.architecture;
  for (const auto& shard : input.model.weights->shards()) {
    config.sourceFiles.push_back(describeFile(shard->path().parent_path(), shard->path().filename().string(), context));
  }
  const stats::Provenance& provenance = input.snapshot.provenance();
  config.snapshotHash = input.snapshot.contentHash();
  config.dataSource = provenance.dataSource;
  config.dataFile = provenance.dataFile;
  config.dataHash = provenance.dataHash;
  config.seed = provenance.seed;
  config.samples = provenance.samples;
  config.length = provenance.length;
  config.recipe = input.plan.recipe;
  config.codesBy = codeMaker(input.plan.recipe);
  return config;
}

DeploySite describeSite(const model::BlockGraph& block, const QuantizedBlock& quantized, std::size_t index,
                        const stats::Snapshot& snapshot, const Recipe& recipe) {
  DeploySite site;
  site.plan = quantized.sites.at(index);
  if (!site.plan.scale.empty() || !site.plan.shift.empty()) site.producer = producerOf(block, block.sites.at(index));
  const stats::SiteStats& statistics = snapshot.site(site.plan.id);
  site.tokenMedian = quantile(statistics.tokenAbsmax, 0.5);
  site.tokenP99 = quantile(statistics.tokenAbsmax, 0.99);
  site.tokenP999 = quantile(statistics.tokenAbsmax, 0.999);
  for (const LinearPlan& linear : site.plan.linears) {
    site.weightErrors.push_back(quantized.weightErrors.at(linear.module));
  }
  WhatIf question;
  question.policy = site.plan.policy;
  question.weights = site.plan.linears.front().scheme;
  question.rules = recipe.rules;
  question.scale = site.plan.scale;
  const Prediction prediction = predict(statistics, snapshot.detail(site.plan.id), question);
  if (prediction.total && std::isfinite(*prediction.total)) site.predictedDb = prediction.total;
  return site;
}

DeployFile describeFile(const std::filesystem::path& folder, const std::string& name, const JobContext& context) {
  constexpr std::size_t kPiece = std::size_t{8} << 20;  ///< hashed between two looks at the stop token
  const MappedFile file(folder / name);
  Sha256 hash;
  for (std::size_t at = 0; at < file.bytes().size(); at += kPiece) {
    context.checkCancelled();
    const auto piece = file.bytes().subspan(at, std::min(kPiece, file.bytes().size() - at));
    hash.update(piece);
    file.dontNeed(piece);
  }
  file.verifyIntact();
  return {name, file.bytes().size(), hash.finish()};
}

bool writeFoldVectors(const std::vector<DeploySite>& sites, const std::filesystem::path& folder) {
  std::vector<checkpoint::TensorDeclaration> declared;
  std::vector<std::pair<std::string, std::span<const float>>> values;
  const auto add = [&](const std::string& name, const std::vector<float>& vector) {
    if (vector.empty()) return;
    declared.push_back({name, DType::F32, {static_cast<std::int64_t>(vector.size())}});
    values.emplace_back(name, vector);
  };
  for (const DeploySite& site : sites) {
    add(foldScaleName(site.plan.id), site.plan.scale);
    add(foldShiftName(site.plan.id), site.plan.shift);
  }
  if (values.empty()) return false;
  const std::filesystem::path path = folder / DeployConfig::kFoldVectorsFile;
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) throw systemError(error.value(), path.parent_path().string(), "create folder");
  checkpoint::SafetensorsWriter writer(path, declared, {});
  for (const auto& [name, vector] : values) writer.write(name, std::as_bytes(vector));
  writer.commit();
  return true;
}

}  // namespace oscope::quant
