// The real window on the bundled sample, for tests that drive it.
#pragma once

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <QTest>

#include "app/gui/frame/main_window.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/jobs/sample_workspace.h"
#include "tests/support/test_data.h"

namespace oscope::gui {

constexpr int kPatience = 60'000;  // milliseconds until a job must have ended

class SampleWindow : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto workspace = makeSampleWorkspace(m_scratch.path(), JobContext{});
    m_window.resize(1600, 1000);
    m_window.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&m_window));
    QSignalSpy opened(&m_window.document(), &Document::opened);
    m_window.open(QString::fromStdString(workspace.string()));
    ASSERT_TRUE(opened.wait(kPatience));
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_window.document().predictions() != nullptr; }, kPatience));
  }

  Document& document() { return m_window.document(); }
  ViewContext& context() { return m_window.context(); }
  const stats::SiteStats& site(SiteId id) { return document().snapshot()->site(id); }
  const quant::SitePlan& plan(SiteId id) { return document().plan()->sites[*document().indexOf(id)]; }
  template <typename T>
  T* showView(const char* id) {
    context().show(QString::fromLatin1(id));
    return qobject_cast<T*>(m_window.frame()->current());
  }

  const test::ScratchFolder m_scratch;
  MainWindow m_window;
};

}  // namespace oscope::gui
