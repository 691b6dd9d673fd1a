#include "quant/verify/reload_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/base/error.h"
#include "analysis/base/hash.h"
#include "analysis/model/tensor_list.h"
#include "quant/export/deploy_facts.h"
#include "quant/verify/code_check.h"
#include "quant/verify/folded_source.h"

namespace oscope::quant {
namespace {

using Granularity = ActivationPlan::Granularity;

class Checker {
 public:
  Checker(const ExportedModel& exported, const model::OpenedModel& model, const JobContext& context)
      : m_exported(exported), m_model(model), m_context(context) {}

  std::vector<FileCheck> run() {
    attempt("config", "config groups", [&] { return checkConfig(); });
    attempt("tensors", "tensors", [&] { return checkDeclarations(); });
    for (const DeployFile& file : m_exported.deploy().files) {
      attempt("files", "file " + file.name, [&] { return checkFile(file); });
    }
    ProgressMeter meter(m_context, "check files", "blocks", static_cast<std::int64_t>(m_model.graph.blocks.size()));
    attempt("carried", "tensors outside the blocks", [&] { return checkCarried(); });
    for (const model::BlockGraph& block : m_model.graph.blocks) {
      checkBlock(block);
      m_exported.releaseBlock(block.index);
      meter.advance(1);
    }
    return std::move(m_checks);
  }

 private:
  /// Runs one check; an Error of the files is its failure. The text returned says what is wrong, empty: nothing.
  template <typename Check>
  void attempt(const char* kind, const std::string& name, Check&& check) {
    m_context.checkCancelled();
    FileCheck result{kind, name, false, {}};
    try {
      result.detail = check();
      result.passed = result.detail.empty();
    } catch (const Error& error) {
      result.detail = error.what();
    }
    m_checks.push_back(std::move(result));
  }

  std::string checkConfig() const {
    const CtConfig& config = m_exported.config();
    std::set<std::string> known;
    for (const DeploySite& site : m_exported.deploy().sites) {
      for (const LinearPlan& linear : site.plan.linears) {
        known.insert(linear.module);
        const CtScheme* scheme = config.find(linear.module);
        const bool ignored = std::count(config.ignore.begin(), config.ignore.end(), linear.module) == 1;
        if (linear.scheme.isFloat() != (scheme == nullptr) || linear.scheme.isFloat() != ignored) {
          return linear.module + " stands neither in one group nor in the ignore list as planned";
        }
        if (scheme == nullptr) continue;
        if (!(scheme->weights == linear.scheme)) return linear.module + ": weight scheme differs from the plan's";
        if (scheme->activation != site.plan.activation.granularity) {
          return linear.module + ": input activations differ from the plan's";
        }
      }
    }
    for (const auto& [scheme, modules] : config.groups) {
      for (const std::string& module : modules) {
        if (known.count(module) == 0) return module + " is no linear of the model";
      }
    }
    return {};
  }

  std::map<std::string, checkpoint::TensorDeclaration> expectedTensors() const {
    std::map<std::string, checkpoint::TensorDeclaration> expected;
    for (const model::TensorNeed& need : model::allTensors(m_model.graph)) {
      const std::string name = m_exported.names().exported(need.name);
      const checkpoint::TensorEntry& entry = m_model.weights->entry(need.name);
      expected[name] = {name, entry.dtype, entry.shape};
    }
    for (const model::BlockGraph& block : m_model.graph.blocks) {
      for (const model::LinearDesc& linear : block.linears) {
        const auto described = m_exported.describe(linear);
        if (!described) continue;
        expected.erase(m_exported.names().exported(linear.weight));
        for (const auto& declared : declareTensors(*described)) expected[declared.name] = declared;
      }
    }
    return expected;
  }

  std::string checkDeclarations() const {
    const auto expected = expectedTensors();
    for (const auto& [name, declared] : expected) {
      if (!m_exported.files().contains(name)) return "tensor " + name + " is missing";
      const checkpoint::TensorEntry& entry = m_exported.files().entry(name);
      if (entry.dtype != declared.dtype) {
        return fmt::format("tensor {} is {}, expected {}", name, toString(entry.dtype), toString(declared.dtype));
      }
      if (entry.shape != declared.shape) return "tensor " + name + " has another shape than planned";
    }
    for (const checkpoint::TensorEntry& entry : m_exported.files().entries()) {
      if (expected.count(entry.name) == 0) return "tensor " + entry.name + " is unexpected: a client would refuse it";
    }
    return {};
  }

  /// The weights are checked tensor by tensor, so of their files only the size counts here.
  std::string checkFile(const DeployFile& file) const {
    const std::filesystem::path path = m_exported.folder() / file.name;
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(path, error);
    if (error) return "file " + file.name + " is missing";
    if (size != file.bytes) return fmt::format("file {} has {} bytes, expected {}", file.name, size, file.bytes);
    const bool weights = path.extension() == ".safetensors" && file.name.find('/') == std::string::npos;
    if (weights) return {};
    const std::string found = describeFile(m_exported.folder(), file.name, m_context).sha256;
    return found == file.sha256 ? std::string()
                                : fmt::format("file {} has SHA-256 {}, expected {}", file.name, found, file.sha256);
  }

  /// Empty where the bytes of `name` have the hash that was written down.
  std::string hashFailure(const std::string& name) const {
    const auto written = m_exported.deploy().tensors.find(name);
    if (written == m_exported.deploy().tensors.end()) return "tensor " + name + " is not in the sidecar";
    const compute::HostTensor tensor = m_exported.files().tensor(name);
    Sha256 hash;
    hash.update({static_cast<const std::byte*>(tensor.data), tensor.bytes()});
    const std::string found = hash.finish();
    if (found == written->second.sha256) return {};
    const std::uint64_t bytes = tensor.bytes();
    return fmt::format("{} to {}: changed since the export; found SHA-256 {}, expected {}", placeOf(name, 0, "bytes"),
                       firstByteOf(name) + bytes, found, written->second.sha256);
  }

  /// Place of a tensor's first byte in its file.
  std::uint64_t firstByteOf(const std::string& name) const {
    for (const auto& shard : m_exported.files().shards()) {
      if (shard->contains(name)) return shard->header().dataStart + m_exported.files().entry(name).begin;
    }
    return 0;
  }

  /// "tensor T, file F, byte N" of a byte of a tensor.
  std::string placeOf(const std::string& name, std::uint64_t byte, const char* word = "byte") const {
    std::string file;
    for (const auto& shard : m_exported.files().shards()) {
      if (shard->contains(name)) file = shard->path().filename().string();
    }
    return fmt::format("tensor {}, file {}, {} {}", name, file, word, firstByteOf(name) + byte);
  }

  std::string checkSameBytes(const std::string& sourceName) const {
    const compute::HostTensor source = m_model.weights->tensor(sourceName), copy = m_exported.tensor(sourceName);
    const std::string name = m_exported.names().exported(sourceName);
    if (source.bytes() != copy.bytes()) {
      return fmt::format("tensor {} has {} bytes, expected {}", name, copy.bytes(), source.bytes());
    }
    const auto* expected = static_cast<const unsigned char*>(source.data);
    const auto* found = static_cast<const unsigned char*>(copy.data);
    const auto differs = std::mismatch(expected, expected + source.bytes(), found);
    if (differs.first == expected + source.bytes()) return {};
    return fmt::format("{}: found {:#04x}, the source has {:#04x}",
                       placeOf(name, static_cast<std::uint64_t>(differs.second - found)), *differs.second,
                       *differs.first);
  }

  std::string checkCarried() const {
    std::set<std::string> ofBlocks;
    for (const model::BlockGraph& block : m_model.graph.blocks) {
      for (const std::string& name : m_model.graph.tensorsOf(block.index)) ofBlocks.insert(name);
    }
    for (const model::TensorNeed& need : model::allTensors(m_model.graph)) {
      if (ofBlocks.count(need.name) != 0) continue;
      std::string failure = checkSameBytes(need.name);
      if (!failure.empty()) return failure;
    }
    return {};
  }

  void checkBlock(const model::BlockGraph& block) {
    std::vector<SitePlan> sites;
    for (const model::SiteDesc& site : block.sites) sites.push_back(m_exported.site(site.id).plan);
    const FoldedBlock folded = foldBlock(block, *m_model.weights, sites);
    for (std::size_t s = 0; s < block.sites.size(); ++s) {
      const DeploySite& site = m_exported.site(block.sites[s].id);
      attempt("scales", "input scale of " + toString(site.plan.id), [&] { return checkInputScale(block, s, site); });
      attempt("folds", "fold of " + toString(site.plan.id), [&] { return checkFold(block, s, site.plan); });
      for (std::size_t r = 0; r < block.sites[s].readers.size(); ++r) {
        const auto index = static_cast<std::size_t>(block.sites[s].readers[r]);
        checkLinear(block.linears[index], folded.weights[index], site.weightErrors.at(r));
      }
    }
  }

  void checkLinear(const model::LinearDesc& desc, const std::vector<float>& folded, double expectedError) {
    const auto described = m_exported.describe(desc);
    attempt("hashes", "hashes of " + desc.module, [&] {
      std::string failure;
      if (!desc.bias.empty()) failure = hashFailure(m_exported.names().exported(desc.bias));
      if (!described) return failure + hashFailure(m_exported.names().exported(desc.weight));
      for (const auto& declared : declareTensors(*described)) {
        if (failure.empty()) failure = hashFailure(declared.name);
      }
      return failure;
    });
    if (!described) return;
    attempt("codes", "codes of " + desc.module, [&] {
      return checkCodes(m_exported, *described, decodeWeight(*described, m_exported.files()), folded, expectedError)
          .detail;
    });
  }

  std::string checkInputScale(const model::BlockGraph& block, std::size_t s, const DeploySite& site) const {
    if (site.plan.activation.granularity != Granularity::Tensor) return {};
    const DType dtype = m_exported.deploy().recipe.rules.scaleDtype;
    for (const int reader : block.sites[s].readers) {
      const auto described = m_exported.describe(block.linears[static_cast<std::size_t>(reader)]);
      if (!described) continue;
      const float scale = decodeInputScale(*described, m_exported.files());
      const std::string name = described->module + ".input_scale";
      if (scale != site.plan.activation.scale) {
        return fmt::format("tensor {} is {}, the site's scale {}", name, scale, site.plan.activation.scale);
      }
      if (roundTo(dtype, scale) != scale) return fmt::format("tensor {} is no {} value", name, toString(dtype));
    }
    return {};
  }

  /// The producer's norm, multiplied by s again, must be the original to the rounding of its dtype.
  std::string checkFold(const model::BlockGraph& block, std::size_t s, const SitePlan& plan) const {
    const auto& fold = block.sites[s].fold;
    if (!fold || fold->kind != model::FoldEdge::Kind::Norm) return {};
    const model::NormDesc& norm = block.norms[static_cast<std::size_t>(fold->producer)];
    std::string failure = checkNorm(norm.weight, plan.scale, {}, norm.weightOffset);
    if (failure.empty() && !norm.bias.empty()) failure = checkNorm(norm.bias, plan.scale, plan.shift, 0);
    return failure;
  }

  std::string checkNorm(const std::string& name, const std::vector<float>& scale, const std::vector<float>& shift,
                        float offset) const {
    std::string failure = hashFailure(m_exported.names().exported(name));
    if (!failure.empty()) return failure;
    if (scale.empty()) return checkSameBytes(name);
    const compute::HostTensor source = m_model.weights->tensor(name);
    const double unit = source.dtype == DType::BF16 ? 0x1p-8 : source.dtype == DType::F16 ? 0x1p-10 : 0x1p-22;
    const std::vector<float> original = compute::toFloat32(source),
                             written = compute::toFloat32(m_exported.tensor(name));
    for (std::size_t j = 0; j < original.size(); ++j) {
      const double whole = static_cast<double>(original[j]) + offset - (shift.empty() ? 0.0 : shift[j]);
      const double again = (static_cast<double>(written[j]) + offset) * scale[j];
      const double allowed = unit * (std::abs(whole) + std::abs(offset) * scale[j]) + 0x1p-126;
      if (std::abs(whole - again) <= allowed) continue;
      return fmt::format("tensor {}, channel {}: {} times s = {} is not {}", m_exported.names().exported(name), j,
                         written[j], scale[j], whole);
    }
    return {};
  }

  const ExportedModel& m_exported;
  const model::OpenedModel& m_model;
  const JobContext& m_context;
  std::vector<FileCheck> m_checks;
};

}  // namespace

const std::vector<CheckKind>& checkKinds() {
  static const std::vector<CheckKind> kinds{
      {"config", "Config groups as planned"},         {"tensors", "Names, types and shapes"},
      {"files", "Files, size and SHA-256"},           {"carried", "Untouched tensors, byte for byte"},
      {"scales", "Static input scales, bit for bit"}, {"folds", "Folded norms"},
      {"hashes", "Written tensors, SHA-256"},         {"codes", "Codes against the folded weights"}};
  return kinds;
}

std::vector<FileCheck> checkFiles(const ExportedModel& exported, const model::OpenedModel& model,
                                  const JobContext& context) {
  return Checker(exported, model, context).run();
}

}  // namespace oscope::quant
