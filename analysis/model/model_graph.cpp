#include "analysis/model/model_graph.h"

#include <fmt/format.h>

#include "analysis/base/error.h"
#include "analysis/model/tensor_list.h"

namespace oscope::model {

const SiteDesc& BlockGraph::site(SiteKind kind) const {
  for (const SiteDesc& site : sites) {
    if (site.id.kind == kind) return site;
  }
  throw Error(ErrorCode::InvalidArgument, fmt::format("blocks.{}", index),
              fmt::format("this architecture has no site {}", toString(kind)));
}

std::vector<SiteId> ModelGraph::sites() const {
  std::vector<SiteId> ids;
  for (const BlockGraph& block : blocks) {
    for (const SiteDesc& site : block.sites) ids.push_back(site.id);
  }
  return ids;
}

std::vector<std::string> ModelGraph::tensorsOf(int index) const {
  std::vector<std::string> names;
  for (TensorNeed& need : blockTensors(*this, index)) names.push_back(std::move(need.name));
  return names;
}

}  // namespace oscope::model
