#include "app/gui/plots/heat_plot.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/jobs/latest_worker.h"

namespace oscope::gui {
namespace {

constexpr double kLeft = 118, kTop = 6, kRight = 24, kBelow = 26, kLast = 16, kBarsWidth = 150;
constexpr int kNarrowest = 2;   // logical pixels of a cell, however far it is zoomed out
constexpr int kDimAfter = 200;  // milliseconds

}  // namespace

HeatPlot::HeatPlot(QWidget* parent) : QWidget(parent), m_worker(std::make_unique<LatestWorker>()) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  m_dimTimer.setSingleShot(true);
  connect(&m_dimTimer, &QTimer::timeout, this, [this] { update(); });
}

HeatPlot::~HeatPlot() = default;

QSize HeatPlot::minimumSizeHint() const {
  return {320, 80};
}

void HeatPlot::setBands(std::vector<HeatBand> bands, const HeatScale& scale) {
  const auto shape = [](const std::vector<HeatBand>& all) {
    std::vector<std::pair<std::int64_t, std::int64_t>> sizes;
    for (const HeatBand& band : all) sizes.emplace_back(band.values->rows(), band.values->columns());
    return sizes;
  };
  const bool sameShape = shape(bands) == shape(m_bands);
  m_bands = std::move(bands);
  m_scale = scale;
  if (!sameShape) {
    m_window = HeatWindow::whole(rows());
    m_cursor.reset();
    m_hovered.reset();
    m_pictures = {};
  }
  ++m_revision;
  request();
}

void HeatPlot::setEmptyText(const QString& text) {
  m_emptyText = text;
  m_bands.clear();
  m_pictures = {};
  m_hovered.reset();
  m_cursor.reset();
  update();
}

void HeatPlot::setTitles(const QString& columns, const QString& rows, const QString& bars) {
  m_columnTitle = columns;
  m_rowTitle = rows;
  m_barTitle = bars;
  update();
}

void HeatPlot::setMark(std::optional<HeatMark> mark) {
  m_mark = mark;
  update();
}

void HeatPlot::setWindow(const HeatWindow& window) {
  if (window == m_window) return;
  m_window = window;
  request();
  emit zoomed();
}

void HeatPlot::fit() {
  setWindow(HeatWindow::whole(rows()));
}

std::int64_t HeatPlot::mostColumns() const {
  std::int64_t most = 1;
  for (const HeatBand& band : m_bands) most = std::max(most, band.values->columns());
  return most;
}

QRectF HeatPlot::boxOf(int band) const {
  const auto count = static_cast<double>(std::max<std::size_t>(1, m_bands.size()));
  const double below = kBelow, last = m_columnTitle.isEmpty() ? 0 : kLast;
  const double each = std::max(8.0, (height() - kTop - last) / count - below);
  const bool bars = !m_bands.empty() && !m_bands.front().rowBars.empty();
  const double right = kRight + (bars ? kBarsWidth : 0);
  return {kLeft, std::round(kTop + band * (each + below)), std::max(8.0, std::floor(width() - kLeft - right)),
          std::floor(each)};
}

QSize HeatPlot::pixelsOf(int band, double pixelRatio) const {
  return (boxOf(band).size() * pixelRatio).toSize();
}

HeatPlot::Pictures HeatPlot::makePictures(const std::vector<HeatBand>& bands, const std::vector<QSize>& sizes,
                                          const HeatWindow& window, const HeatScale& scale, int narrowest,
                                          int revision) {
  Pictures pictures;
  pictures.window = window;
  pictures.revision = revision;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    pictures.images.push_back(heatPicture(*bands[b].values, window, sizes[b], scale, narrowest));
  }
  return pictures;
}

void HeatPlot::request() {
  update();
  if (m_bands.empty() || width() < 10) return;
  if (m_pictures.window == m_window && m_pictures.revision == m_revision) return;
  m_since.start();
  m_dimTimer.start(kDimAfter);
  std::vector<QSize> sizes;
  for (int b = 0; b < static_cast<int>(m_bands.size()); ++b) sizes.push_back(pixelsOf(b, devicePixelRatioF()));
  const int narrowest = static_cast<int>(std::lround(kNarrowest * devicePixelRatioF()));
  auto made = std::make_shared<Pictures>();
  m_worker->submit([made, bands = m_bands, sizes, window = m_window, scale = m_scale, narrowest,
                    revision = m_revision] { *made = makePictures(bands, sizes, window, scale, narrowest, revision); },
                   [this, made] {
                     if (made->images.size() != m_bands.size()) return;  // tables were replaced meanwhile
                     m_pictures = std::move(*made);
                     update();
                     if (isSettled()) {
                       m_dimTimer.stop();
                       emit settled();
                     }
                   });
}

QPointF HeatPlot::toPixel(int band, double row, double column) const {
  const QRectF box = boxOf(band);
  const auto columns = static_cast<double>(m_bands[static_cast<std::size_t>(band)].values->columns());
  return {box.left() + (column / columns - m_window.left) / (m_window.right - m_window.left) * box.width(),
          box.top() + (row - m_window.top) / (m_window.bottom - m_window.top) * box.height()};
}

QRectF HeatPlot::cellRect(const HeatCell& cell) const {
  const auto row = static_cast<double>(cell.row), column = static_cast<double>(cell.column);
  return {toPixel(cell.band, row, column), toPixel(cell.band, row + 1, column + 1)};
}

std::optional<HeatCell> HeatPlot::cellAt(QPointF pixel) const {
  for (int b = 0; b < static_cast<int>(m_bands.size()); ++b) {
    const QRectF box = boxOf(b);
    if (!box.contains(pixel)) continue;
    const stats::MaxPyramid& values = *m_bands[static_cast<std::size_t>(b)].values;
    const double ratio = devicePixelRatioF();
    const QSize size = pixelsOf(b, ratio);
    const auto inside = [ratio](double at, int most) { return std::clamp(static_cast<int>(at * ratio), 0, most - 1); };
    const CellRun columns =
        columnsAt(m_window, values.columns(), size.width(), inside(pixel.x() - box.left(), size.width()),
                  static_cast<int>(std::lround(kNarrowest * ratio)));
    const CellRun rows = rowsAt(m_window, values.rows(), size.height(), inside(pixel.y() - box.top(), size.height()));
    std::int64_t best = rows.from;
    for (std::int64_t row = rows.from; row < rows.to; ++row) {
      if (values.max(row, columns.from, columns.to) > values.max(best, columns.from, columns.to)) best = row;
    }
    return HeatCell{b, best, values.argmax(best, columns.from, columns.to)};
  }
  return std::nullopt;
}

void HeatPlot::renderTo(QPainter& painter, double pixelRatio) {
  std::vector<QSize> sizes;
  for (int b = 0; b < static_cast<int>(m_bands.size()); ++b) sizes.push_back(pixelsOf(b, pixelRatio));
  const int narrowest = static_cast<int>(std::lround(kNarrowest * pixelRatio));
  paintAll(painter, makePictures(m_bands, sizes, m_window, m_scale, narrowest, m_revision), false);
}

void HeatPlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paintAll(painter, m_pictures, true);
}

void HeatPlot::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  ++m_revision;
  request();
}

}  // namespace oscope::gui
