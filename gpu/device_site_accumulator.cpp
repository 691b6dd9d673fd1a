#include "gpu/device_site_accumulator.h"

#include <algorithm>
#include <limits>

#include "analysis/base/error.h"
#include "analysis/compute/extremes.h"
#include "gpu/device_copy.h"

namespace oscope::gpu {
namespace {

constexpr char kWhere[] = "statistics";
/// Values of one pass over chosen rows: 4 MB.
constexpr std::int64_t kMostCandidates = std::int64_t{1} << 18;

}  // namespace

DeviceSiteAccumulator::DeviceSiteAccumulator(std::shared_ptr<CudaDevice> device, std::int64_t channels,
                                             const compute::ReductionSpec& spec)
    : m_device(std::move(device)), m_channels(channels), m_spec(spec) {
  if (channels > static_cast<std::int64_t>(kMostChannels)) {
    throw Error(ErrorCode::InvalidArgument, kWhere, "a site has more channels than the CUDA backend can count");
  }
  const auto count = static_cast<std::size_t>(channels);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  m_nonFinite = filled(std::vector<std::uint64_t>{0, ~std::uint64_t{0}});
  if (spec.range) {
    m_absmax = zeros(count * sizeof(std::uint64_t));
    m_low = filled(std::vector<std::int32_t>(count, orderedOf(kInfinity)));
    m_high = filled(std::vector<std::int32_t>(count, orderedOf(-kInfinity)));
  }
  if (spec.moments) m_sums = zeros(3 * count * sizeof(Fixed128));
  if (spec.histogram) m_histogram = zeros(count * kHistogramBins * sizeof(unsigned));
  if (spec.gram) m_gram = zeros(count * count * sizeof(double));
  if (spec.extremes > 0 && channels > 0) {
    const std::int64_t perRow = std::min<std::int64_t>(spec.extremes, channels);
    m_rowsPerPass = std::clamp<std::int64_t>(kMostCandidates / perRow, 1, spec.extremes);
    m_state = zeros(sizeof(ExtremesState));
    m_lists = zeros(2 * static_cast<std::size_t>(spec.extremes) * sizeof(Candidate));
    m_candidates = zeros(static_cast<std::size_t>(m_rowsPerPass * perRow) * sizeof(Candidate));
  }
  if (!spec.sampleRows.empty()) {
    m_sampleTokens = filled(spec.sampleRows);
    m_halves = zeros(spec.sampleRows.size() * count * sizeof(std::uint16_t));
    m_exponents = zeros(spec.sampleRows.size() * sizeof(int));
  }
}

template <typename T>
std::unique_ptr<DeviceBuffer> DeviceSiteAccumulator::filled(const std::vector<T>& values) const {
  auto buffer = std::make_unique<DeviceBuffer>(m_device, values.size() * sizeof(T));
  copyToDevice(buffer->data(), values.data(), values.size() * sizeof(T), m_device->compute(), kWhere);
  return buffer;
}

std::unique_ptr<DeviceBuffer> DeviceSiteAccumulator::zeros(std::size_t bytes) const {
  auto buffer = std::make_unique<DeviceBuffer>(m_device, bytes);
  fillWithZeros(buffer->data(), bytes, m_device->compute(), kWhere);
  return buffer;
}

template <typename T>
std::vector<T> DeviceSiteAccumulator::fetched(const DeviceBuffer& buffer, std::size_t count) const {
  std::vector<T> values(count);
  copyToHost(values.data(), buffer.data(), count * sizeof(T), m_device->compute(), kWhere);
  m_device->compute().synchronize(kWhere);
  return values;
}

DeviceSiteAccumulator::SampledRows DeviceSiteAccumulator::sampledRows(std::int64_t firstToken,
                                                                      std::int64_t rows) const {
  const auto& wanted = m_spec.sampleRows;
  const auto first = std::lower_bound(wanted.begin(), wanted.end(), firstToken);
  const auto last = std::lower_bound(first, wanted.end(), firstToken + rows);
  return {static_cast<std::size_t>(first - wanted.begin()), static_cast<std::size_t>(last - first)};
}

ExtremesArgs DeviceSiteAccumulator::extremesArgs(const float* x, std::int64_t rows, std::int64_t firstToken,
                                                 const unsigned* rowMax) {
  ExtremesArgs args;
  args.x = x;
  args.rows = rows;
  args.channels = m_channels;
  args.firstToken = firstToken;
  args.kept = m_spec.extremes;
  args.rowMax = rowMax;
  args.state = m_state->as<ExtremesState>();
  const auto listed = static_cast<std::size_t>(std::min<std::int64_t>(rows, m_spec.extremes));
  args.rowList = static_cast<unsigned*>(m_rowList.take(m_device, listed * sizeof(unsigned)));
  args.candidates = m_candidates->as<Candidate>();
  args.rowsPerPass = m_rowsPerPass;
  args.lists = m_lists->as<Candidate>();
  return args;
}

void DeviceSiteAccumulator::accumulate(const float* x, const std::int64_t* starts, std::int64_t sequences,
                                       std::int64_t rows, std::int64_t firstToken, std::uint16_t* halves) {
  if (rows == 0 || m_channels == 0) return;
  if (firstToken < 0 || firstToken + rows > static_cast<std::int64_t>(kMostTokens)) {
    throw Error(ErrorCode::InvalidArgument, kWhere, "the data set has more tokens than the CUDA backend can count");
  }
  // All memory first: what is queued below can't run out of it.
  const auto maximaBytes = static_cast<std::size_t>(rows) * sizeof(unsigned);
  std::unique_ptr<DeviceBuffer> kept;
  unsigned* rowMax = nullptr;
  if (m_spec.tokenAbsmax) {
    kept = std::make_unique<DeviceBuffer>(m_device, maximaBytes);
    rowMax = kept->as<unsigned>();
    m_tokenMaxima.reserve(m_tokenMaxima.size() + 1);
  } else if (m_spec.extremes > 0 || !m_spec.sampleRows.empty()) {
    rowMax = static_cast<unsigned*>(m_rowMax.take(m_device, maximaBytes));
  }
  ObserveArgs args{x, starts, rows, m_channels, sequences, firstToken};
  if (m_spec.range) {
    args.absmax = m_absmax->as<unsigned long long>();
    args.low = m_low->as<int>();
    args.high = m_high->as<int>();
  }
  if (m_spec.moments) {
    const auto count = static_cast<std::size_t>(3 * sequences * m_channels);
    args.partials = static_cast<double*>(m_partials.take(m_device, count * sizeof(double)));
  }
  if (m_spec.histogram) args.histogram = m_histogram->as<unsigned>();
  args.rowMax = rowMax;
  args.nonFinite = m_nonFinite->as<unsigned long long>();
  args.halves = halves;
  ExtremesArgs extremes;
  if (m_state != nullptr) extremes = extremesArgs(x, rows, firstToken, rowMax);
  const SampledRows sampled = sampledRows(firstToken, rows);

  m_sampled.reserve(m_sampled.size() + 1);
  try {
    launch(args, extremes, sampled);
  } catch (const Error& error) {
    // Loading a kernel may find no memory. The same tokens again would count twice.
    if (error.code() != ErrorCode::OutOfMemory) throw;
    throw Error(ErrorCode::Device, error.where(), error.text(), "use fewer sequences at a time: --micro-batch");
  }
  if (sampled.count > 0) m_sampled.push_back(sampled);
  if (kept != nullptr) m_tokenMaxima.push_back({firstToken, rows, std::move(kept)});
  m_tokens += rows;
}

void DeviceSiteAccumulator::launch(const ObserveArgs& args, const ExtremesArgs& extremes,
                                   const SampledRows& sampled) const {
  const StreamHandle stream = m_device->compute().handle();
  if (args.rowMax != nullptr) {
    fillWithZeros(args.rowMax, static_cast<std::size_t>(args.rows) * sizeof(unsigned), m_device->compute(), kWhere);
  }
  launchObserve(args, stream);
  if (m_spec.moments) launchAddPartials(args.partials, args.sequences, m_channels, m_sums->as<Fixed128>(), stream);
  if (m_state != nullptr) launchExtremes(extremes, stream);
  if (sampled.count > 0) {
    launchSampleRows(args.x, m_channels, args.firstToken, m_sampleTokens->as<std::int64_t>() + sampled.first,
                     static_cast<std::int64_t>(sampled.count), args.rowMax,
                     m_halves->as<std::uint16_t>() + static_cast<std::int64_t>(sampled.first) * m_channels,
                     m_exponents->as<int>() + sampled.first, stream);
  }
  if (m_spec.gram) launchGram(args.x, args.starts, args.sequences, m_channels, m_gram->as<double>(), stream);
}

compute::SiteReductions DeviceSiteAccumulator::read() {
  m_device->makeCurrent();
  compute::SiteReductions result;
  result.channels = m_channels;
  result.tokens = m_tokens;
  if (m_spec.range) readRange(result);
  if (m_spec.moments) readMoments(result);
  if (m_spec.histogram) {
    result.histogram = fetched<std::uint32_t>(*m_histogram, static_cast<std::size_t>(m_channels) * kHistogramBins);
  }
  for (const TokenMaxima& maxima : m_tokenMaxima) {
    const auto bits = fetched<std::uint32_t>(*maxima.bits, static_cast<std::size_t>(maxima.rows));
    for (std::size_t row = 0; row < bits.size(); ++row) {
      result.tokenAbsmax.emplace_back(maxima.firstToken + static_cast<std::int64_t>(row), floatOf(bits[row]));
    }
  }
  std::sort(result.tokenAbsmax.begin(), result.tokenAbsmax.end());
  if (m_state != nullptr) readExtremes(result);
  if (!m_sampled.empty()) readRows(result);
  if (m_spec.gram) readGram(result);
  const auto nonFinite = fetched<std::uint64_t>(*m_nonFinite, 2);
  if (nonFinite[0] > 0) {
    result.nonFinite = static_cast<std::int64_t>(nonFinite[0]);
    result.firstNonFiniteToken = static_cast<std::int64_t>(nonFinite[1] >> kChannelBits);
    result.firstNonFiniteChannel = static_cast<std::int32_t>(nonFinite[1] & kMostChannels);
  }
  return result;
}

void DeviceSiteAccumulator::readRange(compute::SiteReductions& result) const {
  const auto count = static_cast<std::size_t>(m_channels);
  for (const std::uint64_t key : fetched<std::uint64_t>(*m_absmax, count)) {
    result.absmax.push_back(key == 0 ? 0.0f : absmaxOfKey(key));
    result.absmaxToken.push_back(key == 0 ? -1 : tokenOfKey(key));
  }
  // Adding 0 turns -0 into +0, as on the CPU.
  for (const std::int32_t low : fetched<std::int32_t>(*m_low, count)) result.min.push_back(floatOfOrdered(low) + 0.0f);
  for (const std::int32_t high : fetched<std::int32_t>(*m_high, count)) {
    result.max.push_back(floatOfOrdered(high) + 0.0f);
  }
}

void DeviceSiteAccumulator::readMoments(compute::SiteReductions& result) const {
  const auto count = static_cast<std::size_t>(m_channels);
  const auto sums = fetched<Fixed128>(*m_sums, 3 * count);
  std::vector<compute::ExactSum>* const targets[]{&result.sum, &result.sumAbs, &result.sumSq};
  for (std::size_t i = 0; i < sums.size(); ++i) {
    targets[i / count]->push_back(compute::ExactSum::fromHalves(static_cast<std::int64_t>(sums[i].high), sums[i].low));
  }
}

void DeviceSiteAccumulator::readExtremes(compute::SiteReductions& result) const {
  const auto state = fetched<ExtremesState>(*m_state, 1).front();
  const auto lists = fetched<Candidate>(*m_lists, 2 * static_cast<std::size_t>(m_spec.extremes));
  const std::size_t first = static_cast<std::size_t>(state.current) * static_cast<std::size_t>(m_spec.extremes);
  for (std::size_t i = first; i < first + state.count; ++i) {
    result.extremes.push_back({floatOf(lists[i].bits), static_cast<std::int32_t>(lists[i].channel),
                               static_cast<std::int64_t>(lists[i].token)});
  }
  compute::keepLargest(result.extremes, m_spec.extremes);
}

void DeviceSiteAccumulator::readRows(compute::SiteReductions& result) const {
  const auto width = static_cast<std::size_t>(m_channels);
  const auto halves = fetched<std::uint16_t>(*m_halves, m_spec.sampleRows.size() * width);
  const auto exponents = fetched<std::int32_t>(*m_exponents, m_spec.sampleRows.size());
  for (const SampledRows& sampled : m_sampled) {
    for (std::size_t at = sampled.first; at < sampled.first + sampled.count; ++at) {
      result.rowTokens.push_back(m_spec.sampleRows[at]);
      result.rowExponents.push_back(exponents[at]);
      const auto row = halves.begin() + static_cast<std::ptrdiff_t>(at * width);
      result.rows.insert(result.rows.end(), row, row + static_cast<std::ptrdiff_t>(width));
    }
  }
  compute::sortRows(result);
}

// The kernel fills the tiles of the upper triangle.
void DeviceSiteAccumulator::readGram(compute::SiteReductions& result) const {
  const auto width = static_cast<std::size_t>(m_channels);
  std::vector<double> gram = fetched<double>(*m_gram, width * width);
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < i; ++j) gram[i * width + j] = gram[j * width + i];
  }
  result.gram = compute::gramOf(std::move(gram));
}

}  // namespace oscope::gpu
