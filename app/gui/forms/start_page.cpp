#include "app/gui/forms/start_page.h"

#include <QDateTime>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kPageWidth = 912;

QWidget* card(const QString& icon, const QString& title, const QString& words, QPushButton* button,
              const QString& shortcut, QWidget* parent) {
  auto* card = new QWidget(parent);
  card->setProperty("class", "card");
  card->setAttribute(Qt::WA_StyledBackground);
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(20, 20, 20, 20);
  column->setSpacing(8);
  auto* head = new QHBoxLayout;
  auto* picture = new QLabel(card);
  picture->setPixmap(iconPixmap(icon, theme().accent, 24, card->devicePixelRatioF()));
  head->addWidget(picture);
  head->addStretch(1);
  head->addWidget(makeLabel(shortcut, "hint", card));
  column->addLayout(head);
  column->addSpacing(6);
  column->addWidget(makeLabel(title, "title", card));
  auto* text = makeLabel(words, "label", card);
  text->setWordWrap(true);
  column->addWidget(text);
  column->addStretch(1);
  button->setParent(card);
  column->addWidget(button, 0, Qt::AlignLeft);
  card->setFixedHeight(200);
  return card;
}

/// The dashed field; dropping itself is the window's.
class DropZone : public QWidget {
 public:
  explicit DropZone(QWidget* parent) : QWidget(parent) { setFixedHeight(70); }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().borderStrong, 1.5, Qt::DashLine));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 8, 8);
    painter.setPen(theme().ink2);
    painter.drawText(
        rect(), Qt::AlignCenter,
        QObject::tr("Or drop a model folder, a snapshot (.oscope.h5), a workspace (.oscope) or a recipe (.json) here"));
  }
};

}  // namespace

StartPage::StartPage(QWidget* parent) : QWidget(parent) {
  auto* outer = new QHBoxLayout(this);
  outer->addStretch(1);
  auto* page = new QWidget(this);
  page->setFixedWidth(kPageWidth);
  outer->addWidget(page);
  outer->addStretch(1);
  m_column = new QVBoxLayout(page);
  m_column->setSpacing(16);
  m_column->setContentsMargins(0, 16, 0, 16);
  m_column->addStretch(1);
  auto* headline = new QLabel(tr("See the outliers, choose the policy, export W4A8"), page);
  headline->setFont(uiFont(24, QFont::DemiBold));
  m_column->addWidget(headline);
  m_column->addWidget(makeLabel(tr("Open a checkpoint to calibrate it, or a snapshot that was calibrated elsewhere. "
                                   "Nothing is copied or changed."),
                                "label", page));

  auto* folder = new QPushButton(tr("Open folder…"));
  auto* snapshot = new QPushButton(tr("Open snapshot…"));
  auto* sample = new QPushButton(tr("Open the sample"));
  sample->setObjectName(QStringLiteral("openSample"));
  sample->setProperty("class", "primary");
  connect(folder, &QPushButton::clicked, this, &StartPage::openFolderRequested);
  connect(snapshot, &QPushButton::clicked, this, &StartPage::openSnapshotRequested);
  connect(sample, &QPushButton::clicked, this, &StartPage::sampleRequested);
  auto* cards = new QHBoxLayout;
  cards->setSpacing(16);
  cards->addWidget(card(QStringLiteral("folder"), tr("Open a model folder"),
                        tr("config.json and safetensors, one file or sharded"), folder, tr("Ctrl O"), page));
  cards->addWidget(card(QStringLiteral("snapshot"), tr("Open a snapshot"),
                        tr("Statistics of a calibration; works without its checkpoint"), snapshot, tr("Ctrl Shift O"),
                        page));
  cards->addWidget(card(QStringLiteral("sample"), tr("Try the bundled sample"),
                        tr("A small trained model, calibrated at the first click"), sample, {}, page));
  m_column->addLayout(cards);
  m_column->addWidget(new DropZone(page));

  m_recentBox = new QWidget(page);
  auto* recent = new QVBoxLayout(m_recentBox);
  recent->setContentsMargins(0, 12, 0, 0);
  auto* head = new QHBoxLayout;
  auto* title = new QLabel(tr("Recent"), m_recentBox);
  title->setFont(uiFont(13, QFont::DemiBold));
  head->addWidget(title);
  head->addStretch(1);
  head->addWidget(makeLabel(tr("Alt 1 … Alt 9"), "hint", m_recentBox));
  recent->addLayout(head);
  auto* list = new QWidget(m_recentBox);
  list->setProperty("class", "card");
  list->setAttribute(Qt::WA_StyledBackground);
  m_recent = new QVBoxLayout(list);
  m_recent->setContentsMargins(4, 4, 4, 4);
  m_recent->setSpacing(0);
  recent->addWidget(list);
  m_column->addWidget(m_recentBox);
  m_recentBox->hide();
  m_column->addStretch(2);
}

void StartPage::setRecent(const QStringList& paths) {
  while (QLayoutItem* item = m_recent->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  m_recentBox->setVisible(!paths.isEmpty());
  for (int i = 0; i < paths.size() && i < 9; ++i) {
    const QFileInfo info(paths[i]);
    auto* row = new QPushButton(m_recentBox);
    row->setFlat(true);
    row->setStyleSheet(QStringLiteral("QPushButton { border: none; min-height: 46px; text-align: left; }"));
    row->setShortcut(QKeySequence(QStringLiteral("Alt+%1").arg(i + 1)));
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(12, 4, 12, 4);
    auto* icon = new QLabel(row);
    const bool exists = info.exists();
    icon->setPixmap(iconPixmap(!exists                                          ? QStringLiteral("warning")
                               : info.isDir()                                   ? QStringLiteral("folder")
                               : info.fileName().endsWith(QLatin1String(".h5")) ? QStringLiteral("snapshot")
                                                                                : QStringLiteral("chip"),
                               exists ? theme().ink2 : theme().warning, 16, devicePixelRatioF()));
    auto* names = new QVBoxLayout;
    names->setSpacing(1);
    auto* name = new QLabel(info.fileName(), row);
    name->setFont(uiFont(12, QFont::DemiBold));
    name->setEnabled(exists);
    names->addWidget(name);
    names->addWidget(makeLabel(info.path(), "hint", row));
    line->addWidget(icon);
    line->addSpacing(8);
    line->addLayout(names, 1);
    line->addWidget(
        makeLabel(exists ? info.lastModified().toString(QStringLiteral("d MMM, HH:mm")) : tr("not found · Locate…"),
                  exists ? "hint" : "error", row));
    connect(row, &QPushButton::clicked, this,
            [this, path = paths[i], exists] { exists ? emit pathRequested(path) : emit locateRequested(path); });
    m_recent->addWidget(row);
  }
}

void StartPage::offerRecovery(const QString& name) {
  if (m_banner != nullptr) return;
  m_banner = new QWidget(this);
  m_banner->setStyleSheet(QStringLiteral("background: %1; border-radius: 8px;").arg(theme().laeSoft.name()));
  m_banner->setAttribute(Qt::WA_StyledBackground);
  auto* row = new QHBoxLayout(m_banner);
  row->addWidget(new QLabel(tr("The last session of %1 ended unexpectedly. Its recipe was saved.").arg(name), m_banner),
                 1);
  auto* discard = new QPushButton(tr("Discard"), m_banner);
  auto* restore = new QPushButton(tr("Restore"), m_banner);
  row->addWidget(discard);
  row->addWidget(restore);
  m_column->insertWidget(0, m_banner);
  connect(discard, &QPushButton::clicked, this, [this] {
    m_banner->hide();
    emit discardRequested();
  });
  connect(restore, &QPushButton::clicked, this, [this] {
    m_banner->hide();
    emit restoreRequested();
  });
}

}  // namespace oscope::gui
