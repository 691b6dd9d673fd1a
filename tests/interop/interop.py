#!/usr/bin/env python3
"""A real client loads what Outlierscope writes: transformers + compressed-tensors on the CPU (ct-exact export).

Per model and container: no missing or unexpected keys, every weight bit-equal to code x scale as numpy reads the files,
the client's activation codes equal to ours, logits equal to `oscope verify`'s. Then broken exports that the client must
not accept: they show that these checks can fail.
"""
import argparse
import importlib.metadata
import json
import shutil
import sys
import tempfile
from pathlib import Path

import jsonschema
import torch
from safetensors.torch import save_file

import families
from client import Client
from exported import activation_scale, dequantized, read_config, read_tensors, schemes
from product import Oscope

SCHEMAS = Path(__file__).resolve().parents[2] / "resources" / "schemas"
# Largest difference of a logit between the client and `oscope verify`.
LOGIT_TOLERANCE = 1e-3
# Where float noise reaches a rounding edge one code flips by one in one of two correct programs, and every later position
# sees it. A code this close to an edge (in steps of its grid) excuses differences from its position on.
TIE_WIDTH = 5e-4
# Positions that must agree all the same, or the comparison would prove little.
LEAST_AGREEING = 0.5
# Thresholds that make every policy occur, the fallback of a site without a fold edge included; elsewhere the recipe's.
# transformers hands OPT's fc1 and fc2 a 2-D input, for which compressed-tensors takes one dynamic scale for all tokens: no
# per-token site there, or the client runs something else than was chosen.
RECIPES = {"tiny-bloom": ("--v0", 3.5, "--v1", 6.2), "stories260k-bf16-sharded": ("--v0", 4, "--v1", 9),
           "tiny-random-opt": ("--set", "blocks.*.ffn_in=static", "--set", "blocks.*.ffn_mid=static")}
MADE_RECIPE = ("--v0", 2.5, "--v1", 4.5)
# Recipes of other methods that the sample is exported by, too, and what they need of the calibration. Not SmoothQuant O1: the
# client's divisor of 127.5 puts every token's largest value on a rounding edge, so that a negative one becomes -127 or -128.
METHODS = ("smoothquant-w8a8-o3", "gptq-w4a16", "awq-w4a16")
OBSERVERS = "range,moments,histogram,token_absmax,extremes,rows,gram"
# Codes of the client that may differ from ours given the client's own input: x / s may round differently at an edge.
CODE_TOLERANCE = 1e-4


class Report:
    def __init__(self):
        self.failed = 0

    def check(self, what, passed, detail=""):
        self.failed += not passed
        print(f"  {'ok  ' if passed else 'FAIL'} {what}{': ' + detail if detail else ''}", flush=True)

    def note(self, what):
        print(f"  note {what}", flush=True)


def check_schemas(report, folder):
    deploy = json.loads((folder / "deploy.json").read_text())
    for name, value in (("deploy", deploy), ("quantization_config", read_config(folder)), ("recipe", deploy["recipe"])):
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
        wrong = [error.json_path + ": " + error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]
        report.check(f"{name} fits its schema", not wrong, "; ".join(wrong[:3]))


def check_weights(report, client, tensors, groups):
    linears = client.linears()
    wrong = [name for name, group in groups.items()
             if not torch.equal(linears[name].weight.detach(), dequantized(tensors, name, group))]
    report.check(f"{len(groups)} weights bit-equal", not wrong, ", ".join(wrong[:3]))


def check_activations(report, tensors, groups, before, after):
    """The client's codes against ours, from the client's own inputs."""
    total = differ = 0
    for name, group in groups.items():
        scale = activation_scale(tensors, name, group, before[name])
        if scale is None:
            differ += int((before[name] != after[name]).sum())
        else:
            ours = torch.clamp(torch.round(before[name] / scale), -128, 127)
            differ += int((ours != torch.round(after[name] / scale)).sum())
        total += before[name].numel()
    report.check(f"{total} activation codes", differ <= CODE_TOLERANCE * total, f"{differ} differ")


def first_tie(tensors, groups, before):
    """The first position at which some code lies within TIE_WIDTH of a rounding edge."""
    first = None
    for name, group in groups.items():
        scale = activation_scale(tensors, name, group, before[name])
        if scale is None:
            continue
        quotient = (before[name] / scale).abs()
        near = (quotient - quotient.floor() - 0.5).abs() < TIE_WIDTH
        positions = near[0].any(-1).nonzero().flatten()
        if len(positions):
            first = min(int(positions[0]), first if first is not None else int(positions[0]))
    return first


def flattened(groups, before):
    """Dynamic linears that the client's model hands 2-D inputs: it does not scale them per token then."""
    return [name for name, group in groups.items()
            if (group["input_activations"] or {}).get("dynamic") and before[name].dim() < 3]


def check_logits(report, oscope, model, exported, client, windows, tensors, groups, work):
    agreeing = total = unexplained = 0
    largest = 0.0
    for ids in windows:
        theirs, before, _ = client.watch(ids)
        ours = oscope.quantized_logits(model, exported, ids, work)
        difference = (theirs - ours).abs().amax(-1)
        bad = (difference > LOGIT_TOLERANCE).nonzero().flatten().tolist()
        if bad:
            tie = first_tie(tensors, groups, before)
            unexplained += tie is None or tie > bad[0]
        good = [p for p in range(len(ids)) if p not in bad]
        agreeing, total = agreeing + len(good), total + len(ids)
        largest = max(largest, *(difference[p].item() for p in good), 0.0)
    report.check(f"logits within {LOGIT_TOLERANCE}", unexplained == 0 and agreeing >= LEAST_AGREEING * total,
                 f"{agreeing} of {total} positions (largest difference {largest:.1e}), the rest follow a code on a "
                 f"rounding edge; {unexplained} windows unexplained")


def broken(folder, target, change):
    """A copy of an export with one thing changed."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*.safetensors*", "aux"))
    config = json.loads((target / "config.json").read_text())
    tensors = read_tensors(folder)
    change(config["quantization_config"], tensors)
    (target / "config.json").write_text(json.dumps(config))
    save_file({name: t.contiguous() for name, t in tensors.items()}, target / "model.safetensors", metadata={"format": "pt"})
    return target


def client_objects(folder, ids):
    """Why the client does not take this folder, or None."""
    try:
        client = Client(folder)
        client.logits(ids)
        if client.key_faults():
            return str(client.key_faults())[:90]
        groups, tensors = schemes(folder), read_tensors(folder)
        linears = client.linears()
        same = all(torch.equal(linears[n].weight.detach(), dequantized(tensors, n, g)) for n, g in groups.items())
        return None if same else "other weights"
    except Exception as error:  # The client's own errors have many types.
        return f"{type(error).__name__}: {error}"[:90]


def check_controls(report, folder, ids, work):
    def without_format(config, _):
        for group in config["config_groups"].values():
            group.pop("format")

    def without_shape(_, tensors):
        tensors.pop(next(name for name in tensors if name.endswith(".weight_shape")))

    def stray_scale(config, tensors):
        dynamic = next((g for g in config["config_groups"].values() if (g["input_activations"] or {}).get("dynamic")), None)
        if dynamic:
            tensors[dynamic["targets"][0] + ".input_scale"] = torch.ones(1)
        return dynamic

    for name, change in (("no format in the groups", without_format), ("no weight_shape", without_shape),
                         ("input_scale on a dynamic layer", stray_scale)):
        if change is without_shape and not any(name.endswith(".weight_shape") for name in read_tensors(folder)):
            continue
        if change is stray_scale and not stray_scale(read_config(folder), {}):
            continue
        why = client_objects(broken(folder, work / "broken", change), ids)
        report.check(f"the client objects to: {name}", why is not None, why or "it accepted the folder")


def token_windows(model, text, count, length):
    """Windows of ids for the comparison of logits: the model's own text, or random ids where it has no tokenizer."""
    if (model / "tokenizer.json").exists():
        from tokenizers import Tokenizer
        ids = Tokenizer.from_file(str(model / "tokenizer.json")).encode(text.read_text(encoding="utf-8")[:20000]).ids
        return torch.tensor(ids[:count * length]).view(count, length)
    vocabulary = json.loads((model / "config.json").read_text())["vocab_size"]
    return torch.randint(3, vocabulary, (count, length), generator=torch.Generator().manual_seed(1))


def check_model(report, oscope, model, calibration, evaluation, recipe, options, length=128):
    print(model.name, *recipe, flush=True)
    windows = token_windows(model, evaluation, options.windows, options.length)
    data = ["--samples", 32, "--length", length, "--seed", 1]
    data += ["--observers", OBSERVERS] if "--recipe" in recipe else []
    data += ["--text", calibration] if (model / "tokenizer.json").exists() else ["--random"]
    with tempfile.TemporaryDirectory() as folder:
        work, logits = Path(folder), {}
        for container in ("packed", "int8"):
            exported = oscope.export(model, data, work, container, recipe)
            client, tensors, groups = Client(exported), read_tensors(exported), schemes(exported)
            print(f" {container}: {read_config(exported)['format']}, {len(groups)} linears")
            check_schemas(report, exported)
            report.check("no missing or unexpected keys", not client.key_faults(), str(client.key_faults() or ""))
            logits[container], before, after = client.watch(windows[0])
            check_weights(report, client, tensors, groups)
            check_activations(report, tensors, groups, before, after)
            if flattened(groups, before):
                report.note(f"{len(flattened(groups, before))} dynamic linears get 2-D inputs, for which the client has no "
                            "scale per token: it does not run what the files say, logits are not compared")
            else:
                check_logits(report, oscope, model, exported, client, windows, tensors, groups, work)
        report.check("both containers give identical logits", torch.equal(logits["packed"], logits["int8"]))
        check_controls(report, work / "out-packed", windows[0], work)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--oscope", type=Path, required=True, help="the program")
    parser.add_argument("--sample", type=Path, required=True, help="resources/sample")
    parser.add_argument("--data", type=Path, help="folder of models/ and texts/; without it only the sample is checked")
    parser.add_argument("--only", default="", help="part of a model's name")
    parser.add_argument("--windows", type=int, default=8, help="windows whose logits are compared")
    parser.add_argument("--length", type=int, default=16, help="tokens per window")
    options = parser.parse_args()
    torch.set_num_threads(1)
    versions = {name: importlib.metadata.version(name) for name in ("transformers", "compressed-tensors", "torch")}
    print("client:", ", ".join(f"{name} {version}" for name, version in versions.items()))

    jobs = [(options.sample / "model", options.sample / "calib.txt", options.sample / "eval.txt")]
    if options.data:
        texts = options.data / "texts"
        jobs += [(folder, texts / "tinystories-calib.txt", texts / "tinystories-eval.txt")
                 for folder in sorted((options.data / "models").iterdir())]
    report, oscope = Report(), Oscope(options.oscope)
    for model, calibration, evaluation in jobs:
        if options.only not in str(model):
            continue
        why = oscope.why_unsupported(model)
        if why:
            print(f"{model.name}: skipped, {why}")
            continue
        check_model(report, oscope, model, calibration, evaluation, RECIPES.get(model.name, ()), options)
        if model == options.sample / "model":
            for method in METHODS:
                check_model(report, oscope, model, calibration, evaluation, ("--recipe", method), options)
    with tempfile.TemporaryDirectory() as folder:
        for variant in (name for name in families.VARIANTS if options.only in name):
            recipe = MADE_RECIPE + (RECIPES["tiny-random-opt"] if variant.startswith("opt") else ())
            families.make(variant, 0, Path(folder) / variant)
            check_model(report, oscope, Path(folder) / variant, None, None, recipe, options, families.WINDOW)
    print(f"{report.failed} checks failed" if report.failed else "all checks passed")
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
