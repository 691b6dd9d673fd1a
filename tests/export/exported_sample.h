// The bundled sample model, planned from made-up ranges so that every policy occurs, and its export.
#pragma once

#include <filesystem>
#include <string>

#include "quant/export/export_registry.h"
#include "tests/support/host_backend.h"
#include "tests/support/made_snapshot.h"
#include "tests/support/test_data.h"

namespace oscope::test {

/// attn_in and ffn_in in LAE's range, attn_out below v0, ffn_mid above v1; channels differ.
inline MadeSnapshot sampleSnapshot(const model::OpenedModel& model) {
  std::vector<stats::SiteStats> sites;
  for (const model::BlockGraph& block : model.graph.blocks) {
    for (const model::SiteDesc& desc : block.sites) {
      const float top = desc.id.kind == SiteKind::AttnOut ? 6.0f : desc.id.kind == SiteKind::FfnMid ? 400.0f : 60.0f;
      std::vector<float> absmax;
      for (std::int64_t j = 0; j < desc.channels; ++j) {
        absmax.push_back(top / static_cast<float>(1 + (j * 7 + block.index) % 31));
      }
      stats::SiteStats site = madeSite(desc.id, std::move(absmax), desc.fold ? desc.fold->name : "");
      site.readers.clear();
      for (const int index : desc.readers) {
        stats::ReaderStats reader;
        reader.module = block.linears[static_cast<std::size_t>(index)].module;
        reader.role = block.linears[static_cast<std::size_t>(index)].role;
        reader.out = block.linears[static_cast<std::size_t>(index)].out;
        site.readers.push_back(std::move(reader));
      }
      sites.push_back(std::move(site));
    }
  }
  MadeSnapshot snapshot(std::move(sites));
  snapshot.editProvenance().modelName = "sample";
  snapshot.editProvenance().modelFingerprint = model.weights->fingerprint();
  return snapshot;
}

/// One export of the sample model in a folder of its own.
class ExportedSample {
 public:
  explicit ExportedSample(quant::Recipe recipe = quant::defaultRecipe())
      : m_model(model::openModel("resources/sample/model")),
        m_snapshot(sampleSnapshot(m_model)),
        m_plan(makePlan(m_snapshot, recipe)) {
    m_options.params = ParamSet(format().params());
    m_options.output = m_scratch / "out";
  }

  static const quant::ExportFormat& format() { return quant::findExportFormat("ct-exact"); }
  quant::ExportReport write() {
    return format().write({m_model, m_snapshot, m_plan}, m_options, hostBackend(), m_context);
  }

  quant::ExportOptions& options() { return m_options; }
  JobContext& context() { return m_context; }
  quant::Plan& plan() { return m_plan; }
  const model::OpenedModel& model() const { return m_model; }
  const MadeSnapshot& snapshot() const { return m_snapshot; }
  const std::filesystem::path& folder() const { return m_options.output; }
  const std::filesystem::path& scratch() const { return m_scratch.path(); }

 private:
  ScratchFolder m_scratch;
  model::OpenedModel m_model;
  MadeSnapshot m_snapshot;
  quant::Plan m_plan;
  quant::ExportOptions m_options;
  JobContext m_context;
};

}  // namespace oscope::test
