// Tables of values as bands of colour, one above the other, zoomed together: pictures are made off the GUI thread, once
// per visible part; meanwhile the old ones stand in.
#pragma once

#include <QElapsedTimer>
#include <QImage>
#include <QTimer>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/gui/plots/axis.h"
#include "app/gui/plots/heat_picture.h"

namespace oscope::gui {

class LatestWorker;

/// One table. All bands of a plot have equally many rows.
struct HeatBand {
  QString title, hint;                              ///< "attn_in", "8,192"
  std::shared_ptr<const stats::MaxPyramid> values;  ///< keeps what it points into alive (aliasing pointer)
  std::vector<QString> rowLabels;                   ///< empty: rows are blocks and labelled as such
  std::vector<float> rowBars;                       ///< one bar per row at the right; empty: none
  std::int64_t divider = 0;                         ///< a line above this row; 0: none
};

struct HeatCell {
  int band = 0;
  std::int64_t row = 0, column = 0;
  friend bool operator==(const HeatCell&, const HeatCell&) = default;
};

/// The selection: a row of a band, a column of it, or both.
struct HeatMark {
  int band = 0;
  std::optional<std::int64_t> row, column;
};

/// Wheel zooms at the cursor (Shift: columns only), dragging pans, a click selects a cell, a double-click or Enter
/// activates it. Arrows move a cell cursor (Shift: by a tenth of what is visible), + and − zoom at it, Home fits, End
/// goes to the largest visible cell. Esc leaves the cursor.
class HeatPlot : public QWidget {
  Q_OBJECT

 public:
  explicit HeatPlot(QWidget* parent = nullptr);
  ~HeatPlot() override;

  /// New tables. The visible part stays where the shape is the same.
  void setBands(std::vector<HeatBand> bands, const HeatScale& scale);
  /// What stands in while there is no band.
  void setEmptyText(const QString& text);
  void setTitles(const QString& columns, const QString& rows, const QString& bars = {});
  void setTooltip(std::function<QString(const HeatCell&)> tooltip) { m_tooltip = std::move(tooltip); }
  void setMark(std::optional<HeatMark> mark);
  void fit();
  bool isZoomed() const { return m_window != HeatWindow::whole(rows()); }
  const HeatWindow& window() const { return m_window; }
  void setWindow(const HeatWindow& window);
  const HeatScale& scale() const { return m_scale; }
  const std::vector<HeatBand>& bands() const { return m_bands; }

  /// The cell below a pixel: the largest of those that the pixel stands for.
  std::optional<HeatCell> cellAt(QPointF pixel) const;
  QRectF cellRect(const HeatCell& cell) const;
  QRectF boxOf(int band) const;
  std::optional<HeatCell> cursor() const { return m_cursor; }
  /// Whether the pictures shown are those of the visible part.
  bool isSettled() const { return m_pictures.window == m_window && m_pictures.revision == m_revision; }
  /// Leaves a pan or the cell cursor; false where there was none.
  bool escape();
  /// Paints the plot without hover, sharp at `pixelRatio`, for pictures.
  void renderTo(QPainter& painter, double pixelRatio);
  QSize minimumSizeHint() const override;

 signals:
  void zoomed();
  void settled();  ///< pictures of the visible part have arrived
  void hovered(std::optional<oscope::gui::HeatCell> cell);
  void clicked(const oscope::gui::HeatCell& cell);
  void activated(const oscope::gui::HeatCell& cell);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  struct Pictures {
    HeatWindow window{0, 0, 0, 0};
    int revision = -1;
    std::vector<QImage> images;
  };
  std::int64_t rows() const { return m_bands.empty() ? 1 : m_bands.front().values->rows(); }
  std::int64_t mostColumns() const;
  QSize pixelsOf(int band, double pixelRatio) const;
  static Pictures makePictures(const std::vector<HeatBand>& bands, const std::vector<QSize>& sizes,
                               const HeatWindow& window, const HeatScale& scale, int narrowest, int revision);
  void request();
  void setHovered(std::optional<HeatCell> cell);
  void moveCursor(std::int64_t columns, std::int64_t rows);
  void goToLargest();
  /// The cursor has a new cell: others hear of it, assistive technology reads its figures.
  void announceCursor();
  void zoomAt(QPointF pixel, double factor, bool columnsOnly);
  void panBy(QPointF pixels);

  QPointF toPixel(int band, double row, double column) const;
  void paintAll(QPainter& painter, const Pictures& pictures, bool live);
  void paintBand(QPainter& painter, int band, const Pictures& pictures) const;
  void paintLabels(QPainter& painter, int band) const;
  void paintBars(QPainter& painter, int band) const;
  void paintMark(QPainter& painter) const;
  void paintCross(QPainter& painter, const HeatCell& cell) const;

  std::vector<HeatBand> m_bands;
  HeatScale m_scale;
  QString m_emptyText, m_columnTitle, m_rowTitle, m_barTitle;
  std::function<QString(const HeatCell&)> m_tooltip;
  std::optional<HeatMark> m_mark;
  HeatWindow m_window;
  std::optional<HeatCell> m_hovered, m_cursor;
  Pictures m_pictures;
  int m_revision = 0;  ///< counts changes of tables, scale and size
  bool m_panning = false, m_moved = false;
  QElapsedTimer m_since;  ///< how long the old pictures have been standing in
  QTimer m_dimTimer;
  QPointF m_pressed, m_last;
  std::unique_ptr<LatestWorker> m_worker;
};

}  // namespace oscope::gui
