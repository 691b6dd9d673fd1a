#include "analysis/calibration/hidden_state_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "analysis/base/error.h"
#include "analysis/base/json.h"
#include "analysis/base/scratch_file.h"

namespace oscope::calibration {
namespace {

constexpr const char* kManifest = "hidden.json";
constexpr const char* kWhat = "hidden states";

std::string fileName(int index) {
  return "hidden." + std::to_string(index);
}

}  // namespace

HiddenStateStore::HiddenStateStore(const HiddenShape& shape, HiddenPlace place, std::filesystem::path folder,
                                   compute::Backend& backend)
    : m_shape(shape), m_place(place), m_folder(std::move(folder)), m_backend(backend) {
  if (place == HiddenPlace::Host) m_memory = backend.allocateHost(shape.bytes());
  if (place != HiddenPlace::Device) return;
  try {
    m_onDevice = backend.allocate(DType::F32, shape.samples * shape.length, shape.hidden);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::OutOfMemory) throw;
    m_place = HiddenPlace::File;  // somebody else took the memory; a file asks for none
  }
}

HiddenStateStore::~HiddenStateStore() {
  for (const int fd : m_files) {
    if (fd >= 0) ::close(fd);
  }
}

int HiddenStateStore::openFile(int index) {
  int& fd = m_files[static_cast<std::size_t>(index)];
  if (fd >= 0) return fd;
  const std::filesystem::path path = m_folder / fileName(index);
  fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) throw systemError(errno, path.string(), "opening the hidden states");
  return fd;
}

int HiddenStateStore::target() const {
  // In place where nothing durable is at stake; otherwise into the other file.
  if (m_current >= 0 && m_current != m_durable) return m_current;
  return m_durable == 0 ? 1 : 0;
}

std::optional<int> HiddenStateStore::restore() {
  const std::filesystem::path manifest = m_folder / kManifest;
  if (!std::filesystem::exists(manifest)) return std::nullopt;
  const Json json = readJsonFile(manifest);
  const auto index = requireKey<std::int64_t>(json, "file", manifest.string());
  const auto block = requireKey<std::int64_t>(json, "block", manifest.string());
  std::error_code code;
  const std::filesystem::path path = m_folder / fileName(index == 0 ? 0 : 1);
  if (std::filesystem::file_size(path, code) != m_shape.bytes() || code) {
    throw Error(ErrorCode::FileTruncated, path.string(), "the hidden states are not complete",
                "start the calibration anew with --restart");
  }
  m_durable = index == 0 ? 0 : 1;
  if (m_place == HiddenPlace::File) m_current = m_durable;
  if (m_place == HiddenPlace::Host) readAt(openFile(m_durable), memory(), m_shape.bytes(), 0, path, kWhat);
  if (m_place == HiddenPlace::Device) readToDevice(m_durable);
  return static_cast<int>(block);
}

void HiddenStateStore::load(std::int64_t first, compute::Tensor& target) {
  if (m_place == HiddenPlace::Device) {
    m_backend.copyRows(m_onDevice, first * m_shape.length, target, 0, target.rows);
    return;
  }
  const std::uint64_t offset = static_cast<std::uint64_t>(first) * m_shape.sampleBytes();
  if (m_place == HiddenPlace::Host) {
    m_backend.upload(memory() + offset / sizeof(float), target);
    return;
  }
  m_staging.resize(static_cast<std::size_t>(target.rows * target.cols));
  readAt(openFile(m_current), m_staging.data(), m_staging.size() * sizeof(float), offset,
         m_folder / fileName(m_current), kWhat);
  m_backend.upload(m_staging.data(), target);
}

void HiddenStateStore::store(std::int64_t first, const compute::Tensor& source) {
  if (m_place == HiddenPlace::Device) {
    m_backend.copyRows(source, 0, m_onDevice, first * m_shape.length, source.rows);
    return;
  }
  const std::uint64_t offset = static_cast<std::uint64_t>(first) * m_shape.sampleBytes();
  if (m_place == HiddenPlace::Host) {
    m_backend.download(source, memory() + offset / sizeof(float));
    return;
  }
  m_staging.resize(static_cast<std::size_t>(source.rows * source.cols));
  m_backend.download(source, m_staging.data());
  const int index = target();
  writeAt(openFile(index), m_staging.data(), m_staging.size() * sizeof(float), offset, m_folder / fileName(index),
          kWhat);
}

void HiddenStateStore::readToDevice(int index) {
  compute::Tensor sample = m_backend.allocate(DType::F32, m_shape.length, m_shape.hidden);
  m_staging.resize(static_cast<std::size_t>(m_shape.sampleBytes() / sizeof(float)));
  for (std::int64_t s = 0; s < m_shape.samples; ++s) {
    readAt(openFile(index), m_staging.data(), m_shape.sampleBytes(),
           static_cast<std::uint64_t>(s) * m_shape.sampleBytes(), m_folder / fileName(index), kWhat);
    m_backend.upload(m_staging.data(), sample);
    store(s, sample);
  }
}

void HiddenStateStore::writeFromDevice(int index) {
  compute::Tensor sample = m_backend.allocate(DType::F32, m_shape.length, m_shape.hidden);
  m_staging.resize(static_cast<std::size_t>(m_shape.sampleBytes() / sizeof(float)));
  for (std::int64_t s = 0; s < m_shape.samples; ++s) {
    load(s, sample);
    m_backend.download(sample, m_staging.data());
    writeAt(openFile(index), m_staging.data(), m_shape.sampleBytes(),
            static_cast<std::uint64_t>(s) * m_shape.sampleBytes(), m_folder / fileName(index), kWhat);
  }
}

void HiddenStateStore::finishPass() {
  if (m_place == HiddenPlace::File) m_current = target();
}

void HiddenStateStore::makeDurable(int block) {
  const int index = m_place == HiddenPlace::File ? m_current : (m_durable == 0 ? 1 : 0);
  const std::filesystem::path path = m_folder / fileName(index);
  if (m_place == HiddenPlace::Host) writeAt(openFile(index), memory(), m_shape.bytes(), 0, path, kWhat);
  if (m_place == HiddenPlace::Device) writeFromDevice(index);
  if (::fsync(openFile(index)) != 0) throw systemError(errno, path.string(), "writing hidden states to disk");
  writeJsonFile(m_folder / kManifest, {{"block", block}, {"file", index}});
  m_durable = index;
}

}  // namespace oscope::calibration
