#include "app/gui/views/policy/edit_bar.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/common/number_format.h"
#include "app/gui/forms/weight_scheme_form.h"
#include "app/gui/icons.h"
#include "app/gui/marks.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

/// Mark or icon, words and the key that does the same.
class BarButton : public QAbstractButton {
 public:
  BarButton(const QString& text, const QString& key, QWidget* parent) : QAbstractButton(parent), m_key(key) {
    setText(text);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(text);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAttribute(Qt::WA_Hover);
  }
  void setMark(quant::Policy policy) { m_mark = policy; }
  void setIconName(const QString& icon) { m_icon = icon; }
  QSize sizeHint() const override {
    const int words = text().isEmpty() ? 0 : QFontMetrics(uiFont(12, QFont::Medium)).horizontalAdvance(text()) + 6;
    return {words + (m_key.isEmpty() ? 0 : 24) + (m_mark || !m_icon.isEmpty() ? 20 : 0) + 10, 28};
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    const Theme& t = darkTheme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(0.75, 0.75, -0.75, -0.75);
    painter.setPen(hasFocus() ? QPen(t.accent, 1.5) : QPen(Qt::NoPen));
    painter.setBrush(isEnabled() && underMouse() ? QBrush(t.border) : QBrush(Qt::NoBrush));
    painter.drawRoundedRect(box, 6, 6);
    double x = 6;
    painter.setOpacity(isEnabled() ? 1 : 0.4);
    if (m_mark) paintMark(painter, QPointF(x + 7, height() / 2.0), *m_mark, 0.9, {}, t);
    if (!m_icon.isEmpty()) {
      painter.drawPixmap(QPointF(x, height() / 2.0 - 7), iconPixmap(m_icon, t.ink2, 14, devicePixelRatioF()));
    }
    if (m_mark || !m_icon.isEmpty()) x += 20;
    painter.setFont(uiFont(12, QFont::Medium));
    painter.setPen(t.ink);
    painter.drawText(QRectF(x, 0, width() - x, height()), Qt::AlignVCenter, text());
    if (m_key.isEmpty()) return;
    const QRectF cap(width() - 24, height() / 2.0 - 9, 18, 18);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.border);
    painter.drawRoundedRect(cap, 4, 4);
    painter.setFont(monoFont(11));
    painter.setPen(t.ink2);
    painter.drawText(cap, Qt::AlignCenter, m_key);
  }

 private:
  QString m_key, m_icon;
  std::optional<quant::Policy> m_mark;
};

QWidget* barRule(QWidget* parent) {
  auto* rule = new QWidget(parent);
  rule->setFixedSize(1, 20);
  rule->setStyleSheet(QStringLiteral("background: %1").arg(darkTheme().borderStrong.name()));
  return rule;
}

QLabel* barLabel(QWidget* parent, const QColor& color, QFont::Weight weight) {
  auto* label = new QLabel(parent);
  label->setStyleSheet(QStringLiteral("color: %1; font-size: 12px; font-weight: %2; background: transparent")
                           .arg(color.name())
                           .arg(static_cast<int>(weight)));
  return label;
}

}  // namespace

EditBar::EditBar(Document& document, QWidget* parent) : QWidget(parent), m_document(document) {
  setAccessibleName(tr("Edit the selected sites"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(20, 12, 14, 16);
  column->setSpacing(2);
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  m_count = barLabel(this, darkTheme().ink, QFont::DemiBold);
  row->addWidget(m_count);
  row->addSpacing(8);
  row->addWidget(barRule(this));
  row->addSpacing(8);
  QLabel* setTo = barLabel(this, darkTheme().ink3, QFont::Normal);
  setTo->setText(tr("Set to"));
  row->addWidget(setTo);
  const char* const keys[] = {"1", "2", "3", "0"};
  for (quant::Policy policy : quant::kPolicies) {
    const auto i = static_cast<std::size_t>(policy);
    const QString title = policy == quant::Policy::LaeStatic ? tr("LAE") : policyTitle(policy);
    auto* button = new BarButton(title, QString::fromLatin1(keys[i]), this);
    button->setMark(policy);
    connect(button, &QAbstractButton::clicked, this, [this, policy] { m_document.setPolicy(m_sites, policy); });
    row->addWidget(button);
    m_policies[i] = button;
  }
  row->addSpacing(4);
  row->addWidget(barRule(this));
  auto* reset = new BarButton(tr("Reset to rule"), QStringLiteral("R"), this);
  reset->setIconName(QStringLiteral("reset"));
  connect(reset, &QAbstractButton::clicked, this, [this] { m_document.setPolicy(m_sites, std::nullopt); });
  row->addWidget(m_reset = reset);
  row->addWidget(barRule(this));
  auto* weights = new BarButton(tr("Weights"), {}, this);
  weights->setIconName(QStringLiteral("chevron-down"));
  weights->setToolTip(tr("Weight scheme of the linears of these sites"));
  connect(weights, &QAbstractButton::clicked, this, &EditBar::chooseWeights);
  row->addWidget(m_weights = weights);
  row->addSpacing(4);
  auto* close = new BarButton({}, {}, this);
  close->setIconName(QStringLiteral("close"));
  close->setAccessibleName(tr("Clear the selection"));
  close->setToolTip(tr("Clear the selection (Esc)"));
  connect(close, &QAbstractButton::clicked, this, &EditBar::closed);
  row->addWidget(close);
  column->addLayout(row);
  m_notice = barLabel(this, darkTheme().warning, QFont::Normal);
  m_notice->hide();
  column->addWidget(m_notice);
  connect(&document, &Document::planChanged, this, [this] {
    if (isVisible()) refresh();
  });
  hide();
}

void EditBar::setSites(const std::set<SiteId>& sites) {
  m_sites = sites;
  setVisible(!sites.empty());
  setNotice({});
  if (!sites.empty()) refresh();
}

void EditBar::setNotice(const QString& text) {
  m_notice->setText(text);
  m_notice->setVisible(!text.isEmpty());
  placeIn(m_area);
}

void EditBar::refresh() {
  m_count->setText(
      QString::fromStdString(app::formatCounted(static_cast<std::int64_t>(m_sites.size()), "site", "sites")));
  bool anyByHand = false;
  for (SiteId site : m_sites) {
    const SiteRow* row = m_document.row(site);
    anyByHand = anyByHand || (row != nullptr && row->overridden);
  }
  m_reset->setEnabled(anyByHand);
  m_reset->setToolTip(anyByHand ? tr("Reset to rule (R)") : tr("None of these sites was set by hand"));
  for (quant::Policy policy : quant::kPolicies) {
    QString obstacle;
    const auto can = std::count_if(m_sites.begin(), m_sites.end(), [&](SiteId site) {
      const QString why = m_document.whyNot(site, policy);
      if (!why.isEmpty()) obstacle = why;
      return why.isEmpty();
    });
    QAbstractButton* const button = this->button(policy);
    button->setEnabled(can > 0);
    button->setToolTip(obstacle.isEmpty() ? policyTitle(policy)
                                          : tr("%1 of %2 sites can't have it: %3")
                                                .arg(static_cast<qlonglong>(m_sites.size()) - can)
                                                .arg(m_sites.size())
                                                .arg(obstacle));
  }
  placeIn(m_area);
}

void EditBar::chooseWeights() {
  QMenu menu(this);
  const quant::WeightScheme own = m_document.recipe().weights;
  const auto add = [&](const QString& title, std::optional<quant::WeightScheme> scheme) {
    connect(menu.addAction(title), &QAction::triggered, this,
            [this, scheme] { m_document.setWeights(m_sites, scheme); });
  };
  add(tr("As the recipe: %1").arg(QString::fromStdString(own.describe())), std::nullopt);
  menu.addSeparator();
  for (const quant::WeightScheme& scheme : {quant::WeightScheme{4, 128, true}, quant::WeightScheme{4, 0, true},
                                            quant::WeightScheme{8, 0, true}, quant::WeightScheme{16, 0, true}}) {
    add(QString::fromStdString(scheme.describe()), scheme);
  }
  menu.addSeparator();
  connect(menu.addAction(tr("Other…")), &QAction::triggered, this, [this, own] {
    QDialog dialog(this);
    dialog.setWindowTitle(tr("Weights of the selected sites"));
    auto* column = new QVBoxLayout(&dialog);
    auto* form = new WeightSchemeForm(&dialog);
    form->setScheme(own);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, &dialog);
    buttons->addButton(tr("Set"), QDialogButtonBox::AcceptRole);
    connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    column->addWidget(form);
    column->addWidget(buttons);
    if (dialog.exec() == QDialog::Accepted) m_document.setWeights(m_sites, form->scheme());
  });
  menu.exec(m_weights->mapToGlobal(QPoint(0, -menu.sizeHint().height() - 4)));
}

void EditBar::placeIn(const QRect& area) {
  m_area = area;
  if (!area.isValid()) return;
  const QSize size = sizeHint().boundedTo(area.size());
  setGeometry(area.center().x() - size.width() / 2, area.bottom() - size.height() - 8, size.width(), size.height());
  raise();
}

void EditBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF box = QRectF(rect()).adjusted(6, 4, -6, -8);
  painter.setPen(Qt::NoPen);
  for (int i = 4; i > 0; --i) {  // the shadow that lifts it above the table
    painter.setBrush(QColor(0, 0, 0, 10));
    painter.drawRoundedRect(box.adjusted(-i, -i + 2, i, i + 2), 8 + i, 8 + i);
  }
  const Theme& t = darkTheme();
  painter.setBrush(theme().dark ? t.hover : t.surface);
  painter.setPen(QPen(t.borderStrong, theme().dark ? 1 : 0));
  painter.drawRoundedRect(box, 8, 8);
}

}  // namespace oscope::gui
