#include "tests/cli/damaged_model.h"

#include <cstring>

#include "analysis/checkpoint/safetensors_reader.h"
#include "analysis/checkpoint/safetensors_writer.h"
#include "tests/cli/run_program.h"

namespace oscope::test {
namespace fs = std::filesystem;

fs::path copySampleModel(const fs::path& folder) {
  const fs::path model = folder / "model";
  fs::copy(sampleFolder() / "model", model, fs::copy_options::recursive);
  return model;
}

StoredTensors readTensors(const fs::path& file) {
  const checkpoint::SafetensorsReader reader(file);
  StoredTensors tensors;
  for (const checkpoint::TensorEntry& entry : reader.header().tensors) {
    const compute::HostTensor view = reader.tensor(entry.name);
    StoredTensor& stored = tensors[entry.name];
    stored.dtype = entry.dtype;
    stored.shape = entry.shape;
    stored.bytes.resize(view.bytes());
    std::memcpy(stored.bytes.data(), view.data, view.bytes());
  }
  return tensors;
}

void writeTensors(const fs::path& file, const StoredTensors& tensors) {
  std::vector<checkpoint::TensorDeclaration> declarations;
  for (const auto& [name, tensor] : tensors) declarations.push_back({name, tensor.dtype, tensor.shape});
  checkpoint::SafetensorsWriter writer(file, declarations, {});
  for (const auto& [name, tensor] : tensors) writer.write(name, tensor.bytes);
  writer.commit();
}

void changeTensors(const fs::path& model, const std::function<void(StoredTensors&)>& change) {
  const fs::path file = model / "model.safetensors";
  StoredTensors tensors = readTensors(file);
  change(tensors);
  writeTensors(file, tensors);
}

void changeJson(const fs::path& file, const std::function<void(Json&)>& change) {
  Json json = readJsonFile(file);
  change(json);
  writeJsonFile(file, json);
}

std::vector<std::string> splitInShards(const fs::path& model) {
  const std::vector<std::string> names{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"};
  StoredTensors shards[2];
  Json map = Json::object();
  std::uint64_t bytes = 0;
  for (auto& [name, tensor] : readTensors(model / "model.safetensors")) {
    const int shard = name < "model.layers.4" ? 0 : 1;
    map[name] = names[shard];
    bytes += tensor.bytes.size();
    shards[shard][name] = tensor;
  }
  for (int shard = 0; shard < 2; ++shard) writeTensors(model / names[shard], shards[shard]);
  writeJsonFile(model / "model.safetensors.index.json", {{"metadata", {{"total_size", bytes}}}, {"weight_map", map}});
  fs::remove(model / "model.safetensors");
  return names;
}

}  // namespace oscope::test
