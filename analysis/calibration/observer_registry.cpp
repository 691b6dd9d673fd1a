#include "analysis/calibration/observer_registry.h"

#include "analysis/base/error.h"

namespace oscope::calibration {

// Each is defined in its own file of observers/.
std::unique_ptr<Observer> makeRangeObserver();
std::unique_ptr<Observer> makeMomentsObserver();
std::unique_ptr<Observer> makeHistogramObserver();
std::unique_ptr<Observer> makeTokenAbsmaxObserver();
std::unique_ptr<Observer> makeExtremesObserver();
std::unique_ptr<Observer> makeRowsObserver();
std::unique_ptr<Observer> makeGramObserver();

const std::vector<std::unique_ptr<Observer>>& observers() {
  static const auto all = [] {
    std::vector<std::unique_ptr<Observer>> list;
    for (const auto make : {makeRangeObserver, makeMomentsObserver, makeHistogramObserver, makeTokenAbsmaxObserver,
                            makeExtremesObserver, makeRowsObserver, makeGramObserver}) {
      list.push_back(make());
    }
    return list;
  }();
  return all;
}

std::vector<std::string> defaultObservers() {
  std::vector<std::string> ids;
  for (const auto& observer : observers()) {
    if (observer->isDefault()) ids.push_back(observer->id());
  }
  return ids;
}

const Observer& findObserver(std::string_view id) {
  std::string known;
  for (const auto& observer : observers()) {
    if (observer->id() == id) return *observer;
    known += (known.empty() ? "" : ", ") + observer->id();
  }
  throw Error(ErrorCode::InvalidArgument, "observer \"" + std::string(id) + "\"", "there is no such observer",
              "known observers: " + known);
}

}  // namespace oscope::calibration
