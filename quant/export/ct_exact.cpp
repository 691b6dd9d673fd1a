#include "quant/export/ct_exact.h"

#include "analysis/base/error.h"
#include "quant/export/ct_check.h"
#include "quant/export/ct_layout.h"
#include "quant/export/ct_writer.h"
#include "quant/export/export_room.h"

namespace oscope::quant {
namespace {

constexpr const char* kContainerKey = "container";

CtContainer containerOf(const ParamSet& params) {
  return params.text(kContainerKey) == "int8" ? CtContainer::Int8 : CtContainer::Packed;
}

class CtExact final : public ExportFormat {
 public:
  std::string id() const override { return "ct-exact"; }
  std::string title() const override { return "compressed-tensors, exactly as chosen"; }

  ParamSchema params() const override {
    return {{kContainerKey,
             "Container of int4 codes",
             "packed: eight codes to an int32 word, half the size; int8: one byte per code, as vLLM on Arm and XPU "
             "reads it. int8 weights with quantized activations and asymmetric weights always take a byte per code.",
             "",
             std::string("packed"),
             {},
             {},
             {"packed", "int8"}}};
  }

  Diagnostics check(const model::ModelGraph& graph, const Plan& plan, const ParamSet&) const override {
    return checkCt(graph, plan);
  }

  std::vector<RuntimeTruth> runtimes(const model::ModelGraph& graph, const Plan& plan,
                                     const ParamSet& params) const override {
    return ctRuntimes(graph, plan, containerOf(params));
  }

  std::uint64_t predictedBytes(const ExportInput& input, const ParamSet& params) const override {
    return CtLayout(input, containerOf(params)).predictedBytes();
  }

  ExportReport write(const ExportInput& input, const ExportOptions& options, compute::Backend& backend,
                     const JobContext& context) const override {
    requireSameModel(input.plan.modelFingerprint, input.model.weights->fingerprint(), "export");
    if (input.plan.snapshotHash != input.snapshot.contentHash()) {
      throw Error(ErrorCode::Mismatch, "export", "the plan was made on another snapshot than the one given",
                  "plan again on this snapshot");
    }
    Diagnostics findings = check(input.model.graph, input.plan, options.params);
    for (const Diagnostic& finding : findings) {
      context.report(finding);
      if (finding.severity == Severity::Error) {
        throw Error(ErrorCode::Unsupported, finding.where, finding.text, finding.remedy);
      }
    }
    if (options.replace) requireReplaceable(options.output, input.model.folder);
    requireRoom(options.output, predictedBytes(input, options.params));
    return writeCt(input, options, containerOf(options.params), id(), std::move(findings), backend, context);
  }
};

}  // namespace

std::unique_ptr<ExportFormat> makeCtExact() {
  return std::make_unique<CtExact>();
}

}  // namespace oscope::quant
