#!/usr/bin/env python3
"""OPT against transformers: tiny random models, pre-LN and post-LN with projections (as the 350m one), float logits.

    opt.py --logits PROGRAM     # makes models of several seeds and compares PROGRAM's logits with transformers'
    opt.py --golden FOLDER      # writes the two models and their logits that the tests keep (tests/forward/opt)
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import OPTConfig, OPTForCausalLM

TOLERANCE = 1e-3
WINDOW = 24
SHARED = dict(vocab_size=80, hidden_size=16, num_hidden_layers=2, ffn_dim=40, max_position_embeddings=32,
              num_attention_heads=4, dropout=0.0, attention_dropout=0.0, init_std=0.25)
VARIANTS = {"pre_ln": dict(do_layer_norm_before=True, word_embed_proj_dim=16),
            "post_ln": dict(do_layer_norm_before=False, word_embed_proj_dim=8)}


def make(variant, seed, folder):
    """Writes a model whose norms and biases are random, too; returns ids and logits of one window."""
    torch.manual_seed(seed)
    model = OPTForCausalLM(OPTConfig(**SHARED, **VARIANTS[variant])).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.2)
            elif "layer_norm" in name:
                parameter.normal_(1, 0.2)
    model.save_pretrained(folder)
    ids = torch.randint(3, SHARED["vocab_size"], (1, WINDOW))
    with torch.no_grad():
        return ids[0], model(ids).logits[0].float()


def product_logits(program, folder, ids):
    text = subprocess.run([program, folder, *map(str, ids.tolist())], capture_output=True, text=True, check=True).stdout
    return torch.tensor(json.loads(text)).reshape(len(ids), -1)


def compare(program):
    failed = 0
    for variant in VARIANTS:
        for seed in range(3):
            with tempfile.TemporaryDirectory() as folder:
                ids, theirs = make(variant, seed, folder)
                ours = product_logits(program, folder, ids)
            largest = (ours - theirs).abs().max().item()
            failed += not largest < TOLERANCE
            print(f"  {'ok  ' if largest < TOLERANCE else 'FAIL'} OPT {variant}, seed {seed}: largest difference of a "
                  f"logit {largest:.1e} of {theirs.abs().max().item():.1f}")
    return failed


def write_golden(target):
    for variant in VARIANTS:
        folder = Path(target) / variant
        ids, logits = make(variant, 7, folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        save_file({"input_ids": ids, "logits": logits}, folder / "logits.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logits", help="program that prints the logits of MODEL for token ids")
    parser.add_argument("--golden", help="folder to write")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.golden:
        write_golden(options.golden)
    sys.exit(1 if options.logits and compare(options.logits) else 0)


if __name__ == "__main__":
    main()
