#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants outlier channels into build/trained.safetensors and writes the Hugging Face folder model/.

A channel is multiplied by 2^k in its producer (norm weight, or row of up_proj) and its readers' columns by 2^-k. First the
common level of attn_out and ffn_mid is set in the same way, through all rows of v_proj and up_proj. Powers of two are exact in
bfloat16 and float32, so the logits don't change by a single bit; only the picture of the ranges does: it becomes that of a
large LLaMA (FPTQ, arXiv 2308.15987, Figure 3).
"""
import argparse
import json
import math
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from check import calibrate, load_windows
from model import Config, Llama

HERE = Path(__file__).resolve().parent

# Largest absolute value of a whole site before planting, about.
ATTN_OUT_LEVEL = [1.0, 1.5, 2.0, 2.8, 3.5, 4.5, 6.0, 8.0]
FFN_MID_LEVEL = [1.5, 4, 1.5, 2, 2, 2, 3, 6]
# The range that each block's site should have, about: a factor is a power of two, so it is met within a factor of 1.42.
ATTN_IN = [28, 34, 42, 50, 60, 70, 84, 76]
FFN_IN = [26, 28, 32, 38, 44, 52, 60, 56]
# Block 1 and the last ones are the highest, as in trained LLaMAs; block 3 stays between the thresholds.
FFN_MID = [240, 1500, 320, 90, 210, 280, 560, 1300]
# Beside the largest channel a second and third one, at this share of it.
SHARES = [1.0, 0.5, 0.3]


def power_for(absmax, target):
    return round(math.log2(target / absmax))


@torch.no_grad()
def scale_channel(producer, readers, channel, power):
    producer[channel] *= 2.0 ** power
    for reader in readers:
        reader.weight[:, channel] *= 2.0 ** -power


@torch.no_grad()
def set_level(producer, reader, statistics, target):
    """All channels of a site at once: rows of the producer x 2^k, the reader's columns x 2^-k."""
    power = power_for(statistics["absmax"].max().item(), target)
    producer.weight *= 2.0 ** power
    reader.weight *= 2.0 ** -power


def persistent_channels(statistics, site, count):
    """Hidden channels that are large for most tokens in every block: outliers of real models sit in the same ones everywhere."""
    level = sum(s["mean_abs"] / s["mean_abs"].mean() for name, s in statistics.items() if name.endswith(site))
    return level.topk(count).indices.tolist()


def spiky_channels(statistics, down, count):
    """Channels that are large for few tokens and matter little: what int4 loses when their columns become small."""
    loss = statistics["mean_abs"] / statistics["absmax"] * down.weight.norm(dim=0)
    loss[statistics["absmax"] < 0.3 * statistics["absmax"].max()] = torch.inf
    return loss.topk(count, largest=False).indices.tolist()


def level(model, statistics):
    for index, block in enumerate(model.model.layers):
        here = f"blocks.{index}."
        set_level(block.self_attn.v_proj, block.self_attn.o_proj, statistics[here + "attn_out"], ATTN_OUT_LEVEL[index])
        set_level(block.mlp.up_proj, block.mlp.down_proj, statistics[here + "ffn_mid"], FFN_MID_LEVEL[index])


def plant(model, statistics):
    """Changes the model in place; returns what was planted."""
    planted = []

    def note(block, site, channel, power):
        absmax = statistics[f"blocks.{block}.{site}"]["absmax"][channel].item()
        planted.append(dict(block=block, site=site, channel=channel, factor=2 ** power,
                            absmax_before=absmax, absmax_after=absmax * 2 ** power))

    hidden = {site: persistent_channels(statistics, site, len(SHARES)) for site in ("attn_in", "ffn_in")}
    for index, block in enumerate(model.model.layers):
        attention, mlp = block.self_attn, block.mlp
        norms = [("attn_in", ATTN_IN, block.input_layernorm, [attention.q_proj, attention.k_proj, attention.v_proj]),
                 ("ffn_in", FFN_IN, block.post_attention_layernorm, [mlp.gate_proj, mlp.up_proj])]
        for site, targets, norm, readers in norms:
            absmax = statistics[f"blocks.{index}.{site}"]["absmax"]
            for channel, share in zip(hidden[site], SHARES):
                power = power_for(absmax[channel].item(), targets[index] * share)
                scale_channel(norm.weight, readers, channel, power)
                note(index, site, channel, power)
        here = statistics[f"blocks.{index}.ffn_mid"]
        for channel, share in zip(spiky_channels(here, mlp.down_proj, 2), SHARES):
            power = power_for(here["absmax"][channel].item(), FFN_MID[index] * share)
            scale_channel(mlp.up_proj.weight, [mlp.down_proj], channel, power)
            note(index, "ffn_mid", channel, power)
    return planted


def write_folder(folder, model, tokenizer_file, planted):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    weights = {name: p.detach().bfloat16().contiguous() for name, p in model.named_parameters()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    c = model.config
    config = dict(architectures=["LlamaForCausalLM"], model_type="llama", vocab_size=c.vocab_size,
                  hidden_size=c.hidden_size, intermediate_size=c.intermediate_size,
                  num_hidden_layers=c.num_hidden_layers, num_attention_heads=c.num_attention_heads,
                  num_key_value_heads=c.num_key_value_heads, head_dim=c.head_dim, hidden_act="silu",
                  max_position_embeddings=c.max_position_embeddings, rms_norm_eps=c.rms_norm_eps,
                  rope_theta=c.rope_theta, attention_bias=False, mlp_bias=False, tie_word_embeddings=True,
                  bos_token_id=1, eos_token_id=2, torch_dtype="bfloat16", use_cache=True, initializer_range=0.02)
    tokens = dict(tokenizer_class="LlamaTokenizer", add_bos_token=True, add_eos_token=False, bos_token="<s>",
                  eos_token="</s>", unk_token="<unk>", legacy=True, clean_up_tokenization_spaces=False,
                  model_max_length=c.max_position_embeddings)
    for name, value in (("config.json", config), ("tokenizer_config.json", tokens)):
        (folder / name).write_text(json.dumps(value, indent=2) + "\n")
    (folder / "planted_outliers.json").write_text(json.dumps(planted, indent=1) + "\n")
    shutil.copy(tokenizer_file, folder / "tokenizer.json")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=HERE / "build")
    parser.add_argument("--out", type=Path, default=HERE / "model")
    options = parser.parse_args()
    torch.set_num_threads(1)

    model = Llama(Config())
    # Rounded once, before anything is measured: what follows is exact.
    model.load_state_dict({n: w.bfloat16().float() for n, w in load_file(options.build / "trained.safetensors").items()})
    windows = load_windows(Tokenizer.from_file(str(options.build / "tokenizer.json")), HERE / "calib.txt", 32, 256)
    with torch.no_grad():
        before = model(windows)
        level(model, calibrate(model, windows))
        planted = plant(model, calibrate(model, windows))
        if not torch.equal(before, model(windows)):
            raise SystemExit("the planted model's logits differ: a factor was not exact")
    write_folder(options.out, model, options.build / "tokenizer.json", planted)
    print(f"{len(planted)} channels planted, logits equal to the bit: {options.out}")


if __name__ == "__main__":
    main()
