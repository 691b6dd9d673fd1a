#include "app/gui/forms/start_page.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QVBoxLayout>

#include "app/gui/forms/drop_zone.h"
#include "app/gui/frame/error_bar.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/marks.h"

namespace oscope::gui {
namespace {

constexpr int kPageWidth = 912;
constexpr int kRowHeight = 48;
constexpr int kCountWidth = 60;

/// An icon on a soft square.
QWidget* iconTile(const QString& icon, bool primary, QWidget* parent) {
  auto* tile = new QWidget(parent);
  tile->setProperty("class", primary ? "tileAccent" : "tile");
  tile->setAttribute(Qt::WA_StyledBackground);
  tile->setFixedSize(36, 36);
  auto* row = new QHBoxLayout(tile);
  row->setContentsMargins(8, 8, 8, 8);
  row->addWidget(new IconLabel(icon, primary ? &Theme::accent : &Theme::ink2, 20, tile));
  return tile;
}

QWidget* card(const QString& icon, const QString& title, const QString& words, QPushButton* button,
              const QString& shortcut, bool primary, QWidget* parent) {
  auto* card = new QWidget(parent);
  card->setProperty("class", "card");
  card->setAttribute(Qt::WA_StyledBackground);
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(20, 20, 20, 20);
  column->setSpacing(6);
  auto* head = new QHBoxLayout;
  head->addWidget(iconTile(icon, primary, card));
  head->addStretch(1);
  if (!shortcut.isEmpty()) head->addWidget(makeLabel(shortcut, "key", card), 0, Qt::AlignVCenter);
  column->addLayout(head);
  column->addSpacing(8);
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

/// A count of one policy behind its mark, as in every legend.
class PolicyCount : public QWidget {
 public:
  PolicyCount(quant::Policy policy, int count, QWidget* parent) : QWidget(parent), m_policy(policy), m_count(count) {
    setFixedSize(kCountWidth, kRowHeight);
    setAccessibleName(QStringLiteral("%1 %2").arg(count).arg(policyTitle(policy)));
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintMark(painter, QPointF(6, height() / 2.0), m_policy, 0.9);
    painter.setFont(monoFont(12));
    painter.setPen(theme().ink2);
    painter.drawText(rect().adjusted(17, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, QString::number(m_count));
  }

 private:
  quant::Policy m_policy;
  int m_count;
};

QString dayOf(const QDateTime& time) {
  const qint64 days = time.date().daysTo(QDate::currentDate());
  if (days == 0) return QObject::tr("today, %1").arg(time.toString(QStringLiteral("HH:mm")));
  if (days == 1) return QObject::tr("yesterday");
  return time.toString(days < 300 ? QStringLiteral("d MMM") : QStringLiteral("d MMM yyyy"));
}

QWidget* steps(QWidget* parent) {
  auto* box = new QWidget(parent);
  auto* row = new QHBoxLayout(box);
  row->setContentsMargins(0, 4, 0, 0);
  row->setSpacing(8);
  int number = 1;
  for (const QString& words : {QObject::tr("Open"), QObject::tr("Calibrate"), QObject::tr("See and decide"),
                               QObject::tr("Export"), QObject::tr("Verify")}) {
    if (number > 1) row->addWidget(new IconLabel(QStringLiteral("forward"), &Theme::ink3, 14, box));
    row->addWidget(makeLabel(QString::number(number++), "key", box), 0, Qt::AlignVCenter);
    row->addWidget(makeLabel(words, "label", box));
  }
  row->addStretch(1);
  return box;
}

}  // namespace

StartPage::StartPage(QWidget* parent) : QWidget(parent) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->setSpacing(0);
  m_error = new ErrorBar(this);
  outer->addWidget(m_error);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);  // its rows and buttons scroll themselves into sight
  scroll->setProperty("class", "ground");
  outer->addWidget(scroll, 1);
  auto* ground = new QWidget(scroll);
  ground->setProperty("class", "ground");
  scroll->setWidget(ground);
  auto* centred = new QHBoxLayout(ground);
  auto* page = new QWidget(ground);
  page->setFixedWidth(kPageWidth);
  centred->addStretch(1);
  centred->addWidget(page);
  centred->addStretch(1);

  auto* column = new QVBoxLayout(page);
  column->setSpacing(16);
  column->setContentsMargins(0, 24, 0, 24);
  column->addStretch(1);
  auto* headline = new QLabel(tr("See the outliers, choose the policy, export W4A8"), page);
  headline->setFont(uiFont(24, QFont::DemiBold));
  column->addWidget(headline);
  column->addWidget(makeLabel(tr("Open a checkpoint to calibrate it, or a snapshot that was calibrated elsewhere. "
                                 "Nothing is copied or changed."),
                              "label", page));
  column->addSpacing(4);

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
                        tr("config.json and safetensors, one file or sharded"), folder, tr("Ctrl O"), false, page),
                   1);
  cards->addWidget(
      card(QStringLiteral("snapshot"), tr("Open a snapshot"),
           tr("Statistics of a calibration; works without its checkpoint"), snapshot, tr("Ctrl Shift O"), false, page),
      1);
  cards->addWidget(card(QStringLiteral("sample"), tr("Try the bundled sample"),
                        tr("A small trained model, calibrated at the first click: every view works at once"), sample,
                        {}, true, page),
                   1);
  column->addLayout(cards);
  m_dropZone = new DropZone(page);
  column->addWidget(m_dropZone);

  m_recentBox = new QWidget(page);
  auto* recent = new QVBoxLayout(m_recentBox);
  recent->setContentsMargins(0, 12, 0, 0);
  auto* head = new QHBoxLayout;
  auto* title = new QLabel(tr("Recent"), m_recentBox);
  title->setFont(uiFont(13, QFont::DemiBold));
  head->addWidget(title);
  head->addStretch(1);
  head->addWidget(makeLabel(tr("Ctrl 1 … Ctrl 9"), "hint", m_recentBox));
  recent->addLayout(head);
  auto* list = new QWidget(m_recentBox);
  list->setProperty("class", "card");
  list->setAttribute(Qt::WA_StyledBackground);
  m_recent = new QVBoxLayout(list);
  m_recent->setContentsMargins(1, 1, 1, 1);
  m_recent->setSpacing(0);
  recent->addWidget(list);
  column->addWidget(m_recentBox);
  m_recentBox->hide();

  auto* foot = new QHBoxLayout;
  foot->addWidget(steps(page), 1);
  auto* help = new QPushButton(tr("F1  what each step does"), page);
  help->setProperty("class", "quiet");
  connect(help, &QPushButton::clicked, this, &StartPage::helpRequested);
  foot->addWidget(help);
  column->addLayout(foot);
  column->addStretch(2);
}

QWidget* StartPage::makeRow(const RecentFile& file, int number) {
  const QFileInfo info(file.path);
  const bool exists = info.exists();
  auto* row = new QPushButton(m_recentBox);
  row->setProperty("class", "row");
  row->setFixedHeight(kRowHeight);
  row->setAccessibleName(file.title + QLatin1Char(' ') + file.path);
  row->setToolTip(file.path);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(16, 0, 16, 0);
  line->setSpacing(12);
  const QString icon = info.suffix() == QLatin1String("h5")       ? QStringLiteral("snapshot")
                       : info.suffix() == QLatin1String("oscope") ? QStringLiteral("chip")
                                                                  : QStringLiteral("folder");
  line->addWidget(new IconLabel(icon, exists ? &Theme::ink2 : &Theme::disabled, 18, row));
  auto* names = new QVBoxLayout;
  names->setSpacing(1);
  names->addStretch(1);
  auto* name = makeLabel(file.title.isEmpty() ? info.fileName() : file.title, exists ? "name" : "label", row);
  auto* place = makeLabel({}, "hint", row);
  place->setText(place->fontMetrics().elidedText(file.path, Qt::ElideMiddle, 330));
  names->addWidget(name);
  names->addWidget(place);
  names->addStretch(1);
  line->addLayout(names, 1);
  auto* kind = makeLabel(exists ? file.kind : tr("△! %1, not found").arg(file.kind), exists ? "label" : "warning", row);
  kind->setFixedWidth(172);
  line->addWidget(kind);
  const bool calibrated = std::any_of(file.counts.begin(), file.counts.end(), [](int count) { return count > 0; });
  for (quant::Policy policy : {quant::Policy::Static, quant::Policy::LaeStatic, quant::Policy::Dynamic}) {
    if (calibrated && exists) {
      line->addWidget(new PolicyCount(policy, file.counts[static_cast<std::size_t>(policy)], row));
    } else {
      auto* none = new QWidget(row);  // kinds and days stand under each other
      none->setFixedWidth(kCountWidth);
      line->addWidget(none);
    }
  }
  auto* when = makeLabel(exists ? dayOf(file.opened) : tr("Locate…"), exists ? "hint" : "linkText", row);
  when->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  when->setFixedWidth(90);
  line->addWidget(when);
  for (QWidget* child : row->findChildren<QWidget*>()) child->setAttribute(Qt::WA_TransparentForMouseEvents);
  const auto act = [this, path = file.path, exists] { exists ? emit pathRequested(path) : emit locateRequested(path); };
  connect(row, &QPushButton::clicked, this, act);
  // While this page is shown the rail is off, so its keys open recent files.
  for (const char* modifier : {"Ctrl", "Alt"}) {
    const QKeySequence keys(QStringLiteral("%1+%2").arg(QLatin1String(modifier)).arg(number));
    connect(new QShortcut(keys, row), &QShortcut::activated, this, act);
  }
  return row;
}

void StartPage::setRecent(const std::vector<RecentFile>& files) {
  while (QLayoutItem* item = m_recent->takeAt(0)) {
    item->widget()->hide();
    item->widget()->deleteLater();
    delete item;
  }
  m_recentBox->setVisible(!files.empty());
  int number = 1;
  for (const RecentFile& file : files) {
    if (number > 1) m_recent->addWidget(makeRule(Qt::Horizontal, m_recentBox));
    m_recent->addWidget(makeRow(file, number++));
  }
}

}  // namespace oscope::gui
