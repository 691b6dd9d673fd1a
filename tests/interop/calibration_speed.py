#!/usr/bin/env python3
"""The same calibration done twice: `oscope calibrate`, and torch with forward hooks (absmax per channel).

Same checkpoint (random bfloat16 weights of a LLaMA shape, written here), same tokens, same threads. Prints tokens per
second and peak resident memory of both and their ratios. Both pass one sequence at a time. oscope's time is the whole
command, and it collects all of its statistics; torch's is the forward passes alone, without imports and loading.
"""
import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import torch

from product import Oscope, measured

SHAPE = dict(hidden_size=1024, intermediate_size=2816, num_hidden_layers=12, num_attention_heads=16,
             num_key_value_heads=16, vocab_size=8192, max_position_embeddings=2048)
# Largest relative difference of a site's range between the two: they must have done the same job.
RANGE_TOLERANCE = 1e-3


def write_checkpoint(folder):
    from safetensors.torch import save_file
    generator = torch.Generator().manual_seed(5)
    hidden, ffn, vocabulary = SHAPE["hidden_size"], SHAPE["intermediate_size"], SHAPE["vocab_size"]

    def random(rows, columns, scale):
        return (torch.randn(rows, columns, generator=generator) * scale).bfloat16()

    tensors = {"model.embed_tokens.weight": random(vocabulary, hidden, 0.5), "model.norm.weight": torch.ones(hidden).bfloat16()}
    for block in range(SHAPE["num_hidden_layers"]):
        prefix = f"model.layers.{block}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"{prefix}{norm}.weight"] = torch.ones(hidden).bfloat16()
        for name in ("q", "k", "v", "o"):
            tensors[f"{prefix}self_attn.{name}_proj.weight"] = random(hidden, hidden, hidden ** -0.5)
        tensors[f"{prefix}mlp.gate_proj.weight"] = random(ffn, hidden, hidden ** -0.5)
        tensors[f"{prefix}mlp.up_proj.weight"] = random(ffn, hidden, hidden ** -0.5)
        tensors[f"{prefix}mlp.down_proj.weight"] = random(hidden, ffn, ffn ** -0.5)
    folder.mkdir(parents=True)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = dict(SHAPE, architectures=["LlamaForCausalLM"], model_type="llama", hidden_act="silu", rms_norm_eps=1e-5,
                  rope_theta=10000.0, tie_word_embeddings=True, torch_dtype="bfloat16", bos_token_id=1, eos_token_id=2)
    (folder / "config.json").write_text(json.dumps(config))


@torch.no_grad()
def torch_baseline(folder, ids_file, threads, dtype):
    """What a script of this kind does: hooks on the linears, a running absmax per channel."""
    from transformers import AutoModelForCausalLM
    torch.set_num_threads(threads)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()
    absmax = {}
    readers = {"self_attn.q_proj": "attn_in", "self_attn.o_proj": "attn_out", "mlp.gate_proj": "ffn_in", "mlp.down_proj": "ffn_mid"}
    for name, module in model.named_modules():
        reader = ".".join(name.split(".")[-2:])
        if reader in readers:
            def hook(_, inputs, site=f"blocks.{name.split('.')[2]}.{readers[reader]}"):
                here = inputs[0].abs().flatten(0, -2).amax(0)
                absmax[site] = torch.maximum(absmax[site], here) if site in absmax else here
            module.register_forward_pre_hook(hook)
    windows = json.loads(Path(ids_file).read_text())
    started = time.monotonic()
    for ids in windows:
        model.model(torch.tensor([ids]))
    seconds = time.monotonic() - started
    print(json.dumps(dict(seconds=seconds, ranges={site: x.max().item() for site, x in absmax.items()})))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oscope", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--baseline", nargs=3, metavar=("MODEL", "IDS", "DTYPE"), help="run the torch side alone")
    options = parser.parse_args()
    if options.baseline:
        return torch_baseline(options.baseline[0], options.baseline[1], options.threads, options.baseline[2])

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_checkpoint(folder / "model")
        ids = torch.randint(3, SHAPE["vocab_size"], (options.samples, options.length), generator=torch.Generator().manual_seed(2))
        (folder / "ids.json").write_text(json.dumps(ids.tolist()))
        tokens = ids.numel()
        size = (folder / "model" / "model.safetensors").stat().st_size
        print(f"checkpoint {size / 2**20:.0f} MiB, {tokens} tokens, {options.threads} threads")

        seconds, ours_bytes, _ = measured(
            [options.oscope, "calibrate", folder / "model", "-o", folder / "run.oscope.h5", "--tokens", folder / "ids.json",
             "--samples", options.samples, "--length", options.length, "--threads", options.threads, "--micro-batch", 1,
             "--device", "cpu", "--quiet", "--json"])
        ours = tokens / seconds
        print(f"oscope        {ours:8.0f} tokens/s  {ours_bytes / 2**20:6.0f} MiB")
        plan = Oscope(options.oscope).run("plan", folder / "run.oscope.h5", "-o", folder / "recipe.json")
        ranges = {site["id"]: site["range"] for site in plan["sites"]}

        for dtype in ("float32", "bfloat16"):
            _, their_bytes, output = measured([sys.executable, __file__, "--threads", options.threads, "--baseline",
                                               folder / "model", folder / "ids.json", dtype])
            result = json.loads(output.splitlines()[-1])
            theirs = tokens / result["seconds"]
            print(f"torch {dtype:8}{theirs:8.0f} tokens/s  {their_bytes / 2**20:6.0f} MiB   "
                  f"oscope: {ours / theirs:.2f} x the speed, {ours_bytes / their_bytes:.2f} of the memory")
            if dtype == "float32":
                worst = max(abs(ranges[site] - value) / value for site, value in result["ranges"].items())
                print(f"largest relative difference of {len(ranges)} ranges: {worst:.1e}")
                if worst > RANGE_TOLERANCE:
                    sys.exit("the two did not measure the same")


if __name__ == "__main__":
    main()
