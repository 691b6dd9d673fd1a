"""Reads a compressed-tensors folder with numpy alone: an independent reading of the format, to hold the client against."""
import json
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open


def read_tensors(folder):
    tensors = {}
    for file in sorted(Path(folder).glob("*.safetensors")):
        with safe_open(file, framework="pt") as f:
            tensors.update({name: f.get_tensor(name) for name in f.keys()})
    return tensors


def read_config(folder):
    return json.loads((Path(folder) / "config.json").read_text())["quantization_config"]


def schemes(folder):
    """Module name to its config group."""
    return {target: group for group in read_config(folder)["config_groups"].values() for target in group["targets"]}


def unpack(words, bits, columns):
    """Offset-binary codes, lowest bits first."""
    per_word = 32 // bits
    shifts = np.arange(per_word, dtype=np.uint32) * bits
    fields = (words.astype(np.uint32)[..., None] >> shifts) & ((1 << bits) - 1)
    return fields.reshape(words.shape[0], -1)[:, :columns].astype(np.int32) - (1 << (bits - 1))


def dequantized(tensors, module, group):
    """float32 weight = code x scale, one product of two numbers that float32 holds exactly."""
    scale = tensors[module + ".weight_scale"].float().numpy()
    if group["format"] == "pack-quantized":
        rows, columns = tensors[module + ".weight_shape"].tolist()
        codes = unpack(tensors[module + ".weight_packed"].numpy(), group["weights"]["num_bits"], columns)
        assert codes.shape == (rows, columns)
    else:
        codes = tensors[module + ".weight"].numpy().astype(np.int32)
    width = codes.shape[1] // scale.shape[1] if scale.ndim == 2 else codes.shape[1]
    spread = np.repeat(scale.reshape(-1, scale.shape[-1] if scale.ndim == 2 else 1), width, axis=1)
    return torch.from_numpy(codes.astype(np.float32) * spread)


def activation_scale(tensors, module, group, x):
    """Scale of the input as our deploy file says: per tensor, or per token with divisor 127.5; None: not quantized."""
    args = group["input_activations"]
    if args is None:
        return None
    if not args["dynamic"]:
        return tensors[module + ".input_scale"].float()
    # For a 2-D input [tokens, channels] compressed-tensors silently takes one scale for all of it.
    scale = x.abs().amax(-1 if x.dim() > 2 else (0, 1), keepdim=True) / 127.5
    return torch.where(scale == 0, torch.finfo(x.dtype).eps, scale)
