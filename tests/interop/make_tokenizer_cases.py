#!/usr/bin/env python3
"""Writes tests/tokenizer/cases.json: small tokenizers and the ids that the Hugging Face library makes with them.

Needs `tokenizers` (requirements.txt). The vocabularies are trained here on the sentences below; the cases cover the
parts of tokenizer.json that the product knows. Run again only to add cases: the file is committed.
"""
import json
import pathlib

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

SENTENCES = [
    "The quick brown fox jumps over the lazy dog's back, and the dog doesn't care.",
    "There they are: 12 birds, 345 trees, 6,789 leaves. They'll sing, won't they?",
    "A workbench for the quantization of language models; the outliers of the channels.",
    "Über naïve cafés, garçon! The end. The end of the story. There is the other one.",
]

TEXTS = [
    "",
    " ",
    "The dog's back",
    "  They'll   sing,\n\n won't THEY?  \t\r\n",
    "12345 birds 67 ١٢٣ ½ Ⅷ",
    "Über naïve café İSTANBUL ﬁ ﷺ Å",
    "漢字テスト 한국어 हिन्दी 🙂👩‍👧",
    "a\u00a0b\u3000c\u180ed\u0085e\u200df\ufefff\x00g\u2028h",
    "<s>The</s> end <unk><unk> of<mask> the <mask> story<x>x <x> x[mid]y ▁▁<0x0A>",
    "don't DON'T it'ſ we'VE _under_score-line (x) [y] {z} …।",
    "ThereThere isHTTPServer 1a2b",
]


def bpe(tokenizer, **more):
    model = json.loads(tokenizer.to_str())["model"]
    return {**{key: model[key] for key in ("vocab", "merges")}, "type": "BPE", **more}


def byte_level_model():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(SENTENCES, trainers.BpeTrainer(vocab_size=330, initial_alphabet=sorted(alphabet),
                                                                 special_tokens=["<s>", "</s>"], show_progress=False))
    return bpe(tokenizer)


def space_model():
    """No pre-tokenizer, so that merges cross spaces; bytes for what has no token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer.train_from_iterator(SENTENCES * 2, trainers.BpeTrainer(vocab_size=400, special_tokens=special,
                                                                     show_progress=False))
    return bpe(tokenizer, unk_token="<unk>", byte_fallback=True, fuse_unk=True)


def prefixed_model():
    tokens = ["<unk>", "<s>", "</s>", "T", "##h", "##e", "##T", "##y", "d", "##o", "##g", "##n", "Th", "##he", "The",
              "##oo", "##nn", "do", "dog"]
    merges = ["T ##h", "##h ##e", "Th ##e", "d ##o", "do ##g"]
    return {"type": "BPE", "vocab": {token: id for id, token in enumerate(tokens)}, "merges": merges,
            "continuing_subword_prefix": "##", "unk_token": "<unk>"}


def added(content, id, **flags):
    return {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
            "special": True, **flags}


def sequence(*members):
    return {"type": "Sequence", "pretokenizers": list(members)}


def norms(*members):
    return {"type": "Sequence", "normalizers": [{"type": m} if isinstance(m, str) else m for m in members]}


def split(regex, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": behavior, "invert": invert}


def byte_level(prefix=False, regex=False):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def template(bos, eos=None):
    special = {name: {"id": name, "ids": [id], "tokens": [name]} for name, id in [bos] + ([eos] if eos else [])}
    single = [{"SpecialToken": {"id": bos[0], "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    if eos:
        single.append({"SpecialToken": {"id": eos[0], "type_id": 0}})
    return {"type": "TemplateProcessing", "single": single, "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": special}


LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
          r"\s*[\r\n]+|\s+(?!\S)|\s+")
CL100K = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|"
          r"\s+(?!\S)|\s")
NESTED = r" ?[^(\s|[.,!?…。，、।۔،])]+"
PLAIN = {"type": "Sequence", "decoders": [
    {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
SPACES = norms({"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"})
ONLY_SPACES = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
BYTES = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
ROBERTA = {"type": "RobertaProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0], "trim_offsets": True,
           "add_prefix_space": False}


def metaspace(**more):
    return {"type": "Metaspace", "replacement": "▁", **more}


def cases():
    ends = [added("<s>", 0), added("</s>", 1)]
    spaced = [added("<unk>", 0), added("<s>", 1), added("</s>", 2)]
    mask = spaced + [added("<mask>", 400, lstrip=True, rstrip=True), added("<x>", 401, single_word=True),
                     added("[mid]", 402, special=False, normalized=True), added("story", 403, special=False, rstrip=True,
                                                                               normalized=True, single_word=True)]
    def bytes_case(name, pre, normalizer=None, post=None, tokens=ends, **model):
        return {"name": name, "base": "bytes", "model": model, "added_tokens": tokens, "normalizer": normalizer,
                "pre_tokenizer": pre, "post_processor": post, "decoder": BYTES}

    def space_case(name, normalizer, pre=None, tokens=spaced, decoder=PLAIN, **model):
        return {"name": name, "base": "spaces", "model": model, "added_tokens": tokens, "normalizer": normalizer,
                "pre_tokenizer": pre, "post_processor": template(("<s>", 1)), "decoder": decoder}

    yield bytes_case("gpt2", byte_level(regex=True), post=BYTES)
    yield bytes_case("gpt2_prefix_space_roberta", byte_level(prefix=True, regex=True), post=ROBERTA)
    yield bytes_case("llama3_style", sequence(split(LLAMA3), byte_level()), ignore_merges=True,
                     post={"type": "Sequence", "processors": [BYTES, template(("<s>", 0), ("</s>", 1))]})
    yield bytes_case("qwen2_style", sequence(split(LLAMA3.replace("{1,3}", "")), byte_level()), {"type": "NFC"})
    yield bytes_case("cl100k_style", sequence(split(CL100K), byte_level()))
    yield bytes_case("nested_classes", sequence(split(NESTED), byte_level()))
    yield bytes_case("starcoder_style", sequence({"type": "Digits", "individual_digits": True}, byte_level(regex=True)))
    yield bytes_case("digit_runs", sequence({"type": "Digits", "individual_digits": False}, byte_level()))
    yield bytes_case("whitespace_nfkc", sequence({"type": "Whitespace"}, byte_level()), {"type": "NFKC"})
    yield bytes_case("strip_accents", sequence({"type": "WhitespaceSplit"}, {"type": "Punctuation"}, byte_level()),
                     norms("NFD", "StripAccents", "Lowercase", {"type": "Strip", "strip_left": True,
                                                                "strip_right": True}))
    yield bytes_case("nfkd_punctuation", sequence({"type": "Punctuation", "behavior": "Contiguous"}, byte_level()),
                     {"type": "NFKD"})
    yield bytes_case("delimiter", sequence({"type": "CharDelimiterSplit", "delimiter": "e"}, byte_level()))
    yield bytes_case("byte_level_normalizer", split("Ġ", "MergedWithNext"), norms("ByteLevel"))
    yield bytes_case("regex_replace", byte_level(), {"type": "Replace", "pattern": {"Regex": r"[\s\d]+|(?<=T)h"},
                                                     "content": "_$0"})
    for behavior in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        for invert in (False, True):
            yield bytes_case(f"split_{behavior}_{invert}",
                             sequence(split(r"[a-f]|\d|(?=[A-Z])|[\s,]|\bth", behavior, invert), byte_level()))
    yield space_case("no_pre_tokenizer", SPACES)
    yield space_case("added_tokens", SPACES, tokens=mask)
    yield space_case("unknown_fused", SPACES, byte_fallback=False)
    yield space_case("unknown_single", SPACES, byte_fallback=False, fuse_unk=False)
    yield space_case("unknown_dropped", SPACES, byte_fallback=False, unk_token=None)
    yield space_case("end_of_word_suffix", SPACES, {"type": "Split", "pattern": {"String": "▁"}, "behavior":
                                                   "MergedWithNext", "invert": False}, end_of_word_suffix="e")
    yield space_case("gemma_style", ONLY_SPACES, {"type": "Split", "pattern": {"String": " "},
                                                  "behavior": "MergedWithPrevious", "invert": False})
    for scheme in ("always", "first", "never"):
        for pieces in (True, False):
            part = metaspace(prepend_scheme=scheme, split=pieces)
            yield space_case(f"metaspace_{scheme}_{pieces}", None, part, decoder=part, tokens=mask)
    yield space_case("metaspace_first_after_strip", {"type": "Strip", "strip_left": True, "strip_right": False},
                     metaspace(prepend_scheme="first", split=True))
    yield space_case("metaspace_old_keys", None, metaspace(str_rep="▁", add_prefix_space=True),
                     decoder=metaspace(add_prefix_space=True))
    yield {**space_case("continuing_subword_prefix", None, {"type": "WhitespaceSplit"}), "base": "prefixed",
           "decoder": None}


def assemble(case, bases):
    model = {**bases[case["base"]], **case["model"]}
    parts = ("added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder")
    return {"version": "1.0", "truncation": None, "padding": None, **{part: case[part] for part in parts},
            "model": model}


def main():
    bases = {"bytes": byte_level_model(), "spaces": space_model(), "prefixed": prefixed_model()}
    lines = []
    for case in cases():
        tokenizer = Tokenizer.from_str(json.dumps(assemble(case, bases)))
        for token in case["added_tokens"]:
            assert tokenizer.token_to_id(token["content"]) == token["id"], (case["name"], token)
        # [ids of the text alone, ids in front, ids behind] per text: the special ids never depend on the text.
        encodings = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
        framed = tokenizer.encode("a").ids
        plain = tokenizer.encode("a", add_special_tokens=False).ids
        decoded = [tokenizer.decode(ids, skip_special_tokens=False) for ids in encodings]
        lines.append(json.dumps({**case, "framed_a": framed, "plain_a": plain, "ids": encodings, "decoded": decoded},
                                ensure_ascii=True))
    out = pathlib.Path(__file__).resolve().parent.parent / "tokenizer" / "cases.json"
    with out.open("w", encoding="utf-8") as file:
        file.write(f'{{"made_with": "tokenizers {tokenizers.__version__} by tests/interop/make_tokenizer_cases.py",\n')
        file.write(f'"bases": {json.dumps(bases)},\n"texts": {json.dumps(TEXTS)},\n"cases": [\n')
        file.write(",\n".join(lines) + "\n]}\n")


if __name__ == "__main__":
    main()
