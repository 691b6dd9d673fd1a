#include "app/gui/jobs/job_text.h"

#include "app/common/number_format.h"

namespace oscope::gui {

QString progressText(const Progress& progress) {
  if (progress.total <= 0) return {};
  QString text =
      QObject::tr("%1 of %2 %3")
          .arg(QString::fromStdString(app::formatCount(progress.done)),
               QString::fromStdString(app::formatCount(progress.total)), QString::fromStdString(progress.unit));
  if (progress.etaSeconds)
    text += QObject::tr(" · %1 left").arg(QString::fromStdString(app::formatDuration(*progress.etaSeconds)));
  if (!progress.note.empty()) text += QStringLiteral(" · ") + QString::fromStdString(progress.note);
  return text;
}

QString outcomeText(const JobOutcome& outcome) {
  if (outcome.state == JobOutcome::State::Done) return QObject::tr("done");
  if (outcome.state == JobOutcome::State::Cancelled) return QObject::tr("stopped; nothing was changed");
  QString text = outcome.text;
  if (!outcome.where.isEmpty()) text += QLatin1Char('\n') + outcome.where;
  if (!outcome.remedy.isEmpty()) text += QLatin1Char('\n') + outcome.remedy;
  return text;
}

}  // namespace oscope::gui
