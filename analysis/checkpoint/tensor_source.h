// Where a forward pass gets its weights: a checkpoint, a folded or quantized model in memory, an exported folder.
#pragma once

#include <string>
#include <vector>

#include "analysis/compute/host_matrix.h"

namespace oscope::checkpoint {

class TensorSource {
 public:
  virtual ~TensorSource() = default;
  virtual bool contains(const std::string& name) const = 0;
  /// The tensor, mapped where possible. A missing name is a MissingTensor error that lists what is there.
  virtual compute::HostTensor tensor(const std::string& name) const = 0;
  /// Hints for streaming: these tensors will be read next / won't be read again soon.
  virtual void willNeed(const std::vector<std::string>& names) const { (void)names; }
  virtual void release(const std::vector<std::string>& names) const { (void)names; }
};

}  // namespace oscope::checkpoint
