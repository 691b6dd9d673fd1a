#include "quant/verify/model_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "analysis/base/atomic_file.h"
#include "analysis/base/process_memory.h"
#include "analysis/calibration/hidden_state_store.h"
#include "analysis/checkpoint/safetensors_writer.h"
#include "quant/transform/quantized_source.h"
#include "quant/verify/folded_source.h"
#include "quant/verify/layer_error.h"
#include "quant/verify/model_metrics.h"

namespace oscope::quant {
namespace {

using compute::SequenceLayout;
using compute::Tensor;

constexpr std::int64_t kRowsPerBatch = 2048;                     ///< tokens that pass a block together
constexpr std::uint64_t kLogitBytes = std::uint64_t{256} << 20;  ///< of one piece of logits, per model

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
        m_runner(model.graph, backend),
        m_siteWindows(std::min(options.siteSamples, data.samples)) {
    m_result.contenders.resize(contenders.size());
  }

  ModelComparison run(const std::string& stage) {
    openStores();
    const auto passes = static_cast<std::int64_t>(m_model.graph.blocks.size() * m_contenders.size()) + 1;
    ProgressMeter meter(m_context, stage, "windows", passes * m_data.samples);
    embedAll(*m_float, *m_model.weights);
    for (std::size_t c = 0; c < m_contenders.size(); ++c) embedAll(*m_hidden[c], *m_contenders[c].ends);
    for (const model::BlockGraph& block : m_model.graph.blocks) {
      for (std::size_t c = 0; c < m_contenders.size(); ++c) runContender(c, block, meter);
      runPlain(*m_float, m_runner.loadBlock(block.index, *m_model.weights), nullptr, 0, {});
      m_model.weights->release(m_model.graph.tensorsOf(block.index));
    }
    compareLogits(meter);
    return std::move(m_result);
  }

 private:
  using Store = calibration::HiddenStateStore;

  void openStores() {
    const calibration::HiddenShape shape{m_data.samples, m_data.length, m_model.graph.hidden};
    const std::uint64_t budget = m_options.memoryBytes > 0 ? m_options.memoryBytes : availableMemory() / 4 * 3;
    const bool spilled = (m_contenders.size() + 1) * shape.bytes() > budget / 2;
    if (spilled) m_spillFolder.emplace(std::filesystem::temp_directory_path() / "oscope-verify", false);
    const auto open = [&](const std::string& name) {
      std::filesystem::path folder;
      if (spilled) {
        folder = m_spillFolder->path() / name;
        std::filesystem::create_directories(folder);
      }
      return std::make_unique<Store>(shape, spilled ? calibration::HiddenPlace::File : calibration::HiddenPlace::Host,
                                     folder, m_backend);
    };
    m_float = open("float");
    for (std::size_t c = 0; c < m_contenders.size(); ++c) m_hidden.push_back(open(std::to_string(c)));
  }

  std::int64_t batchSize(std::int64_t first) const {
    const std::int64_t most = std::max<std::int64_t>(1, kRowsPerBatch / m_data.length);
    return std::min(most, m_data.samples - first);
  }
  SequenceLayout layout(std::int64_t first, std::int64_t windows) const {
    return SequenceLayout::uniform(windows, m_data.length, first);
  }
  Tensor allocateHidden(std::int64_t windows) {
    return m_backend.allocate(DType::F32, windows * m_data.length, m_model.graph.hidden);
  }

  void embedAll(Store& store, const checkpoint::TensorSource& source) {
    for (std::int64_t first = 0, n = 0; first < m_data.samples; first += n) {
      m_context.checkCancelled();
      n = batchSize(first);
      Tensor hidden = allocateHidden(n);
      const auto ids =
          std::span(m_data.ids)
              .subspan(static_cast<std::size_t>(first * m_data.length), static_cast<std::size_t>(n * m_data.length));
      m_runner.embed(source, ids, layout(first, n), hidden);
      store.store(first, hidden);
    }
    store.finishPass();
  }

  /// All windows from `first` on through one block; `advance` is told how many have passed.
  void runPlain(Store& store, const forward::LoadedBlock& block, forward::SiteHook* hook, std::int64_t first,
                const std::function<void(std::int64_t)>& advance) {
    for (std::int64_t n = 0; first < m_data.samples; first += n) {
      n = batchSize(first);
      Tensor hidden = allocateHidden(n);
      store.load(first, hidden);
      m_runner.runBlock(block, hidden, layout(first, n), hook, &m_context);
      store.store(first, hidden);
      if (advance) advance(n);
    }
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
    const QuantizedBlock block = contender.block(desc.index);
    measure.blockSeconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const forward::LoadedBlock loaded =
        m_runner.loadBlock(desc.index, QuantizedSource(*contender.ends, m_model.graph, block));
    const std::int64_t siteWindows = contender.measuresSites ? m_siteWindows : 0;
    if (siteWindows > 0) {
      const forward::LoadedBlock folded =
          m_runner.loadBlock(desc.index, FoldedSource(*m_model.weights, desc, block.sites));
      LayerErrors errors(m_backend, desc, block, loaded, m_options.dynamicDivisor, m_options.integerTrue);
      for (std::int64_t window = 0; window < siteWindows; ++window) {
        Tensor hidden = allocateHidden(1);
        m_float->load(window, hidden);
        m_runner.runBlock(folded, hidden, layout(window, 1), &errors.floatHook(), &m_context);
        store.load(window, hidden);
        m_runner.runBlock(loaded, hidden, layout(window, 1), &errors.quantizedHook(), &m_context);
        store.store(window, hidden);
        advance(1);
      }
      for (SiteMeasure& site : errors.measures()) measure.sites.push_back(std::move(site));
    }
    FakeQuantHook hook(m_backend, block, m_options.dynamicDivisor);
    runPlain(store, loaded, &hook, siteWindows, advance);
  }

  /// Rows [first, first + rows) of one window, as a tensor of its own.
  Tensor rowsOf(const std::vector<float>& window, std::int64_t first, std::int64_t rows) {
    Tensor part = m_backend.allocate(DType::F32, rows, m_model.graph.hidden);
    m_backend.upload(window.data() + first * m_model.graph.hidden, part);
    return part;
  }
  std::vector<float> windowOf(Store& store, std::int64_t window) {
    Tensor hidden = allocateHidden(1);
    store.load(window, hidden);
    std::vector<float> values(static_cast<std::size_t>(hidden.rows * hidden.cols));
    m_backend.download(hidden, values.data());
    return values;
  }

  void compareLogits(ProgressMeter& meter) {
    std::vector<ModelMetrics> metrics;
    for (const Contender& contender : m_contenders) metrics.emplace_back(contender.name);
    const std::uint64_t rowBytes = static_cast<std::uint64_t>(m_model.graph.vocabulary) * sizeof(float);
    const auto piece = std::max<std::int64_t>(1, static_cast<std::int64_t>(kLogitBytes / rowBytes));
    std::vector<float> firstLogits;
    for (std::int64_t window = 0; window < m_data.samples; ++window) {
      const std::vector<float> reference = windowOf(*m_float, window);
      std::vector<std::vector<float>> tested;
      for (const auto& store : m_hidden) tested.push_back(windowOf(*store, window));
      for (std::int64_t first = 0; first < m_data.length; first += piece) {
        const std::int64_t rows = std::min(piece, m_data.length - first);
        const SequenceLayout part = SequenceLayout::uniform(1, rows);
        const std::vector<std::int32_t> targets = targetsOf(window, first, rows);
        const Tensor a = m_runner.logits(*m_model.weights, rowsOf(reference, first, rows), part);
        for (std::size_t c = 0; c < metrics.size(); ++c) {
          const Tensor b = m_runner.logits(*m_contenders[c].ends, rowsOf(tested[c], first, rows), part);
          metrics[c].addTokens(m_backend.compareLogits(a, b, targets));
          if (c == 0 && window == 0 && !m_options.logitsFile.empty()) append(firstLogits, b);
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
  forward::ForwardRunner m_runner;
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
