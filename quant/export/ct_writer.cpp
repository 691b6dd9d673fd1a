#include "quant/export/ct_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "analysis/base/atomic_file.h"
#include "analysis/base/build_info.h"
#include "analysis/base/hash.h"
#include "quant/export/carried_files.h"
#include "quant/export/ct_layout.h"
#include "quant/export/deploy_facts.h"
#include "quant/export/shard_writer.h"
#include "quant/transform/quantize_block.h"

namespace oscope::quant {
namespace {

std::span<const std::byte> bytesOf(const compute::HostTensor& tensor) {
  return {static_cast<const std::byte*>(tensor.data), tensor.bytes()};
}

class CtWriter {
 public:
  CtWriter(const ExportInput& input, const ExportOptions& options, CtContainer container, compute::Backend& backend,
           const JobContext& context)
      : m_graph(input.model.graph),
        m_input(input),
        m_backend(backend),
        m_context(context),
        m_layout(input, container),
        m_folder(options.output, options.replace),
        m_shards(m_folder.path(), layOutShards(m_layout.units(), options.shardBytes)) {}

  ExportReport run(const std::string& formatId, CtContainer container, Diagnostics accepted) {
    const auto started = std::chrono::steady_clock::now();
    m_report.diagnostics = std::move(accepted);
    m_deploy = describeSource(m_input, m_context);
    m_deploy.format = formatId;
    m_deploy.container = formatName(container);
    for (const Diagnostic& finding : m_report.diagnostics) {
      if (finding.severity == Severity::Warning) m_deploy.changes.push_back(finding.where + ": " + finding.text);
    }

    for (const std::string& name : m_layout.carriedTensors()) {
      m_context.checkCancelled();
      writeCarried(name);
    }
    ProgressMeter meter(m_context, "export", "blocks", static_cast<std::int64_t>(m_graph.blocks.size()));
    for (const model::BlockGraph& block : m_graph.blocks) {
      const std::uint64_t before = m_shards.bytes();
      writeBlock(block);
      m_input.model.weights->release(m_graph.tensorsOf(block.index));
      meter.advance(1, m_shards.bytes() - before, fmt::format("block {}", block.index));
    }
    m_input.model.weights->verifyIntact();
    writeSidecars();
    m_folder.commit();

    m_report.sourceBytes = m_input.model.weights->totalBytes();
    m_report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return std::move(m_report);
  }

 private:
  void writeCarried(const std::string& name) {
    const compute::HostTensor tensor = m_input.model.weights->tensor(name);
    std::vector<float> values(4096);
    for (std::int64_t first = 0; first < tensor.elements(); first += 4096) {
      const std::int64_t count = std::min<std::int64_t>(4096, tensor.elements() - first);
      compute::toFloat32(tensor, first, count, values.data());
      for (std::int64_t i = 0; i < count; ++i) {
        if (std::isfinite(values[static_cast<std::size_t>(i)])) continue;
        throw Error(ErrorCode::NonFinite, name, fmt::format("element {} is not finite", first + i),
                    "the checkpoint is damaged; get a fresh copy");
      }
    }
    m_shards.write(m_layout.names().exported(name), bytesOf(tensor));
    m_input.model.weights->release({name});
  }

  /// `changed` in the dtype of the source's tensor, or the source's own bytes where it is empty.
  void writeFloat(const std::string& name, const std::vector<float>& changed) {
    const compute::HostTensor tensor = m_input.model.weights->tensor(name);
    if (changed.empty()) return m_shards.write(m_layout.names().exported(name), bytesOf(tensor));
    m_shards.write(m_layout.names().exported(name), encodeFloats(changed, tensor.dtype));
  }

  void writeBlock(const model::BlockGraph& block) {
    const QuantizedBlock quantized = quantizeBlock(m_graph, block.index, *m_input.model.weights, m_input.snapshot,
                                                   m_input.plan, m_backend, m_context);
    const auto folded = [&](const std::string& name) {
      const auto found = quantized.folded.find(name);
      return found == quantized.folded.end() ? std::vector<float>() : found->second;
    };
    for (const model::NormDesc& norm : block.norms) {
      if (!norm.weight.empty()) writeFloat(norm.weight, folded(norm.weight));
      if (!norm.bias.empty()) writeFloat(norm.bias, folded(norm.bias));
    }
    const std::vector<float> inputScales = inputScalesOf(block, quantized);
    for (std::size_t i = 0; i < block.linears.size(); ++i) {
      m_context.checkCancelled();
      writeLinear(block.linears[i], quantized.linears[i], inputScales[i]);
    }
    for (std::size_t s = 0; s < block.sites.size(); ++s) {
      m_deploy.sites.push_back(describeSite(block, quantized, s, m_input.snapshot, m_input.plan.recipe));
    }
  }

  /// One static scale per site: the linears of a site read one tensor, and clients fuse them.
  static std::vector<float> inputScalesOf(const model::BlockGraph& block, const QuantizedBlock& quantized) {
    std::vector<float> scales(block.linears.size(), 0.0f);
    for (std::size_t s = 0; s < block.sites.size(); ++s) {
      for (const int reader : block.sites[s].readers) {
        scales[static_cast<std::size_t>(reader)] = quantized.sites[s].activation.scale;
      }
    }
    return scales;
  }

  void writeLinear(const model::LinearDesc& desc, const QuantizedLinear& linear, float inputScale) {
    if (const auto described = m_layout.describe(desc)) {
      for (const auto& [name, bytes] : encodeTensors(*described, linear.weight, inputScale))
        m_shards.write(name, bytes);
      warnAboutScales(*described, linear.weight, m_input.model.weights->entry(desc.weight).dtype);
      ++m_report.linearsQuantized;
    } else {
      writeFloat(desc.weight, linear.floatWeight);
      ++m_report.linearsFloat;
    }
    if (!desc.bias.empty()) writeFloat(desc.bias, linear.bias);
  }

  /// transformers converts scales to the model's dtype on load (formats.md section 2.5).
  void warnAboutScales(const CtLinear& linear, const compute::QuantizedWeight& weight, DType modelDtype) {
    const auto changed = std::count_if(weight.scales.begin(), weight.scales.end(),
                                       [&](float scale) { return roundTo(modelDtype, scale) != scale; });
    if (changed == 0) return;
    const Diagnostic finding{
        Severity::Warning, "export.scale_dtype", linear.module,
        fmt::format("{} of {} scales are no {} values: a client that loads the model in that dtype rounds them",
                    changed, weight.scales.size(), toString(modelDtype)),
        fmt::format("set the recipe's scale dtype to {}", toString(modelDtype))};
    m_context.report(finding);
    m_report.diagnostics.push_back(finding);
  }

  void writeSidecars() {
    m_shards.finish();
    Json config = m_input.model.config.values();
    config["quantization_config"] = toJson(m_layout.config());
    writeJsonFile(m_folder.path() / "config.json", config);

    std::vector<std::string> files = m_shards.files();
    files.push_back("config.json");
    for (const std::string& name : carriedFiles(m_input.model.folder)) {
      copyFile(m_input.model.folder / name, m_folder.path() / name);
      files.push_back(name);
    }
    if (writeFoldVectors(m_deploy.sites, m_folder.path())) files.emplace_back(DeployConfig::kFoldVectorsFile);

    m_deploy.tensors = m_shards.tensors();
    for (const std::string& name : files) {
      m_deploy.files.push_back(describeFile(m_folder.path(), name, m_context));
      m_report.bytes += m_deploy.files.back().bytes;
    }
    writeJsonFile(m_folder.path() / DeployConfig::kFileName, toJson(m_deploy));
  }

  const model::ModelGraph& m_graph;
  const ExportInput& m_input;
  compute::Backend& m_backend;
  const JobContext& m_context;
  CtLayout m_layout;
  AtomicFolder m_folder;
  ShardWriter m_shards;
  DeployConfig m_deploy;
  ExportReport m_report;
};

}  // namespace

ExportReport writeCt(const ExportInput& input, const ExportOptions& options, CtContainer container,
                     const std::string& formatId, Diagnostics accepted, compute::Backend& backend,
                     const JobContext& context) {
  CtWriter writer(input, options, container, backend, context);
  ExportReport report = writer.run(formatId, container, std::move(accepted));
  report.output = options.output;
  return report;
}

}  // namespace oscope::quant
