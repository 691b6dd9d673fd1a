#include "analysis/compute/cpu_backend.h"

#include <cblas.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "analysis/base/error.h"
#include "analysis/compute/backend_registry.h"
#include "analysis/compute/cpu/checks.h"
#include "analysis/compute/cpu/cpu_buffer.h"
#include "analysis/compute/cpu/gram_tiles.h"
#include "analysis/compute/cpu/kernels.h"

namespace oscope::compute {

using cpu::asFloat;
using cpu::require;
using cpu::requireShape;
using cpu::vectorOf;

namespace {

std::size_t bytesOf(const Tensor& tensor) {
  return static_cast<std::size_t>(tensor.rows * tensor.cols) * static_cast<std::size_t>(bitSize(tensor.dtype)) / 8;
}

std::string processorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "CPU";
}

// What processes can still get: free pages and what the page cache would give up.
std::uint64_t availableBytes() {
  std::ifstream file("/proc/meminfo");
  for (std::string key, rest; file >> key && std::getline(file, rest);) {
    if (key == "MemAvailable:") return std::stoull(rest) * 1024;
  }
  return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) * static_cast<std::uint64_t>(sysconf(_SC_AVPHYS_PAGES));
}

void requireHeads(const char* op, const HeadView& view, std::int64_t rows) {
  require(view.tensor.dtype == DType::F32 && view.tensor.rows == rows && view.heads > 0 &&
              view.offset + (view.heads - 1) * view.headStride + view.headDim <= view.tensor.cols,
          op, "heads don't fit into their tensor");
}

}  // namespace

CpuBackend::CpuBackend(int threads) : m_parallel(threads) {
  openblas_set_num_threads(1);
}

std::uint64_t CpuBackend::gramBytes(std::int64_t channels) {
  return cpu::GramTiles::bytes(channels);
}

std::uint64_t CpuBackend::panelBytes(std::int64_t in) {
  return sizeof(float) * static_cast<std::uint64_t>(cpu::kWidestPanel * in);
}

DeviceInfo CpuBackend::info() const {
  DeviceInfo info;
  info.id = "cpu";
  info.name = processorName();
  info.memoryBytes =
      static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) * static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  info.freeBytes = availableBytes();
  info.detail = fmt::format("{} kernels, {} ({})", cpu::kernels().name, openblas_get_config(), openblas_get_corename());
  info.threads = m_parallel.threads();
  return info;
}

std::string CpuBackend::whyUnsupported(std::string_view, DType dtype) const {
  if (isFloatWeight(dtype) || dtype == DType::F64 || dtype == DType::I8) return {};
  return fmt::format("the CPU backend reads weights as F32, F16, BF16 or F64, not {}", toString(dtype));
}

Tensor CpuBackend::allocate(DType dtype, std::int64_t rows, std::int64_t cols) {
  Tensor tensor{nullptr, dtype, rows, cols};
  tensor.buffer = std::make_shared<cpu::CpuBuffer>(bytesOf(tensor));
  return tensor;
}

std::shared_ptr<Buffer> CpuBackend::allocateHost(std::size_t bytes) {
  return std::make_shared<cpu::CpuBuffer>(bytes);
}

void CpuBackend::upload(const void* host, Tensor& device) {
  std::memcpy(device.buffer->data(), host, bytesOf(device));
}

void CpuBackend::download(const Tensor& device, void* host) {
  std::memcpy(host, device.buffer->data(), bytesOf(device));
}

WeightPtr CpuBackend::prepareWeight(const HostTensor& weight) {
  return std::make_shared<cpu::CpuWeight>(weight);
}

void CpuBackend::embed(const Weight& table, std::span<const std::int32_t> ids, float scale, Tensor& out) {
  requireShape("embed", out, DType::F32, static_cast<std::int64_t>(ids.size()), table.cols());
  const cpu::CpuWeight& own = asFloat(table);
  for (std::int32_t id : ids) {
    if (id >= 0 && id < table.rows()) continue;
    throw Error(ErrorCode::InvalidArgument, own.name(),
                fmt::format("token id {} is outside the vocabulary of {}", id, table.rows()),
                "use token ids that this model's tokenizer made");
  }
  float* data = out.as<float>();
  m_parallel.forRows(out.rows, out.cols, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      float* target = data + row * out.cols;
      const float* source = own.floatRows(ids[static_cast<std::size_t>(row)], 1, target);
      for (std::int64_t c = 0; c < out.cols; ++c) target[c] = source[c] * scale;
    }
  });
}

void CpuBackend::addPositions(const Weight& table, const SequenceLayout& layout, std::int64_t offset, Tensor& out) {
  requireShape("addPositions", out, DType::F32, layout.rows(), table.cols());
  if (layout.longest() + offset > table.rows()) {
    throw Error(ErrorCode::InvalidArgument, asFloat(table).name(),
                fmt::format("a sequence of {} tokens needs more than the {} learned positions", layout.longest(),
                            table.rows() - offset),
                "use shorter sequences");
  }
  std::vector<float> position(static_cast<std::size_t>(out.cols));
  for (std::int64_t s = 0; s < layout.sequences(); ++s) {
    for (std::int64_t p = 0; p < layout.length(s); ++p) {
      const float* source = asFloat(table).floatRows(p + offset, 1, position.data());
      cpu::kernels().addInto(out.as<float>() + (layout.starts[static_cast<std::size_t>(s)] + p) * out.cols, source,
                             out.cols);
    }
  }
}

void CpuBackend::rmsNorm(const Tensor& x, const Weight& w, float eps, float weightOffset, Tensor& y) {
  requireShape("rmsNorm", y, DType::F32, x.rows, x.cols);
  const std::int64_t width = w.rows() * w.cols();
  require(width > 0 && x.cols % width == 0, "rmsNorm", "the weight's width doesn't divide the row");
  const std::vector<float> weights = vectorOf(w, width);
  const float* from = x.as<float>();
  float* to = y.as<float>();
  m_parallel.forRows(x.rows, x.cols, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t at = first * x.cols; at < last * x.cols; at += width) {
      cpu::kernels().rmsNormRow(from + at, width, eps, weights.data(), weightOffset, to + at);
    }
  });
}

void CpuBackend::layerNorm(const Tensor& x, const Weight* w, const Weight* b, float eps, Tensor& y) {
  requireShape("layerNorm", y, DType::F32, x.rows, x.cols);
  const std::vector<float> weights = w != nullptr ? vectorOf(*w, x.cols) : std::vector<float>();
  const std::vector<float> biases = b != nullptr ? vectorOf(*b, x.cols) : std::vector<float>();
  const float* from = x.as<float>();
  float* to = y.as<float>();
  m_parallel.forRows(x.rows, x.cols, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      cpu::kernels().layerNormRow(from + row * x.cols, x.cols, eps, w != nullptr ? weights.data() : nullptr,
                                  b != nullptr ? biases.data() : nullptr, to + row * x.cols);
    }
  });
}

void CpuBackend::linear(const Tensor& x, const SequenceLayout& layout, const Weight& w, const Weight* bias, Tensor& y) {
  requireShape("linear", x, DType::F32, layout.rows(), w.cols());
  requireShape("linear", y, DType::F32, layout.rows(), w.rows());
  const std::vector<float> offsets = bias != nullptr ? vectorOf(*bias, w.rows()) : std::vector<float>();
  cpu::linear(m_parallel, x.as<float>(), layout, asFloat(w), bias != nullptr ? offsets.data() : nullptr, y.as<float>());
}

void CpuBackend::rope(HeadView x, const SequenceLayout& layout, const RopeParams& params) {
  requireHeads("rope", x, layout.rows());
  require(static_cast<std::int64_t>(params.inverseFrequencies.size()) * 2 <= x.headDim, "rope",
          "more frequencies than half a head");
  m_ropeTable.prepare(params, layout.longest());
  cpu::rope(m_parallel, m_ropeTable, x, layout);
}

void CpuBackend::attention(const HeadView& q, const HeadView& k, const HeadView& v, const SequenceLayout& layout,
                           const AttentionParams& params, Tensor& out) {
  for (const HeadView* view : {&q, &k, &v}) requireHeads("attention", *view, layout.rows());
  require(q.heads % k.heads == 0 && k.heads == v.heads && q.headDim == k.headDim, "attention",
          "query heads are no multiple of key heads");
  require(params.alibiSlopes.empty() || static_cast<std::int64_t>(params.alibiSlopes.size()) == q.heads, "attention",
          "ALiBi needs one slope per head");
  requireShape("attention", out, DType::F32, layout.rows(), q.heads * v.headDim);
  cpu::attention(m_parallel, q, k, v, layout, params, out.as<float>());
}

void CpuBackend::activate(Activation act, Tensor& x) {
  float* data = x.as<float>();
  m_parallel.forRows(x.rows, x.cols, [&](std::int64_t first, std::int64_t last) {
    cpu::activateRange(act, data + first * x.cols, (last - first) * x.cols, data + first * x.cols);
  });
}

void CpuBackend::gate(Activation act, const Tensor& gate, Tensor& up) {
  requireShape("gate", gate, DType::F32, up.rows, up.cols);
  constexpr std::int64_t kChunk = 2048;
  m_parallel.forRows(up.rows, up.cols, [&](std::int64_t first, std::int64_t last) {
    float activated[kChunk];
    for (std::int64_t at = first * up.cols; at < last * up.cols; at += kChunk) {
      const std::int64_t count = std::min(kChunk, last * up.cols - at);
      cpu::activateRange(act, gate.as<float>() + at, count, activated);
      cpu::kernels().multiplyInto(up.as<float>() + at, activated, count);
    }
  });
}

void CpuBackend::add(Tensor& x, const Tensor& y) {
  requireShape("add", y, DType::F32, x.rows, x.cols);
  m_parallel.forRows(x.rows, x.cols, [&](std::int64_t first, std::int64_t last) {
    cpu::kernels().addInto(x.as<float>() + first * x.cols, y.as<float>() + first * x.cols, (last - first) * x.cols);
  });
}

void CpuBackend::copy(const Tensor& from, Tensor& into) {
  requireShape("copy", into, from.dtype, from.rows, from.cols);
  std::memcpy(into.buffer->data(), from.buffer->data(), bytesOf(from));
}

void CpuBackend::copyRows(const Tensor& from, std::int64_t fromRow, Tensor& into, std::int64_t intoRow,
                          std::int64_t rows) {
  cpu::requireRows("copyRows", from, fromRow, into, intoRow, rows);
  const auto rowBytes = static_cast<std::size_t>(from.cols) * static_cast<std::size_t>(bitSize(from.dtype)) / 8;
  std::memcpy(into.as<char>() + static_cast<std::size_t>(intoRow) * rowBytes,
              from.as<char>() + static_cast<std::size_t>(fromRow) * rowBytes,
              static_cast<std::size_t>(rows) * rowBytes);
}

void CpuBackend::reorderChannels(std::span<const std::int32_t> order, Tensor& x) {
  requireShape("reorderChannels", x, DType::F32, x.rows, x.cols);
  cpu::requireOrder("reorderChannels", order, x.cols);
  m_parallel.forRows(x.rows, x.cols, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> before(order.size());
    for (std::int64_t row = first; row < last; ++row) {
      float* values = x.as<float>() + row * x.cols;
      std::copy_n(values, before.size(), before.begin());
      for (std::size_t j = 0; j < before.size(); ++j) values[j] = before[static_cast<std::size_t>(order[j])];
    }
  });
}

BackendFactory cpuBackendFactory() {
  BackendFactory factory;
  factory.kind = "cpu";
  factory.probe = [](std::string&) { return std::vector<DeviceInfo>{CpuBackend(0).info()}; };
  factory.create = [](const std::string&, const BackendOptions& options) -> std::unique_ptr<Backend> {
    return std::make_unique<CpuBackend>(options.threads);
  };
  return factory;
}

}  // namespace oscope::compute
