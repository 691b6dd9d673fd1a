#include "app/gui/views/policy/filter_row.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QVBoxLayout>

#include "app/common/number_format.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/marks.h"
#include "app/gui/models/site_filter.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"

namespace oscope::gui {
namespace {

constexpr std::array<const char*, 5> kWords{"static", "lae", "dynamic", "float", "hand"};

/// A pill with a mark, a word and a count; checked while its word stands in the filter.
class Chip : public QAbstractButton {
 public:
  Chip(const QString& text, QWidget* parent) : QAbstractButton(parent) {
    setText(text);
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  }
  void setMark(quant::Policy policy) { m_mark = policy; }
  void setCount(int count) {
    const QString words = QString::fromStdString(app::formatCount(count));
    if (words == m_count) return;
    m_count = words;
    setAccessibleName(QStringLiteral("%1: %2").arg(text(), m_count));
    updateGeometry();
    update();
  }
  QSize sizeHint() const override {
    return {QFontMetrics(uiFont(12, QFont::Medium)).horizontalAdvance(text()) + (m_mark ? 18 : 0) + 28 +
                QFontMetrics(monoFont(11)).horizontalAdvance(m_count),
            24};
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    const Theme& t = theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(0.75, 0.75, -0.75, -0.75);
    painter.setPen(QPen(isChecked() || hasFocus() ? t.accent : t.borderStrong, hasFocus() ? 1.5 : 1));
    painter.setBrush(isChecked() ? t.accentSoft : underMouse() ? t.hover : t.surface);
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2);
    double x = 11;
    if (m_mark) {
      paintMark(painter, QPointF(x + 4, height() / 2.0), *m_mark, 0.8);
      x += 16;
    }
    painter.setFont(uiFont(12, QFont::Medium));
    painter.setPen(t.ink);
    painter.drawText(QRectF(x, 0, width(), height()), Qt::AlignVCenter, text());
    painter.setFont(monoFont(11));
    painter.setPen(t.ink3);
    painter.drawText(QRectF(0, 0, width() - 10, height()), Qt::AlignVCenter | Qt::AlignRight, m_count);
  }

 private:
  std::optional<quant::Policy> m_mark;
  QString m_count;
};

}  // namespace

FilterRow::FilterRow(const Document& document, ViewContext& context, QWidget* parent)
    : QWidget(parent), m_document(document), m_context(context) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(24, 12, 24, 10);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  m_edit = new QLineEdit(this);
  m_edit->setPlaceholderText(tr("ffn_mid & range>150"));
  m_edit->setClearButtonEnabled(true);
  m_edit->addAction(QIcon(iconPixmap(QStringLiteral("search"), theme().ink3, 16, 2)), QLineEdit::LeadingPosition);
  m_edit->setAccessibleName(tr("Filter sites"));
  m_edit->setToolTip(tr("Filter sites (Ctrl+F). %1").arg(siteFilterHelp()));
  m_edit->setMinimumWidth(150);
  m_edit->setMaximumWidth(300);
  row->addWidget(m_edit, 3);
  row->addSpacing(4);
  for (std::size_t i = 0; i < m_chips.size(); ++i) {
    const bool isPolicy = i < quant::kPolicies.size();
    const QString title = !isPolicy ? tr("By hand") : i == 1 ? tr("LAE") : policyTitle(quant::kPolicies[i]);
    auto* chip = new Chip(title, this);
    if (isPolicy) chip->setMark(quant::kPolicies[i]);
    const QString word = QString::fromLatin1(kWords[i]);
    chip->setToolTip(tr("Show only these: adds “%1” to the filter").arg(word));
    connect(chip, &QAbstractButton::clicked, this, [this, word] {
      const QString& filter = m_context.filter();
      m_context.setFilter(hasTerm(filter, word) ? withoutTerm(filter, word) : withTerm(filter, word));
    });
    row->addWidget(chip);
    m_chips[i] = chip;
  }
  row->addStretch(1);
  m_count = makeLabel({}, "label", this);
  row->addWidget(m_count);
  column->addLayout(row);
  m_problem = makeLabel({}, "error", this);
  m_problem->hide();
  column->addWidget(m_problem);

  connect(m_edit, &QLineEdit::textChanged, &m_context, &ViewContext::setFilter);
  const auto take = [this](const QString& filter) {
    if (m_edit->text() != filter) m_edit->setText(filter);
    const QString error = SiteFilter::parse(filter).error;
    m_problem->setText(error);
    m_problem->setVisible(!error.isEmpty());
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
      m_chips[i]->setChecked(hasTerm(filter, QString::fromLatin1(kWords[i])));
    }
  };
  connect(&m_context, &ViewContext::filterChanged, this, take);
  take(m_context.filter());
}

void FilterRow::refresh(int shown) {
  std::array<int, 5> counts{};
  for (const SiteRow& row : m_document.rows()) {
    ++counts[static_cast<std::size_t>(row.policy)];
    counts[4] += row.overridden ? 1 : 0;
  }
  for (std::size_t i = 0; i < m_chips.size(); ++i) static_cast<Chip*>(m_chips[i])->setCount(counts[i]);
  m_count->setText(tr("%1 of %2").arg(shown).arg(m_document.rows().size()));
}

void FilterRow::focusFilter() {
  m_edit->setFocus(Qt::ShortcutFocusReason);
  m_edit->selectAll();
}

}  // namespace oscope::gui
