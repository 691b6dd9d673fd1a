// A plan over two blocks of a made-up gated model, for tests of what is written about it.
#pragma once

#include <string>

#include "analysis/model/model_graph.h"
#include "quant/policy/plan.h"

namespace oscope::test {

inline quant::LinearPlan linearPlan(const std::string& module, std::int64_t out, std::int64_t in,
                                    quant::WeightScheme scheme) {
  quant::LinearPlan linear;
  linear.module = module;
  linear.out = out;
  linear.in = in;
  linear.scheme = scheme;
  return linear;
}

/// attn_in static with q, k, v in int4 groups of 16; ffn_mid dynamic with down in int4 per channel; a float linear and
/// a weight-only one.
inline quant::Plan smallPlan() {
  using Granularity = quant::ActivationPlan::Granularity;
  quant::Plan plan;
  plan.sites.resize(3);
  plan.sites[0].id = {0, SiteKind::AttnIn};
  plan.sites[0].policy = quant::Policy::LaeStatic;
  plan.sites[0].activation.granularity = Granularity::Tensor;
  plan.sites[0].activation.scale = 0.0625f;
  for (const char* name : {"q", "k", "v"}) {
    plan.sites[0].linears.push_back(
        linearPlan(std::string("model.layers.0.self_attn.") + name + "_proj", 8, 32, {4, 16, true}));
  }
  plan.sites[1].id = {0, SiteKind::AttnOut};
  plan.sites[1].policy = quant::Policy::None;
  plan.sites[1].activation.granularity = Granularity::Float;
  plan.sites[1].linears = {linearPlan("model.layers.0.self_attn.o_proj", 32, 8, {16, 0, true})};
  plan.sites[2].id = {0, SiteKind::FfnMid};
  plan.sites[2].policy = quant::Policy::Dynamic;
  plan.sites[2].activation.granularity = Granularity::Token;
  plan.sites[2].linears = {linearPlan("model.layers.0.mlp.down_proj", 32, 20, {4, 0, true})};
  return plan;
}

inline model::ModelGraph headOnlyGraph() {
  model::ModelGraph graph;
  graph.head.module = "lm_head";
  return graph;
}

}  // namespace oscope::test
