#include "quant/methods/method_registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "quant/methods/awq.h"
#include "quant/methods/fptq.h"
#include "quant/methods/gptq.h"
#include "quant/methods/osplus.h"
#include "quant/methods/rptq.h"
#include "quant/methods/rtn.h"
#include "quant/methods/smoothquant.h"

namespace oscope::quant {

const std::vector<std::unique_ptr<QuantMethod>>& methods() {
  static const std::vector<std::unique_ptr<QuantMethod>> list = [] {
    std::vector<std::unique_ptr<QuantMethod>> made;
    made.push_back(makeFptq());
    made.push_back(makeRtn());
    made.push_back(makeSmoothQuant());
    made.push_back(makeGptq());
    made.push_back(makeAwq());
    made.push_back(makeRptq());
    made.push_back(makeOsplus());
    return made;
  }();
  return list;
}

const QuantMethod& findMethod(const std::string& id) {
  std::vector<std::string> ids;
  for (const auto& method : methods()) {
    if (method->id() == id) return *method;
    ids.push_back(method->id());
  }
  throw Error(ErrorCode::InvalidArgument, id, "no such method", fmt::format("methods: {}", fmt::join(ids, ", ")));
}

std::vector<std::string> observersOf(const Recipe& recipe) {
  std::vector<std::string> ids;
  for (const RecipeStep& step : recipe.steps) {
    for (const std::string& id : findMethod(step.method).observers(step.params)) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  return ids;
}

}  // namespace oscope::quant
