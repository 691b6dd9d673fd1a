#include "analysis/checkpoint/safetensors_reader.h"

namespace oscope::checkpoint {

SafetensorsReader::SafetensorsReader(const std::filesystem::path& path) : m_file(std::make_shared<MappedFile>(path)) {
  try {
    m_header = parseSafetensorsHeader(m_file->bytes(), m_file->bytes().size(), path.string());
  } catch (const Error&) {
    m_file->verifyIntact();  // a file that shrinks while it is opened looks malformed
    throw;
  }
  for (std::size_t i = 0; i < m_header.tensors.size(); ++i) m_index[m_header.tensors[i].name] = i;
  m_file->verifyIntact();
}

bool SafetensorsReader::contains(const std::string& name) const {
  return m_index.count(name) != 0;
}

compute::HostTensor SafetensorsReader::tensor(const std::string& name) const {
  const auto found = m_index.find(name);
  if (found == m_index.end()) throw missingTensor(name, m_index, path());
  const TensorEntry& entry = m_header.tensors[found->second];
  compute::HostTensor tensor;
  tensor.data = m_file->bytes().data() + m_header.dataStart + entry.begin;
  tensor.dtype = entry.dtype;
  tensor.shape = entry.shape;
  tensor.owner = m_file;
  tensor.name = name;
  return tensor;
}

void SafetensorsReader::willNeed(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const compute::HostTensor view = tensor(name);
    m_file->willNeed({static_cast<const std::byte*>(view.data), view.bytes()});
  }
}

void SafetensorsReader::release(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const compute::HostTensor view = tensor(name);
    m_file->dontNeed({static_cast<const std::byte*>(view.data), view.bytes()});
  }
}

}  // namespace oscope::checkpoint
