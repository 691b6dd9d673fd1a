#include "gpu/weight_quantizer.h"

#include <algorithm>
#include <cstring>

#include "gpu/device_copy.h"
#include "gpu/kernels/weight_quant.h"
#include "gpu/matmul.h"

namespace oscope::gpu {
namespace {

constexpr char kOp[] = "quantizeWeight";
constexpr std::size_t kPieceBytes = std::size_t{8} << 20;

WeightRule ruleOf(const compute::WeightQuant& quant) {
  const FloatType type = quant.scaleDtype == DType::BF16  ? FloatType::BF16
                         : quant.scaleDtype == DType::F16 ? FloatType::F16
                                                          : FloatType::F32;
  return {quant.bits, quant.symmetric, quant.range == compute::AffineRange::IncludesZero, type};
}

void unpack(const std::byte* words, std::size_t bytes, std::int8_t* codes) {
  for (std::size_t at = 0; at < bytes; at += sizeof(std::uint32_t), codes += sizeof(std::uint64_t)) {
    std::uint32_t word;
    std::memcpy(&word, words + at, sizeof word);
    const std::uint64_t unpacked = bytesOfCodes(word);
    std::memcpy(codes, &unpacked, sizeof unpacked);
  }
}

}  // namespace

template <typename T>
std::unique_ptr<DeviceBuffer> WeightQuantizer::uploaded(std::span<const T> values) const {
  if (values.empty()) return nullptr;
  auto buffer = std::make_unique<DeviceBuffer>(m_device, values.size_bytes());
  copyToDevice(buffer->data(), values.data(), values.size_bytes(), m_device->compute(), kOp);
  return buffer;
}

template <typename T>
void WeightQuantizer::fetch(const DeviceBuffer& buffer, std::vector<T>& values) const {
  copyToHost(values.data(), buffer.data(), values.size() * sizeof(T), m_device->compute(), kOp);
}

void WeightQuantizer::fetchCodes(const DeviceBuffer& codes, bool packed, std::vector<std::int8_t>& into) {
  for (auto& stage : m_stages) {
    if (stage == nullptr) stage = std::make_unique<HostStage>(kPieceBytes);
  }
  const std::size_t bytes = codes.size(), pieces = (bytes + kPieceBytes - 1) / kPieceBytes;
  const auto sizeOf = [&](std::size_t piece) { return std::min(kPieceBytes, bytes - piece * kPieceBytes); };
  for (std::size_t piece = 0; piece <= pieces; ++piece) {
    if (piece < pieces) {
      HostStage& next = *m_stages[piece % 2];
      copyToHost(next.memory->data(), codes.as<std::byte>() + piece * kPieceBytes, sizeOf(piece), m_device->compute(),
                 kOp);
      next.copied.record(m_device->compute().handle());
    }
    if (piece == 0) continue;
    HostStage& here = *m_stages[(piece - 1) % 2];
    here.copied.synchronize(kOp);
    const auto* from = static_cast<const std::byte*>(here.memory->data());
    std::int8_t* to = into.data() + (piece - 1) * kPieceBytes * (packed ? 2 : 1);
    if (packed) {
      unpack(from, sizeOf(piece - 1), to);
    } else {
      std::memcpy(to, from, sizeOf(piece - 1));
    }
  }
}

compute::WeightCodes WeightQuantizer::quantize(const CudaWeight& weight, const compute::WeightFold& fold,
                                               const compute::WeightQuant& quant, std::span<const float> clipLimits) {
  compute::WeightCodes result;
  result.weight = compute::emptyQuantizedWeight(weight.rows(), weight.cols(), quant);
  if (result.weight.codes.empty()) return result;
  WeightQuantArgs args;
  args.type = floatTypeOf(weight);
  args.out = weight.rows();
  args.in = weight.cols();
  args.group = quant.group;
  args.rule = ruleOf(quant);
  const bool packed = packsCodes(args.rule, args.group);
  const auto out = static_cast<std::size_t>(args.out), slots = result.weight.scales.size();
  const auto columns = uploaded(fold.columns), rows = uploaded(fold.rows), limits = uploaded(clipLimits);
  const std::vector<std::uint64_t> none{~std::uint64_t{0}};
  const auto bad = uploaded(std::span(none));
  const DeviceBuffer codes(m_device, result.weight.codes.size() / (packed ? 2 : 1));
  const DeviceBuffer scales(m_device, slots * sizeof(float));
  const DeviceBuffer groupSums(m_device, slots * sizeof(SquarePair));
  const DeviceBuffer rowSums(m_device, 2 * out * sizeof(double));
  std::unique_ptr<DeviceBuffer> zeros;
  if (!quant.symmetric) zeros = std::make_unique<DeviceBuffer>(m_device, slots * sizeof(std::int32_t));
  args.weight = weight.data();
  args.columns = columns != nullptr ? columns->as<float>() : nullptr;
  args.rows = rows != nullptr ? rows->as<float>() : nullptr;
  args.limits = limits != nullptr ? limits->as<float>() : nullptr;
  args.scales = scales.as<float>();
  args.zeros = zeros != nullptr ? zeros->as<std::int32_t>() : nullptr;
  args.codes = codes.as<void>();
  args.groupSums = groupSums.as<SquarePair>();
  args.rowSums = rowSums.as<double>();
  args.bad = bad->as<unsigned long long>();
  launchQuantizeWeight(args, m_device->compute().handle());

  std::vector<std::uint64_t> firstBad(1);
  std::vector<double> sums(2 * out);
  fetch(*bad, firstBad);
  fetch(scales, result.weight.scales);
  if (zeros != nullptr) fetch(*zeros, result.weight.zeros);
  fetch(rowSums, sums);
  fetchCodes(codes, packed, result.weight.codes);
  if (firstBad[0] != none[0]) {
    const auto groups = static_cast<std::uint64_t>(result.weight.groups());
    compute::throwScaleNotFinite(static_cast<std::int64_t>(firstBad[0] / groups),
                                 static_cast<std::int64_t>(firstBad[0] % groups));
  }
  for (std::size_t row = 0; row < out; ++row) {
    result.sums.energy += sums[2 * row];
    result.sums.error += sums[2 * row + 1];
  }
  return result;
}

}  // namespace oscope::gpu
