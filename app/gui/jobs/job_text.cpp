#include "app/gui/jobs/job_text.h"

#include <algorithm>

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

int progressPermille(const Progress& progress) {
  return progress.total > 0
             ? static_cast<int>(1000 * std::clamp<std::int64_t>(progress.done, 0, progress.total) / progress.total)
             : -1;
}

QString endText(const Job& job) {
  constexpr double kShort = 10;  // seconds; below, minutes and seconds say too little
  const QString time = job.seconds() < kShort ? QObject::tr("%1 s").arg(job.seconds(), 0, 'f', 1)
                                              : QString::fromStdString(app::formatDuration(job.seconds()));
  const Progress& progress = job.progress();
  switch (job.outcome().state) {
    case JobOutcome::State::Cancelled:
      return QObject::tr("cancelled after %1").arg(time);
    case JobOutcome::State::Failed:
      return QObject::tr("failed: %1").arg(job.outcome().text);
    case JobOutcome::State::Done:
      break;
  }
  if (progress.total <= 1) return QObject::tr("done in %1").arg(time);
  return QObject::tr("%1 %2 in %3")
      .arg(QString::fromStdString(app::formatCount(progress.total)), QString::fromStdString(progress.unit), time);
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
