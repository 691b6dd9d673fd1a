#!/usr/bin/env python3
"""Compares all token ids with the Hugging Face library's (tokenizer.json) and sentencepiece's (tokenizer.model).

    compare_tokenizers.py --tokenize build/dev/bin/oscope_tokenize --data FOLDER

FOLDER is the folder of given models (models/*/tokenizer.json, tokenizers/, texts/). GPT-2's vocabulary there is also
dressed as other byte-level tokenizers. The texts are the given ones and random Unicode.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import tokenizers

from make_tokenizer_cases import CL100K, LLAMA3, NESTED, byte_level, sequence, split


def random_unicode():
    rng = random.Random(1)
    blocks = [(0, 0x250), (0x300, 0x370), (0x600, 0x6FF), (0x900, 0x980), (0x2000, 0x2070), (0x3040, 0x3100),
              (0x4E00, 0x4E80), (0xAC00, 0xAC40), (0x1F600, 0x1F640)]
    words = ["'s", "'LL", "don't", " the", "<|endoftext|>", "<s>", "</s>", "<unk>", "   ", "\r\n", "\n\n\n", "1234567",
             "'\u017f", "e\u0301", "\ufb01", "<0x0A>", "\u2581", "\u180e", "\U0010ffff", "\u0130"]
    pieces = []
    for _ in range(60_000):
        kind = rng.random()
        if kind < 0.3:
            pieces.append(chr(rng.randrange(*rng.choice(blocks))))
        elif kind < 0.5:
            pieces.append(rng.choice("    \n\t\r'"))
        elif kind < 0.6:
            pieces.append(rng.choice(words))
        else:
            pieces.append(rng.choice("abcdefghijklmnopqrstuvwxyzABCDEF0123456789.,!?()[]{}/\\-_\"'"))
    return "".join(pieces)


def gpt2_variants(folder):
    vocab = json.loads((folder / "gpt2.vocab.json").read_text(encoding="utf-8"))
    lines = (folder / "gpt2.merges.txt").read_text(encoding="utf-8").split("\n")
    merges = [line for line in lines if line and not line.startswith("#version")]
    nfc = {"type": "NFC"}
    for name, pre, normalizer, ignore in [
            ("gpt2", byte_level(regex=True), None, False), ("prefix space", byte_level(True, True), None, False),
            ("Llama-3 style", sequence(split(LLAMA3), byte_level()), None, True),
            ("Qwen2 style", sequence(split(LLAMA3.replace("{1,3}", "")), byte_level()), nfc, False),
            ("cl100k style", sequence(split(CL100K), byte_level()), None, False),
            ("nested classes", sequence(split(NESTED), byte_level()), None, False),
            ("word characters", sequence(split(r"\w+|\s+"), byte_level()), None, False)]:
        yield name, {"version": "1.0", "truncation": None, "padding": None, "normalizer": normalizer,
                     "added_tokens": [{"id": vocab["<|endoftext|>"], "content": "<|endoftext|>", "single_word": False,
                                       "lstrip": False, "rstrip": False, "normalized": False, "special": True}],
                     "pre_tokenizer": pre, "post_processor": None, "decoder": byte_level(),
                     "model": {"type": "BPE", "vocab": vocab, "merges": merges, "ignore_merges": ignore}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenize", required=True, help="the program oscope_tokenize of the build")
    parser.add_argument("--data", required=True, type=pathlib.Path)
    options = parser.parse_args()
    failed = 0

    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "unicode.txt").write_text(random_unicode(), encoding="utf-8", newline="")
        texts = sorted((options.data / "texts").glob("*.txt")) + [scratch / "unicode.txt"]

        def compare(name, file, expected):
            nonlocal failed
            for path in texts:
                text = path.read_bytes().decode("utf-8")
                run = subprocess.run([options.tokenize, file, path], check=True, capture_output=True)
                ours, theirs = list(map(int, run.stdout.split())), expected(text)
                failed += ours != theirs
                print(f"{name:24} {path.name:24} {len(theirs):8} ids  {'equal' if ours == theirs else 'DIFFERENT'}")

        for file in sorted(options.data.glob("models/*/tokenizer.json")):
            library = tokenizers.Tokenizer.from_file(str(file))
            compare(file.parent.name, file, lambda text: library.encode(text).ids)
        for name, content in gpt2_variants(options.data / "tokenizers"):
            file = scratch / "tokenizer.json"
            file.write_text(json.dumps(content), encoding="utf-8")
            library = tokenizers.Tokenizer.from_file(str(file))
            compare(name, file, lambda text: library.encode(text).ids)
        try:
            import sentencepiece
        except ImportError:
            print("sentencepiece is not installed: tokenizer.model not compared")
        else:
            file = options.data / "tokenizers" / "llama2-32000.tokenizer.model"
            processor = sentencepiece.SentencePieceProcessor(str(file))
            compare("sentencepiece", file, lambda text: [processor.bos_id()] + processor.encode(text))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
