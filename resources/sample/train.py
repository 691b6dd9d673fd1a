#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the tokenizer and the float model on build/train.txt; writes build/tokenizer.json and build/trained.safetensors.

One thread and fixed seeds: the same machine and library versions give the same model. The learning rate follows the
tokens seen; the checkpoint of every 200 steps is a usable model.
"""
import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch.nn import functional as F

from model import Config, Llama

HERE = Path(__file__).resolve().parent
SPECIAL = ["<unk>", "<s>", "</s>"]


def train_tokenizer(text, vocab_size):
    """BPE as LLaMA's: spaces as U+2581, byte fallback, one BOS. Newlines and single digits are never merged."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split("\n", "removed"), pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.Metaspace(prepend_scheme="never")])
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer.train_from_iterator([text], trainers.BpeTrainer(vocab_size=vocab_size, special_tokens=SPECIAL + bytes_,
                                                              show_progress=False))
    # The splits above served training only: no merge crosses a word, so the finished tokenizer needs none.
    tokenizer.pre_tokenizer = None
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B",
                                                             special_tokens=[("<s>", 1)])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    # The trainer reserves ids only for special tokens; bytes are ordinary ones, or decoding would drop the newlines.
    state = json.loads(tokenizer.to_str())
    state["added_tokens"] = state["added_tokens"][:len(SPECIAL)]
    return Tokenizer.from_str(json.dumps(state, ensure_ascii=False))


def encode(tokenizer, text):
    """Whole text, paragraph by paragraph: a line break can't be inside a token, so the ids are those of one call."""
    ids, newline = [1], tokenizer.token_to_id("<0x0A>")
    for index, line in enumerate(text.split("\n")):
        if index:
            ids.append(newline)
        pieces = tokenizer.encode(("" if index == 0 else "\n") + line, add_special_tokens=False).ids
        # Prepend puts a space in front of every line; inside the text there is none.
        ids += pieces if index == 0 else pieces[2:]
    return np.array(ids, dtype=np.int64)


class Muon(torch.optim.Optimizer):
    """Momentum whose direction is orthogonalised by Newton-Schulz steps (in float32: bfloat16 is slow on a CPU)."""

    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.05):
        super().__init__(parameters, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            by_shape = {}
            for p in group["params"]:
                buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                buffer.lerp_(p.grad, 1 - group["momentum"])
                by_shape.setdefault(p.shape, []).append((p, p.grad.lerp(buffer, group["momentum"])))
            for (rows, columns), entries in by_shape.items():
                x = torch.stack([direction if rows <= columns else direction.T for _, direction in entries])
                x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
                for _ in range(5):
                    square = x @ x.mT
                    x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
                scale = group["lr"] * max(1.0, rows / columns) ** 0.5
                for (p, _), update in zip(entries, x):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(update if rows <= columns else update.T, alpha=-scale)


def batches(ids, rows, length, rng):
    starts = rng.integers(0, len(ids) - length - 1, size=rows)
    chunk = torch.from_numpy(np.stack([ids[s:s + length + 1] for s in starts]))
    return chunk[:, :-1], chunk[:, 1:]


def perplexity(model, ids, length=256, windows=32):
    """Windows without overlap; mean over windows of the mean cross entropy of the length-1 targets."""
    chunk = torch.from_numpy(ids[:windows * length]).view(windows, length)
    with torch.no_grad():
        logits = model(chunk)
    return math.exp(F.cross_entropy(logits[:, :-1].flatten(0, 1), chunk[:, 1:].flatten()).item())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=HERE / "build")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--rows", type=int, default=8, help="sequences per step")
    parser.add_argument("--length", type=int, default=256, help="tokens per sequence; the last tenth trains at 512")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)

    config, tokenizer_file = Config(), options.build / "tokenizer.json"
    text = (options.build / "train.txt").read_text(encoding="utf-8")
    tokenizer = train_tokenizer(text, config.vocab_size)
    tokenizer_file.write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, indent=1) + "\n",
                              encoding="utf-8")
    ids = encode(tokenizer, text)
    held = np.array(tokenizer.encode((HERE / "eval.txt").read_text(encoding="utf-8")).ids)
    print(f"{len(ids)} training tokens, {len(held)} evaluation tokens", flush=True)

    model = Llama(config)
    for name, parameter in model.named_parameters():
        if parameter.dim() == 2:
            deviation = 0.02 if "embed" in name else parameter.shape[1] ** -0.5
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                deviation /= math.sqrt(2 * config.num_hidden_layers)
            torch.nn.init.normal_(parameter, std=deviation)
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if p.dim() == 1 or "embed" in n]
    optimizers = [Muon(matrices, lr=0.02),
                  torch.optim.AdamW(others, lr=4e-3, betas=(0.9, 0.98), weight_decay=0.0)]
    rates = [group["lr"] for o in optimizers for group in o.param_groups]

    started = time.time()
    for step in range(options.steps + 1):
        if step % 200 == 0:
            save_file({n: p.detach().contiguous() for n, p in model.named_parameters()},
                      options.build / "trained.safetensors")
            print(f"step {step} eval perplexity {perplexity(model, held):.3f} {time.time() - started:.0f} s", flush=True)
        if step == options.steps:
            break
        progress = step / options.steps
        factor = min(1.0, (step + 1) / 60) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        for optimizer, rate in zip(optimizers, rates):
            optimizer.param_groups[0]["lr"] = rate * factor
        late = progress > 0.9
        inputs, targets = batches(ids, options.rows // 2 if late else options.rows,
                                  2 * options.length if late else options.length, rng)
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        for optimizer in optimizers:
            optimizer.step()
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.3f} {time.time() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
