// One architecture: how its config and tensor names become a ModelGraph. A new architecture is one file in arch/ that
// defines one ArchSpec, and one line in arch_registry.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/checkpoint/hf_config.h"
#include "analysis/model/model_graph.h"

namespace oscope::model {

/// Which tensors exist, with shape, without reading data. Builders use it to choose between spellings
/// (prefixes, tied heads) and to check shapes.
class TensorCatalog {
 public:
  virtual ~TensorCatalog() = default;
  virtual bool contains(const std::string& name) const = 0;
  virtual std::vector<std::int64_t> shape(const std::string& name) const = 0;
};

struct ArchSpec {
  std::string id;                       ///< "llama"
  std::vector<std::string> modelTypes;  ///< `model_type` values and class names of `architectures` that it reads
  /// Tensors to ignore silently, as suffixes ("rotary_emb.inv_freq").
  std::vector<std::string> ignoredSuffixes;
  /// Builds the graph. With a null catalog (estimates from a config alone) the usual names are assumed.
  std::function<ModelGraph(const checkpoint::HfConfig&, const TensorCatalog*)> build;
};

}  // namespace oscope::model
