#include "app/gui/views/view.h"

#include "app/gui/frame/loading_veil.h"
#include "app/gui/jobs/job_runner.h"

namespace oscope::gui {

TextWork View::tableWork() const {
  return [text = csv().toStdString()](const JobContext&) { return text; };
}

void View::setLoading(QWidget* part, bool loading) {
  LoadingVeil*& veil = m_veils[part];
  if (veil == nullptr) veil = new LoadingVeil(part);
  veil->setLoading(loading);
}

void View::dimWhile(Job* job, JobRunner& jobs, QWidget* part) {
  setLoading(part, true);
  connect(job, &Job::finished, part, [this, job, &jobs, part] { setLoading(part, jobs.runs(job->channel())); });
}

}  // namespace oscope::gui
