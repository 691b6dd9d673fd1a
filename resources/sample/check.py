#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the sample: ranges and FPTQ plan per site, perplexity of float, FPTQ, static and per-token W4A8.

Independent of the workbench (plain torch, fake quantization), so that both can be compared.
"""
import argparse
import copy
import json
import math
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional as F

from model import Config, Llama

HERE = Path(__file__).resolve().parent
GROUP = 128


def load_windows(tokenizer, path, count, length):
    """The text encoded once with one BOS, cut into windows without overlap: [count, length]."""
    ids = tokenizer.encode(path.read_text(encoding="utf-8")).ids
    return torch.tensor(ids[:count * length]).view(-1, length)


def sites(model):
    """Site name to (linears that read it, norm that produces it or None)."""
    found = {}
    for index, block in enumerate(model.model.layers):
        a, m = block.self_attn, block.mlp
        found[f"blocks.{index}.attn_in"] = ([a.q_proj, a.k_proj, a.v_proj], block.input_layernorm)
        found[f"blocks.{index}.attn_out"] = ([a.o_proj], None)
        found[f"blocks.{index}.ffn_in"] = ([m.gate_proj, m.up_proj], block.post_attention_layernorm)
        found[f"blocks.{index}.ffn_mid"] = ([m.down_proj], None)
    return found


@torch.no_grad()
def calibrate(model, windows):
    """Per site and channel: absmax and mean |x| over all tokens."""
    statistics, handles = {}, []
    for name, (linears, _) in sites(model).items():
        def watch(_, inputs, name=name):
            x = inputs[0].abs().flatten(0, 1)
            statistics[name] = dict(absmax=x.amax(0), mean_abs=x.mean(0))
        handles.append(linears[0].register_forward_pre_hook(watch))
    model(windows)
    for handle in handles:
        handle.remove()
    return statistics


def int4(weight):
    """Symmetric int4 in groups of input channels, bfloat16 scales: the dequantized weight."""
    grouped = weight.view(weight.shape[0], -1, GROUP)
    scale = (grouped.abs().amax(-1, keepdim=True) / 7).bfloat16().float()
    scale[scale == 0] = 1
    return (torch.clamp(torch.round(grouped / scale), -8, 7) * scale).view_as(weight)


def snap_up(value):
    """The next bfloat16 that is not below value."""
    rounded = torch.tensor(value, dtype=torch.float64).bfloat16()
    if rounded.double().item() < value:
        rounded = torch.nextafter(rounded, torch.tensor(math.inf, dtype=torch.bfloat16))
    return rounded.float().item()


def act(scale):
    """Forward pre-hook: int8 activations; `scale` None means per token, absmax / 127."""
    def hook(_, inputs):
        x = inputs[0]
        s = x.abs().amax(-1, keepdim=True) / 127 if scale is None else scale
        return (torch.clamp(torch.round(x / s), -128, 127) * s,)
    return hook


def policy_of(v, norm, v0, v1):
    if v <= v0:
        return "static"
    return "lae_static" if v < v1 and norm is not None else "dynamic"


@torch.no_grad()
def quantize(model, statistics, mode, v0, v1):
    """A W4A8 copy and its plan; mode: fptq, static or dynamic (everywhere, without a fold)."""
    model, plan = copy.deepcopy(model), {}
    for name, (linears, norm) in sites(model).items():
        m = statistics[name]["absmax"].double()
        policy = policy_of(m.max().item(), norm, v0, v1) if mode == "fptq" else mode
        if policy == "lae_static":
            s = m / torch.log2(2 + m)
            norm.weight /= s.float()
            for linear in linears:
                linear.weight *= s.float()
            m = m / s
        scale = None if policy == "dynamic" else snap_up(m.max().item() / 127)
        for linear in linears:
            linear.weight.copy_(int4(linear.weight))
            linear.register_forward_pre_hook(act(scale))
        plan[name] = policy
    return model, plan


@torch.no_grad()
def perplexity(model, windows):
    """exp of the mean over windows of the mean cross entropy of the window's T-1 targets."""
    total = 0.0
    for chunk in windows.split(8):
        logits = model(chunk)[:, :-1]
        total += F.cross_entropy(logits.flatten(0, 1), chunk[:, 1:].flatten(), reduction="sum").item()
    return math.exp(total / (windows.shape[0] * (windows.shape[1] - 1)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=HERE / "model")
    parser.add_argument("--v0", type=float, default=15)
    parser.add_argument("--v1", type=float, default=150)
    parser.add_argument("--windows", type=int, default=64, help="evaluation windows of 256 tokens")
    options = parser.parse_args()
    torch.set_num_threads(1)

    config = json.loads((options.model / "config.json").read_text())
    model = Llama(Config(**{k: v for k, v in config.items() if k in Config.__dataclass_fields__}))
    model.load_state_dict({n: w.float() for n, w in load_file(options.model / "model.safetensors").items()})
    tokenizer = Tokenizer.from_file(str(options.model / "tokenizer.json"))
    statistics = calibrate(model, load_windows(tokenizer, HERE / "calib.txt", 32, 256))
    held = load_windows(tokenizer, HERE / "eval.txt", options.windows, 256)

    results, plan = {"float": perplexity(model, held)}, {}
    for mode in ("fptq", "static", "dynamic"):
        quantized, chosen = quantize(model, statistics, mode, options.v0, options.v1)
        plan = chosen if mode == "fptq" else plan
        results[mode] = perplexity(quantized, held)
    print(f"{'block':>5}" + "".join(f"{kind:>22}" for kind in ("attn_in", "attn_out", "ffn_in", "ffn_mid")))
    for block in range(config["num_hidden_layers"]):
        names = [f"blocks.{block}.{kind}" for kind in ("attn_in", "attn_out", "ffn_in", "ffn_mid")]
        cells = [f"{statistics[n]['absmax'].max().item():.1f} {plan[n]}" for n in names]
        print(f"{block:>5}" + "".join(f"{cell:>22}" for cell in cells))
    print("plan:", {policy: list(plan.values()).count(policy) for policy in ("static", "lae_static", "dynamic")})
    print("perplexity:", {mode: round(value, 3) for mode, value in results.items()})


if __name__ == "__main__":
    main()
