#!/usr/bin/env python3
"""Validates the built-in recipes against resources/schemas, and shows that the schema refuses broken ones."""
import copy
import json
import sys
from pathlib import Path

import jsonschema

RESOURCES = Path(__file__).resolve().parents[2] / "resources"


def broken(recipe):
    """One copy per fault that the schema must object to."""
    for name, change in (("unknown key", lambda r: r.update(tresholds={})),
                         ("no steps", lambda r: r.update(steps=[])),
                         ("other format", lambda r: r.update(format="other")),
                         ("no site", lambda r: r.update(overrides={"blocks.x.ffn_mid": "static"})),
                         ("no policy", lambda r: r.update(overrides={"blocks.0.ffn_mid": "fast"})),
                         ("9 bits", lambda r: r.update(weights={"bits": 9}))):
        copied = copy.deepcopy(recipe)
        change(copied)
        yield name, copied


def main():
    validator = jsonschema.Draft202012Validator(json.loads((RESOURCES / "schemas/recipe.schema.json").read_text()))
    validator.check_schema(validator.schema)
    failed = 0
    recipes = {path.name: json.loads(path.read_text()) for path in sorted((RESOURCES / "recipes").glob("*.json"))}
    for name, recipe in recipes.items():
        faults = [error.message for error in validator.iter_errors(recipe)]
        failed += bool(faults)
        print(f"{'FAIL' if faults else 'ok  '} {name} {'; '.join(faults)}")
    for name, recipe in broken(recipes["fptq-w4a8.json"]):
        accepted = validator.is_valid(recipe)
        failed += accepted
        print(f"{'FAIL' if accepted else 'ok  '} the schema objects to: {name}")
    sys.exit(1 if failed or not recipes else 0)


if __name__ == "__main__":
    main()
