#include "quant/verify/model_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "analysis/base/atomic_file.h"
#include "analysis/base/process_memory.h"
#include "analysis/calibration/hidden_state_store.h"
#include "analysis/calibration/micro_batches.h"
#include "analysis/calibration/run_plan.h"
#include "analysis/checkpoint/safetensors_writer.h"
#include "quant/transform/quantized_source.h"
#include "quant/verify/comparison_memory.h"
#include "quant/verify/folded_source.h"
#include "quant/verify/layer_error.h"
#include "quant/verify/model_metrics.h"

namespace oscope::quant {
namespace {

using compute::SequenceLayout;
using compute::Tensor;

/// What is compared are models, not the rounding of a device's fast products.
class FullPrecision {
 public:
  explicit FullPrecision(compute::Backend& backend) : m_backend(backend), m_before(backend.precision()) {
    backend.setPrecision(compute::MatmulPrecision::Full);
  }
  ~FullPrecision() { m_backend.setPrecision(m_before); }
  FullPrecision(const FullPrecision&) = delete;
  FullPrecision& operator=(const FullPrecision&) = delete;

 private:
  compute::Backend& m_backend;
  compute::MatmulPrecision m_before;
};

class Comparison {
 public:
  Comparison(const model::OpenedModel& model, const std::vector<Contender>& contenders,
             const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
             const JobContext& context)
      : m_model(model),
        m_contenders(contenders),
        m_data(data),
        m_options(options),
        m_backend(backend),
        m_context(context),
        m_memory(planComparison(model, contenders, data, options, backend.info())),
        m_batches(
            model.graph, backend, data, m_memory.windows, context,
            [this](const Error& error, std::int64_t windows) {
              note(error, fmt::format("going on with {} windows at a time", windows));
            },
            [] {}),
        m_siteWindows(std::min(options.siteSamples, data.samples)) {
    m_result.contenders.resize(contenders.size());
  }

  ModelComparison run(const std::string& stage) {
    openStores();
    const auto passes = static_cast<std::int64_t>(m_model.graph.blocks.size() * m_contenders.size()) + 1;
    ProgressMeter meter(m_context, stage, "windows", passes * m_data.samples);
    embedAll(*m_float, *m_model.weights);
    for (std::size_t c = 0; c < m_contenders.size(); ++c) embedAll(*m_hidden[c], *m_contenders[c].ends);
    m_model.weights->release(calibration::embeddingTensors(m_model.graph));
    for (const model::BlockGraph& block : m_model.graph.blocks) {
      for (std::size_t c = 0; c < m_contenders.size(); ++c) {
        runContender(c, block, meter);
        returnFreedMemory();
      }
      const auto plain = m_batches.withRoom([&] { return runner().loadBlock(block.index, *m_model.weights); });
      runPlain(*m_float, plain, nullptr, 0, {});
      m_model.weights->release(m_model.graph.tensorsOf(block.index));
    }
    compareLogits(meter);
    return std::move(m_result);
  }

 private:
  using Store = calibration::HiddenStateStore;

  void openStores() {
    const calibration::HiddenShape shape{m_data.samples, m_data.length, m_model.graph.hidden};
    // A device that has no room after all makes a store a file, too.
    const bool mayBeFile = m_memory.place != calibration::HiddenPlace::Host;
    if (mayBeFile) m_spillFolder.emplace(std::filesystem::temp_directory_path() / "oscope-verify", false);
    const auto open = [&](const std::string& name) {
      std::filesystem::path folder;
      if (mayBeFile) {
        folder = m_spillFolder->path() / name;
        std::filesystem::create_directories(folder);
      }
      return std::make_unique<Store>(shape, m_memory.place, folder, m_backend);
    };
    m_float = open("float");
    for (std::size_t c = 0; c < m_contenders.size(); ++c) m_hidden.push_back(open(std::to_string(c)));
  }

  forward::ForwardRunner& runner() { return m_batches.runner(); }

  void note(const Error& error, const std::string& consequence) {
    Diagnostic found{Severity::Warning, "verify.memory", error.where(),
                     fmt::format("{}; {}", error.text(), consequence), ""};
    m_context.report(found);
    m_result.diagnostics.push_back(std::move(found));
  }

  void embedAll(Store& store, const checkpoint::TensorSource& source) {
    m_batches.forEach(0, [&](std::int64_t first, Tensor& hidden, const SequenceLayout& layout) {
      const auto ids =
          std::span(m_data.ids)
              .subspan(static_cast<std::size_t>(first * m_data.length), static_cast<std::size_t>(hidden.rows));
      runner().embed(source, ids, layout, hidden);
      store.store(first, hidden);
    });
    store.finishPass();
  }

  /// All windows from `first` on through one block; `advance` is told how many have passed.
  void runPlain(Store& store, const forward::LoadedBlock& block, forward::SiteHook* hook, std::int64_t first,
                const std::function<void(std::int64_t)>& advance) {
    m_batches.forEach(first, [&](std::int64_t at, Tensor& hidden, const SequenceLayout& layout) {
      store.load(at, hidden);
      runner().runBlock(block, hidden, layout, hook, &m_context);
      store.store(at, hidden);
      if (advance) advance(layout.sequences());
    });
    store.finishPass();
  }

  void runContender(std::size_t index, const model::BlockGraph& desc, ProgressMeter& meter) {
    const Contender& contender = m_contenders[index];
    ContenderMeasure& measure = m_result.contenders[index];
    Store& store = *m_hidden[index];
    const std::string note =
        fmt::format("block {} of {}, {}", desc.index + 1, m_model.graph.blocks.size(), contender.name);
    const auto advance = [&](std::int64_t windows) { meter.advance(windows, 0, note); };
    advance(0);  // says what is being quantized

    const auto start = std::chrono::steady_clock::now();
    const QuantizedBlock block = m_batches.withRoom([&] { return contender.block(desc.index); });
    measure.blockSeconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const QuantizedSource weights(*contender.ends, m_model.graph, block, true);
    const std::int64_t siteWindows = contender.measuresSites ? m_siteWindows : 0;
    std::vector<compute::WeightPtr> codes;
    const auto loaded = m_batches.withRoom([&] {
      return runner().loadBlock(desc.index, weights,
                                dequantized(desc, block, siteWindows > 0 && m_options.integerTrue, codes));
    });
    if (siteWindows > 0) measureSites(store, desc, block, loaded, codes, siteWindows, measure, advance);
    codes.clear();
    FakeQuantHook hook(m_backend, block, m_options.dynamicDivisor);
    runPlain(store, loaded, &hook, siteWindows, advance);
  }

  /// Codes and scales go to the device and become weights there; `codes` keeps those that integer arithmetic is going
  /// to be compared with.
  std::vector<compute::WeightPtr> dequantized(const model::BlockGraph& desc, const QuantizedBlock& block, bool keep,
                                              std::vector<compute::WeightPtr>& codes) {
    const std::vector<bool> onDevice = dequantizesOnDevice(desc, block);
    codes.assign(block.linears.size(), nullptr);
    std::vector<compute::WeightPtr> weights(block.linears.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (!onDevice[i]) continue;
      compute::WeightPtr prepared = m_backend.prepareQuantized(block.linears[i].weight);
      weights[i] = m_backend.dequantize(*prepared);
      if (keep) codes[i] = std::move(prepared);
    }
    return weights;
  }

  /// The first windows one by one: what waits for the quantized run is as large as all activations of a block.
  void measureSites(Store& store, const model::BlockGraph& desc, const QuantizedBlock& block,
                    const forward::LoadedBlock& loaded, const std::vector<compute::WeightPtr>& codes,
                    std::int64_t windows, ContenderMeasure& measure, const std::function<void(std::int64_t)>& advance) {
    const FoldedSource weights(*m_model.weights, desc, block.sites);
    const auto folded = m_batches.withRoom([&] { return runner().loadBlock(desc.index, weights); });
    const auto errors = m_batches.withRoom(
        [&] { return std::make_unique<LayerErrors>(m_backend, desc, block, loaded, codes, m_options.dynamicDivisor); });
    for (std::int64_t window = 0; window < windows; ++window) {
      const SequenceLayout layout = SequenceLayout::uniform(1, m_data.length, m_data.firstSample + window);
      m_batches.withRoom([&] {
        errors->startBatch();
        Tensor& hidden = m_batches.hiddenOf(1);
        m_float->load(window, hidden);
        runner().runBlock(folded, hidden, layout, &errors->floatHook(), &m_context);
        store.load(window, hidden);
        runner().runBlock(loaded, hidden, layout, &errors->quantizedHook(), &m_context);
        store.store(window, hidden);
        errors->finishBatch();
      });
      advance(1);
    }
    for (SiteMeasure& site : errors->measures()) measure.sites.push_back(std::move(site));
  }

  /// Rows [first, first + rows) of one window, as a tensor of its own.
  Tensor rowsOf(const Tensor& window, std::int64_t first, std::int64_t rows) {
    Tensor part = m_backend.allocate(DType::F32, rows, m_model.graph.hidden);
    m_backend.copyRows(window, first, part, 0, rows);
    return part;
  }
  /// The last states of one window: float's, then those of every contender.
  void loadWindow(std::int64_t window, std::vector<Tensor>& states) {
    states.resize(m_hidden.size() + 1);
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i].empty()) states[i] = m_backend.allocate(DType::F32, m_data.length, m_model.graph.hidden);
      (i == 0 ? m_float : m_hidden[i - 1])->load(window, states[i]);
    }
  }

  void compareLogits(ProgressMeter& meter) {
    std::vector<ModelMetrics> metrics;
    for (const Contender& contender : m_contenders) metrics.emplace_back(contender.name);
    const std::uint64_t rowBytes = static_cast<std::uint64_t>(m_model.graph.vocabulary) * sizeof(float);
    auto piece = std::max<std::int64_t>(1, static_cast<std::int64_t>(kLogitBytes / rowBytes));
    std::vector<float> firstLogits;
    std::vector<Tensor> states;
    for (std::int64_t window = 0; window < m_data.samples; ++window) {
      m_batches.withRoom([&] { loadWindow(window, states); });
      const bool kept = window == 0 && !m_options.logitsFile.empty();
      for (std::int64_t first = 0; first < m_data.length;) {
        const std::int64_t rows = std::min(piece, m_data.length - first);
        try {
          const auto compared = m_batches.withRoom(
              [&] { return comparePiece(states, window, first, rows, kept ? &firstLogits : nullptr); });
          for (std::size_t c = 0; c < metrics.size(); ++c) metrics[c].addTokens(compared[c]);
          first += rows;
        } catch (const Error& error) {
          if (error.code() != ErrorCode::OutOfMemory || rows == 1) throw;
          piece = rows / 2;
          note(error, fmt::format("going on with the logits of {} tokens at a time", piece));
        }
      }
      for (ModelMetrics& one : metrics) one.endWindow();
      meter.advance(1);
    }
    m_result.floatNllPerWindow = metrics.front().floatNllPerWindow();
    m_result.floatPerplexity = perplexityOf(m_result.floatNllPerWindow);
    for (std::size_t c = 0; c < metrics.size(); ++c) m_result.contenders[c].model = metrics[c].result();
    if (!firstLogits.empty()) writeLogits(firstLogits);
  }

  /// Logits of every contender against float's, rows [first, first + rows) of one window; those of the first contender
  /// are appended to `logits`, if anything is.
  std::vector<compute::LogitComparison> comparePiece(const std::vector<Tensor>& states, std::int64_t window,
                                                     std::int64_t first, std::int64_t rows,
                                                     std::vector<float>* logits) {
    const SequenceLayout part = SequenceLayout::uniform(1, rows);
    const std::vector<std::int32_t> targets = targetsOf(window, first, rows);
    std::vector<compute::LogitComparison> compared;
    std::vector<float> ofFirst;
    const Tensor a = runner().logits(*m_model.weights, rowsOf(states[0], first, rows), part);
    for (std::size_t c = 0; c < m_contenders.size(); ++c) {
      const Tensor b = runner().logits(*m_contenders[c].ends, rowsOf(states[c + 1], first, rows), part);
      compared.push_back(m_backend.compareLogits(a, b, targets));
      if (c == 0 && logits != nullptr) append(ofFirst, b);
    }
    if (logits != nullptr) logits->insert(logits->end(), ofFirst.begin(), ofFirst.end());
    return compared;
  }

  /// The id behind each row; -1 behind the window's last.
  std::vector<std::int32_t> targetsOf(std::int64_t window, std::int64_t first, std::int64_t rows) const {
    const std::span<const std::int32_t> ids = m_data.sample(window);
    std::vector<std::int32_t> targets;
    for (std::int64_t row = first; row < first + rows; ++row) {
      targets.push_back(row + 1 < m_data.length ? ids[static_cast<std::size_t>(row + 1)] : -1);
    }
    return targets;
  }

  void append(std::vector<float>& values, const Tensor& logits) {
    std::vector<float> part(static_cast<std::size_t>(logits.rows * logits.cols));
    m_backend.download(logits, part.data());
    values.insert(values.end(), part.begin(), part.end());
  }

  void writeLogits(const std::vector<float>& logits) const {
    checkpoint::SafetensorsWriter writer(
        m_options.logitsFile,
        {{"input_ids", DType::I64, {m_data.length}}, {"logits", DType::F32, {m_data.length, m_model.graph.vocabulary}}},
        {});
    const auto window = m_data.sample(0);
    const std::vector<std::int64_t> ids(window.begin(), window.end());
    writer.write("input_ids", std::as_bytes(std::span(ids)));
    writer.write("logits", std::as_bytes(std::span(logits)));
    writer.commit();
  }

  const model::OpenedModel& m_model;
  const std::vector<Contender>& m_contenders;
  const calibration::Dataset& m_data;
  const VerifyOptions& m_options;
  compute::Backend& m_backend;
  const JobContext& m_context;
  ModelComparison m_result;
  ComparisonMemory m_memory;
  calibration::MicroBatches m_batches;
  std::int64_t m_siteWindows;
  std::optional<AtomicFolder> m_spillFolder;  ///< never committed: removed at the end
  std::unique_ptr<Store> m_float;
  std::vector<std::unique_ptr<Store>> m_hidden;  ///< per contender
};

}  // namespace

ModelComparison compareModels(const model::OpenedModel& model, const std::vector<Contender>& contenders,
                              const calibration::Dataset& data, const VerifyOptions& options, compute::Backend& backend,
                              const JobContext& context, const std::string& stage) {
  const FullPrecision precision(backend);
  return Comparison(model, contenders, data, options, backend, context).run(stage);
}

}  // namespace oscope::quant
