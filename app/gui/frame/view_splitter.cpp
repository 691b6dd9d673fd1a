#include "app/gui/frame/view_splitter.h"

#include <cmath>
#include <numeric>

namespace oscope::gui {
namespace {

constexpr double kSlack = 1e-3;    // of shares that should give 1
constexpr double kWhole = 10'000;  // weights that QSplitter scales to its size

}  // namespace

ViewSplitter::ViewSplitter(const QString& name, Qt::Orientation orientation, QWidget* parent)
    : QSplitter(orientation, parent) {
  setObjectName(name);
  setChildrenCollapsible(false);
  connect(this, &QSplitter::splitterMoved, this, [this] {
    m_placed = true;
    m_restored = {};
  });
}

Json ViewSplitter::state() const {
  if (!m_placed || !m_restored.is_null()) return m_restored;
  const QList<int> parts = sizes();
  const double whole = std::accumulate(parts.begin(), parts.end(), 0.0);
  Json shares = Json::array();
  for (const int part : parts) shares.push_back(part / whole);
  return shares;
}

void ViewSplitter::restore(const Json& shares) {
  if (!shares.is_array() || shares.size() != static_cast<std::size_t>(count())) return;
  double whole = 0;
  for (const Json& share : shares) {
    if (!share.is_number() || !(share.get<double>() >= 0)) return;
    whole += share.get<double>();
  }
  if (!(std::abs(whole - 1) < kSlack)) return;
  m_restored = shares;
  m_placed = true;
  placeAgain();
}

void ViewSplitter::placeAgain() {
  if (m_restored.is_null()) return;
  QList<int> weights;
  for (const Json& share : m_restored) weights << static_cast<int>(std::lround(share.get<double>() * kWhole));
  setSizes(weights);
}

void ViewSplitter::showEvent(QShowEvent* event) {
  QSplitter::showEvent(event);
  placeAgain();
}

void ViewSplitter::resizeEvent(QResizeEvent* event) {
  QSplitter::resizeEvent(event);
  placeAgain();
}

Json splitterStates(const QWidget& view) {
  Json states = Json::object();
  for (const ViewSplitter* splitter : view.findChildren<ViewSplitter*>()) {
    if (splitter->isPlaced()) states[splitter->objectName().toStdString()] = splitter->state();
  }
  return states;
}

void restoreSplitters(const QWidget& view, const Json& states) {
  if (!states.is_object()) return;
  for (ViewSplitter* splitter : view.findChildren<ViewSplitter*>()) {
    const auto found = states.find(splitter->objectName().toStdString());
    if (found != states.end()) splitter->restore(*found);
  }
}

}  // namespace oscope::gui
