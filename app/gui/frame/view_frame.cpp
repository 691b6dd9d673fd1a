#include "app/gui/frame/view_frame.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/document.h"
#include "app/gui/frame/loading_veil.h"
#include "app/gui/frame/panes.h"
#include "app/gui/frame/view_splitter.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/view_context.h"

namespace oscope::gui {
namespace {

constexpr int kBusyDelay = 200;                  // milliseconds until work is worth a line
constexpr const char* kSplitters = "splitters";  // in a view's state

}  // namespace

ViewFrame::ViewFrame(const ViewServices& services, QWidget* parent) : QWidget(parent), m_services(services) {
  setProperty("class", "surface");
  setAttribute(Qt::WA_StyledBackground);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);

  auto* header = new QWidget(this);
  header->setFixedHeight(48);
  auto* row = new QHBoxLayout(header);
  row->setContentsMargins(12, 0, 16, 0);
  row->setSpacing(6);
  m_back = makeIconButton(QStringLiteral("back"), tr("Back"), QKeySequence(Qt::ALT | Qt::Key_Left), header);
  m_forward = makeIconButton(QStringLiteral("forward"), tr("Forward"), QKeySequence(Qt::ALT | Qt::Key_Right), header);
  m_title = makeLabel({}, "title", header);
  m_subtitle = new ElidedLabel("label", header);
  m_save = makeIconButton(QStringLiteral("save"), tr("Save picture or table"), {}, header);
  m_save->setToolTip(tr("Save picture or table (Ctrl+Shift+E)"));
  row->addWidget(m_back);
  row->addWidget(m_forward);
  row->addSpacing(6);
  row->addWidget(m_title);
  row->addSpacing(4);
  row->addWidget(m_subtitle, 1);
  m_controls = new QHBoxLayout;
  m_controls->setSpacing(12);
  row->addLayout(m_controls);
  m_fit = makeIconButton(QStringLiteral("fit"), tr("Show all"), {}, header);
  m_more = makeIconButton(QStringLiteral("more"), tr("More"), {}, header);
  auto* tools = new QHBoxLayout;
  tools->setSpacing(2);
  for (QToolButton* button : {m_fit, m_save, m_more}) tools->addWidget(button);
  row->addLayout(tools);
  column->addWidget(header);
  column->addWidget(makeRule(Qt::Horizontal, this));

  m_busyLine = new QWidget(this);
  m_busyLine->setFixedHeight(2);
  m_busyLine->setStyleSheet(QStringLiteral("background: palette(highlight)"));
  m_busyLine->hide();
  column->addWidget(m_busyLine);

  m_error = new ErrorBar(this);
  column->addWidget(m_error);

  m_stack = new QStackedWidget(this);
  auto* empty = new EmptyState(
      tr("No calibration yet.\nOne run of the model over a text or random tokens gathers what is shown here."),
      tr("Calibrate…"), this);
  m_empty = empty;
  m_stack->addWidget(m_empty);
  column->addWidget(m_stack, 1);
  m_opening = new LoadingVeil(m_stack);

  connect(empty, &EmptyState::actionRequested, this, &ViewFrame::emptyActionRequested);
  m_busyDelay.setSingleShot(true);
  m_busyDelay.setInterval(kBusyDelay);
  connect(&m_busyDelay, &QTimer::timeout, m_busyLine, &QWidget::show);
  connect(m_back, &QToolButton::clicked, &m_services.context, &ViewContext::goBack);
  connect(m_forward, &QToolButton::clicked, &m_services.context, &ViewContext::goForward);
  connect(m_fit, &QToolButton::clicked, this, [this] {
    if (m_current != nullptr) m_current->fit();
  });
  connect(m_save, &QToolButton::clicked, this, &ViewFrame::saveAs);
  connect(m_more, &QToolButton::clicked, this, [this] { showMore(m_more); });
  connect(&m_services.context, &ViewContext::leaving, this, [this] {
    if (m_current != nullptr) m_services.context.rememberState(m_current->state());
  });
  connect(&m_services.context, &ViewContext::revisited, this, [this](const Json& state) {
    if (m_current != nullptr && !state.is_null()) m_current->restore(state);
  });
  connect(&m_services.context, &ViewContext::historyChanged, this, &ViewFrame::refreshHeader);
  connect(&m_services.document, &Document::snapshotChanged, this, [this] {
    if (!m_currentId.isEmpty()) show(m_currentId);
  });
}

View* ViewFrame::view(const QString& id) const {
  const auto found = m_views.find(id);
  return found == m_views.end() ? nullptr : found->second;
}

void ViewFrame::takeFocus() {
  QWidget* stop = m_current != nullptr ? m_current->firstFocus() : nullptr;
  if (stop == nullptr || !isStop(stop)) stop = firstStop(m_stack);
  if (stop != nullptr) stop->setFocus(Qt::OtherFocusReason);
}

void ViewFrame::orderStops(View* view) {
  // Made later than all around it, the view would come last: Tab goes from the header into it.
  std::vector<QWidget*> stops;
  for (QWidget* next = view->nextInFocusChain(); next != view; next = next->nextInFocusChain()) {
    const bool inside =
        view->isAncestorOf(next) || (view->headerControls() != nullptr && view->headerControls()->isAncestorOf(next));
    if (inside && (next->focusPolicy() & Qt::TabFocus) != 0) stops.push_back(next);
  }
  QWidget* last = m_more;
  for (QWidget* stop : stops) {
    setTabOrder(last, stop);
    last = stop;
  }
}

void ViewFrame::show(const QString& id) {
  const QWidget* const focused = window()->focusWidget();
  const bool hadFocus = focused != nullptr && m_stack->isAncestorOf(focused);
  for (const ViewEntry& entry : views()) {
    if (entry.id != id) continue;
    m_currentId = id;
    m_title->setText(entry.title);
    if (m_current != nullptr && m_current->headerControls() != nullptr) m_current->headerControls()->hide();
    if (entry.needsSnapshot && m_services.document.snapshot() == nullptr) {
      m_current = nullptr;
      m_stack->setCurrentWidget(m_empty);
    } else {
      View*& slot = m_views[id];
      if (slot == nullptr) {
        slot = entry.make(m_services, m_stack);
        m_stack->addWidget(slot);
        if (QWidget* controls = slot->headerControls()) m_controls->addWidget(controls);
        orderStops(slot);
        connect(slot, &View::subtitleChanged, this, &ViewFrame::refreshHeader);
        connect(slot, &View::saveRequested, this, &ViewFrame::saveAs);
        connect(slot, &View::moreRequested, this, &ViewFrame::showMore);
        const std::string key = id.toStdString();
        if (m_splitters.contains(key)) restoreSplitters(*slot, m_splitters[key]);
        if (m_waiting.contains(key)) restore(slot, m_waiting[key]);
      }
      m_current = slot;
      if (QWidget* controls = m_current->headerControls()) controls->show();
      m_stack->setCurrentWidget(m_current);
    }
    refreshHeader();
    if (hadFocus) takeKeyboard(m_stack->currentWidget());
    return;
  }
}

void ViewFrame::refreshHeader() {
  m_back->setEnabled(m_services.context.canGoBack());
  m_forward->setEnabled(m_services.context.canGoForward());
  m_subtitle->setText(m_current != nullptr ? m_current->subtitle() : QString());
  const bool tools = m_current != nullptr && !m_current->hasOwnTools();
  m_fit->setVisible(tools && m_current->canFit());
  m_save->setVisible(tools && canSave());
  m_more->setVisible(tools);
}

void ViewFrame::showError(const ErrorBarText& error) {
  m_error->showError(error);
}

void ViewFrame::clearError() {
  m_error->hide();
}

Json ViewFrame::states() const {
  Json all = m_waiting;
  for (const auto& [id, view] : m_views) {
    if (view == nullptr) continue;
    Json& state = all[id.toStdString()] = view->state();
    if (Json splitters = splitterStates(*view); !splitters.empty()) state[kSplitters] = std::move(splitters);
  }
  return all;
}

void ViewFrame::restore(View* view, const Json& state) {
  view->restore(state);
  if (state.is_object() && state.contains(kSplitters)) restoreSplitters(*view, state[kSplitters]);
}

void ViewFrame::setStates(const Json& states) {
  m_waiting = states.is_object() ? states : Json::object();
  for (const auto& [id, view] : m_views) {
    const auto found = m_waiting.find(id.toStdString());
    if (view != nullptr && found != m_waiting.end()) restore(view, *found);
  }
}

Json ViewFrame::splitters() const {
  Json all = m_splitters;
  for (const auto& [id, view] : m_views) {
    if (view != nullptr) all[id.toStdString()] = splitterStates(*view);
  }
  return all;
}

void ViewFrame::setSplitters(const Json& splitters) {
  m_splitters = splitters.is_object() ? splitters : Json::object();
}

void ViewFrame::setOpening(bool opening) {
  m_opening->setLoading(opening);
}

void ViewFrame::setBusy(bool busy) {
  // Short work shows nothing: a line that flashes says less than none.
  if (!busy) {
    m_busyDelay.stop();
    m_busyLine->hide();
  } else if (!m_busyLine->isVisible() && !m_busyDelay.isActive()) {
    m_busyDelay.start();
  }
}

}  // namespace oscope::gui
