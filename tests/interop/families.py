#!/usr/bin/env python3
"""Every family against transformers: tiny random models of the variants that a config can ask for, float logits.

    families.py --logits PROGRAM [--only PART]   # makes models of several seeds, compares PROGRAM's logits with transformers'
    families.py --golden FOLDER                  # writes the two OPT models and their logits that the tests keep (tests/forward/opt)
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, BloomConfig, LlamaConfig, MistralConfig, OPTConfig, Qwen2Config
from transformers.utils import logging

TOLERANCE = 1e-3
WINDOW = 24
SEEDS = 3

GATED = dict(vocab_size=80, hidden_size=32, intermediate_size=88, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.25, tie_word_embeddings=False)
FUSED = dict(vocab_size=80, hidden_size=48, n_layer=2, n_head=6, initializer_range=0.25)
OPT = dict(vocab_size=80, hidden_size=16, num_hidden_layers=2, ffn_dim=40, max_position_embeddings=32,
           num_attention_heads=4, dropout=0.0, attention_dropout=0.0, init_std=0.25)


def rope(**parameters):
    return {"rope_parameters": {"rope_theta": 10000.0, **parameters}}


# Name of a variant: config, and the type in which its weights are stored.
VARIANTS = {
    "llama-gqa": (LlamaConfig(**GATED), torch.float32),
    "llama-mha-tied-bf16": (LlamaConfig(**{**GATED, "num_key_value_heads": 4, "tie_word_embeddings": True}), torch.bfloat16),
    "llama-biases-f16": (LlamaConfig(**GATED, attention_bias=True, mlp_bias=True), torch.float16),
    "llama-head-dim": (LlamaConfig(**GATED, head_dim=20), torch.float32),
    "llama-gelu": (LlamaConfig(**GATED, hidden_act="gelu"), torch.float32),
    "llama-rope-linear": (LlamaConfig(**GATED, **rope(rope_type="linear", factor=4.0)), torch.float32),
    "llama-rope-dynamic": (LlamaConfig(**GATED, **rope(rope_type="dynamic", factor=4.0)), torch.float32),
    "llama-rope-llama3": (LlamaConfig(**GATED, **rope(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                                      original_max_position_embeddings=16)), torch.float32),
    "llama-rope-yarn": (LlamaConfig(**GATED, **rope(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)),
                        torch.float32),
    "mistral-window": (MistralConfig(**GATED, sliding_window=7), torch.float32),
    "mistral-full-bf16": (MistralConfig(**GATED, sliding_window=None), torch.bfloat16),
    "qwen2": (Qwen2Config(**GATED, use_sliding_window=False), torch.float32),
    "qwen2-tied-bf16": (Qwen2Config(**{**GATED, "tie_word_embeddings": True}), torch.bfloat16),
    "bloom-6-heads": (BloomConfig(**FUSED), torch.float32),
    "bloom-4-heads-bf16": (BloomConfig(**{**FUSED, "n_head": 4}), torch.bfloat16),
    "bloom-residual-behind-norm": (BloomConfig(**FUSED, apply_residual_connection_post_layernorm=True), torch.float32),
    "opt-pre-ln": (OPTConfig(**OPT, do_layer_norm_before=True, word_embed_proj_dim=16), torch.float32),
    "opt-post-ln": (OPTConfig(**OPT, do_layer_norm_before=False, word_embed_proj_dim=8), torch.float32),
    "opt-gelu-f16": (OPTConfig(**OPT, activation_function="gelu", word_embed_proj_dim=16), torch.float16),
    "opt-without-bias": (OPTConfig(**OPT, enable_bias=False, word_embed_proj_dim=16), torch.float32),
    "opt-without-affine": (OPTConfig(**OPT, layer_norm_elementwise_affine=False, word_embed_proj_dim=16), torch.float32),
}
GOLDEN = {"opt-pre-ln": "pre_ln", "opt-post-ln": "post_ln"}


def make(variant, seed, folder):
    """Writes a model whose norms and biases are random, too; returns ids and logits of one window."""
    config, dtype = VARIANTS[variant]
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.2)
            elif "norm" in name or "ln_f" in name:
                parameter.normal_(1, 0.2)
    model.to(dtype).save_pretrained(folder)
    # Read back, since to(dtype) rounds the rotary frequencies, too.
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    ids = torch.randint(3, config.vocab_size, (1, WINDOW))
    with torch.no_grad():
        return ids[0], model(ids).logits[0].float()


def product_logits(program, folder, ids):
    done = subprocess.run([program, folder, *map(str, ids.tolist())], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return torch.tensor(json.loads(done.stdout)).reshape(len(ids), -1)


def compare(program, only):
    failed = 0
    for variant in (name for name in VARIANTS if only in name):
        largest = scale = 0.0
        for seed in range(SEEDS):
            with tempfile.TemporaryDirectory() as folder:
                ids, theirs = make(variant, seed, folder)
                try:
                    ours = product_logits(program, folder, ids)
                except RuntimeError as error:
                    print(f"  FAIL {variant}, seed {seed}: {error}")
                    largest = float("inf")
                    break
            largest, scale = max(largest, (ours - theirs).abs().max().item()), max(scale, theirs.abs().max().item())
        failed += not largest < TOLERANCE
        print(f"  {'ok  ' if largest < TOLERANCE else 'FAIL'} {variant}: largest difference of a logit {largest:.1e} of "
              f"{scale:.1f}")
    return failed


def write_golden(target):
    for variant, name in GOLDEN.items():
        folder = Path(target) / name
        ids, logits = make(variant, 7, folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        save_file({"input_ids": ids, "logits": logits}, folder / "logits.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logits", help="program that prints the logits of MODEL for token ids")
    parser.add_argument("--golden", help="folder to write")
    parser.add_argument("--only", default="", help="part of a variant's name")
    options = parser.parse_args()
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    if options.golden:
        write_golden(options.golden)
    sys.exit(1 if options.logits and compare(options.logits, options.only) else 0)


if __name__ == "__main__":
    main()
