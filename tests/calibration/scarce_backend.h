// A backend that runs out of memory where a test says.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "analysis/base/error.h"
#include "tests/support/forwarding_backend.h"

namespace oscope::test {

class ScarceBackend final : public ForwardingBackend {
 public:
  /// `runsOut(op, rows)` is asked before "allocate", "linear", "add" and "accumulate".
  ScarceBackend(std::unique_ptr<compute::Backend> real, std::function<bool(const std::string&, std::int64_t)> runsOut)
      : ForwardingBackend(std::move(real)), m_runsOut(std::move(runsOut)) {}

  Tensor allocate(DType dtype, std::int64_t rows, std::int64_t cols) override {
    take("allocate", rows);
    return ForwardingBackend::allocate(dtype, rows, cols);
  }
  void linear(const Tensor& x, const Layout& layout, const Weight& w, const Weight* bias, Tensor& y) override {
    take("linear", x.rows);
    ForwardingBackend::linear(x, layout, w, bias, y);
  }
  void add(Tensor& x, const Tensor& y) override {
    take("add", x.rows);
    ForwardingBackend::add(x, y);
  }
  void accumulate(compute::SiteAccumulator& accumulator, const Tensor& x, const Layout& layout,
                  std::int64_t firstToken) override {
    take("accumulate", x.rows);
    ForwardingBackend::accumulate(accumulator, x, layout, firstToken);
  }

 private:
  void take(const std::string& op, std::int64_t rows) {
    if (m_runsOut(op, rows)) throw Error(ErrorCode::OutOfMemory, op, "out of memory, as the test wants it");
  }

  std::function<bool(const std::string&, std::int64_t)> m_runsOut;
};

}  // namespace oscope::test
