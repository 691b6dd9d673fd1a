// Questions about one site that need its large arrays: a job reads them once per site and snapshot, and answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "analysis/stats/snapshot.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/views/one_site.h"

namespace oscope::gui {

/// What the arrays are of; a question adds what of the workspace its answer depends on, and compares equal by all.
struct SiteQuestion {
  SiteId site;
  std::string snapshot;  ///< content hash
  friend bool operator==(const SiteQuestion&, const SiteQuestion&) = default;
};

/// `Question` derives from SiteQuestion. The newest question wins; what has been read is used again while site and
/// snapshot stay.
template <typename Question, typename Answer>
class SiteInquiry {
 public:
  using Detail = std::shared_ptr<const stats::SiteDetail>;
  /// Runs on the job's thread.
  using Work = std::function<Answer(const stats::SnapshotPtr&, const Detail&, const JobContext&)>;

  SiteInquiry(JobRunner& jobs, const QString& channel) : m_jobs(jobs), m_channel(channel) {}

  /// Asked last; nullopt after forget().
  const std::optional<Question>& question() const { return m_question; }
  bool isAbout(const SiteQuestion& other) const { return m_question && about(*m_question) == about(other); }
  /// Null until the arrays of the question's site are here.
  const Detail& detail() const { return m_detail; }
  void forget() {
    m_question.reset();
    m_detail.reset();
  }

  /// `done` gets the answer in the GUI thread, unless another question was asked meanwhile.
  Job* ask(const Question& question, const stats::SnapshotPtr& snapshot, Work work, std::function<void(Answer)> done) {
    if (!isAbout(question)) m_detail.reset();
    m_question = question;
    struct Found {
      Detail detail;
      Answer answer;
    };
    return m_jobs.start<Found>(
        QObject::tr("Read %1").arg(siteTitle(question.site)),
        [site = question.site, snapshot, known = m_detail, work = std::move(work)](const JobContext& context) {
          Detail detail = known ? known : std::make_shared<const stats::SiteDetail>(snapshot->detail(site));
          context.checkCancelled();
          Answer answer = work(snapshot, detail, context);
          return Found{std::move(detail), std::move(answer)};
        },
        [this, question, done = std::move(done)](Found found) {
          if (m_question != question) return;
          m_detail = std::move(found.detail);
          done(std::move(found.answer));
        },
        m_channel);
  }

 private:
  static SiteQuestion about(const SiteQuestion& question) { return {question.site, question.snapshot}; }

  JobRunner& m_jobs;
  QString m_channel;
  std::optional<Question> m_question;
  Detail m_detail;
};

}  // namespace oscope::gui
