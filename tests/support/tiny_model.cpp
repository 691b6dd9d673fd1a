#include "tests/support/tiny_model.h"

#include <random>

#include "analysis/checkpoint/safetensors_writer.h"
#include "analysis/model/open_model.h"
#include "analysis/model/tensor_list.h"

namespace oscope::test {

Json tinyConfig() {
  return Json{{"model_type", "llama"},
              {"hidden_size", 16},
              {"intermediate_size", 24},
              {"num_hidden_layers", 2},
              {"num_attention_heads", 4},
              {"num_key_value_heads", 2},
              {"vocab_size", 40},
              {"rms_norm_eps", 1e-5},
              {"max_position_embeddings", 64},
              {"tie_word_embeddings", false}};
}

TensorMap tinyTensors(const Json& config, DType dtype, std::uint64_t seed) {
  const model::ModelGraph graph = model::graphOfConfig(checkpoint::HfConfig(config, "tiny config"));
  std::mt19937_64 random(seed);
  const auto uniform = [&random] { return static_cast<float>(static_cast<double>(random() >> 11) * 0x1p-52 - 1.0); };
  TensorMap tensors;
  for (const model::TensorNeed& need : model::allTensors(graph)) {
    const bool normWeight = need.shape.size() == 1 && need.name.ends_with(".weight");
    std::int64_t count = 1;
    for (std::int64_t extent : need.shape) count *= extent;
    auto floats = std::make_shared<std::vector<float>>();
    auto halves = std::make_shared<std::vector<std::uint16_t>>();
    for (std::int64_t i = 0; i < count; ++i) {
      const float value = (normWeight ? 1.0f : 0.0f) + 0.3f * uniform();
      floats->push_back(value);
      halves->push_back(dtype == DType::BF16 ? floatToBf16(value) : floatToFp16(value));
    }
    compute::HostTensor tensor{floats->data(), dtype, need.shape, floats, need.name};
    if (dtype != DType::F32) tensor.data = halves->data(), tensor.owner = halves;
    tensors.emplace(need.name, tensor);
  }
  return tensors;
}

void writeModel(const std::filesystem::path& folder, const Json& config, const TensorMap& tensors) {
  std::filesystem::create_directories(folder);
  writeJsonFile(folder / "config.json", config);
  std::vector<checkpoint::TensorDeclaration> declarations;
  for (const auto& [name, tensor] : tensors) declarations.push_back({name, tensor.dtype, tensor.shape});
  checkpoint::SafetensorsWriter writer(folder / "model.safetensors", declarations, {});
  for (const auto& [name, tensor] : tensors) {
    writer.write(name, {static_cast<const std::byte*>(tensor.data), tensor.bytes()});
  }
  writer.commit();
}

void writeTinyModel(const std::filesystem::path& folder, const Json& config, DType dtype) {
  writeModel(folder, config, tinyTensors(config, dtype));
}

}  // namespace oscope::test
