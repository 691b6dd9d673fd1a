// After a crash: what was saved, with Restore and Discard.
#pragma once

#include <QWidget>

#include "app/gui/frame/session_state.h"

class QLabel;

namespace oscope::gui {

/// Hidden until there is something to offer.
class RecoveryBanner : public QWidget {
  Q_OBJECT

 public:
  explicit RecoveryBanner(QWidget* parent = nullptr);
  void offer(const Recovery& recovery);
  const Recovery& offered() const { return m_recovery; }

 signals:
  void restoreRequested();
  void discardRequested();

 private:
  QLabel* m_text;
  Recovery m_recovery;
};

}  // namespace oscope::gui
