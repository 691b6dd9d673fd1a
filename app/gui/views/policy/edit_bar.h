// The bar over a table that edits all selected sites at once: policies, back to the rule, weights.
#pragma once

#include <QAbstractButton>
#include <QWidget>
#include <array>
#include <optional>

#include "app/gui/document.h"

class QLabel;

namespace oscope::gui {

/// Dark on both grounds, floating over the lower edge of its parent.
class EditBar : public QWidget {
  Q_OBJECT

 public:
  EditBar(Document& document, QWidget* parent);
  /// The sites that it edits; none: it hides.
  void setSites(const std::set<SiteId>& sites);
  /// Says what a change left out; empty: nothing.
  void setNotice(const QString& text);
  QAbstractButton* button(quant::Policy policy) const { return m_policies[static_cast<std::size_t>(policy)]; }
  QAbstractButton* resetButton() const { return m_reset; }
  QAbstractButton* weightsButton() const { return m_weights; }
  /// Stands centred over the lower edge of `area`, in the parent's coordinates.
  void placeIn(const QRect& area);

 signals:
  void closed();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void refresh();
  void chooseWeights();

  Document& m_document;
  std::set<SiteId> m_sites;
  QRect m_area;
  QLabel *m_count, *m_notice;
  std::array<QAbstractButton*, 4> m_policies{};
  QAbstractButton *m_reset, *m_weights;
};

}  // namespace oscope::gui
