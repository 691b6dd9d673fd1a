#!/usr/bin/env python3
"""Writes the seed corpora of the fuzzers: tests/fuzz/make_corpus.py [folder]

Each seed is described here as text; the files beside this script are its output, committed so that a build needs no
Python. A seed named ok_* is accepted by its parser, all others are refused. After a change, run it and commit the result.
"""
import json
import pathlib
import struct
import sys


def safetensors(header, data=0, length=None):
    """A file: length field, header (text or object), `data` zero bytes."""
    text = header if isinstance(header, (bytes, str)) else json.dumps(header, separators=(",", ":"))
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw) if length is None else length) + raw + bytes(data)


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def safetensors_header():
    two = {"__metadata__": {"format": "pt"}, "a.weight": tensor("F32", [2, 2], 0, 16), "b": tensor("BF16", [3], 16, 22)}
    yield "ok_two_tensors", safetensors(two, 22)
    yield "ok_padded", safetensors(json.dumps(two) + "   \n", 22)
    yield "ok_no_tensors", safetensors("{}")
    yield "ok_scalar_and_empty", safetensors({"s": tensor("I64", [], 0, 8), "z": tensor("F16", [0, 5], 8, 8)}, 8)
    yield "ok_packed_dtypes", safetensors({"a": tensor("F4", [2], 0, 1), "b": tensor("F6_E2M3", [4], 1, 4),
                                           "c": tensor("F8_E4M3", [1], 4, 5), "d": tensor("C64", [1], 5, 13)}, 13)
    yield "ok_escaped_name", safetensors('{"\\u00e9\\n\\"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1)
    # [u64 data bytes][JSON]: how the fuzzer makes files with a right length field
    yield "right_length", safetensors(two, length=22)
    yield "empty", b""
    yield "length_only", struct.pack("<Q", 0)
    yield "length_high_bits", safetensors(two, 22, length=1 << 63)
    yield "length_beyond_file", safetensors(two, 0, length=10_000)
    yield "header_too_large", safetensors("{}", length=100_000_001)
    yield "not_utf8", safetensors(b'{"\xff":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1)
    yield "open_brace", safetensors("{")
    yield "leading_space", safetensors(" {}")
    yield "trailing_nul", safetensors("{}\0{}")
    yield "array", safetensors("[]")
    yield "deep", safetensors('{"a":' * 60 + "1" + "}" * 60)
    yield "duplicate_name", safetensors('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},'
                                        '"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}')
    yield "duplicate_field", safetensors('{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}')
    yield "unknown_field", safetensors({"a": dict(tensor("U8", [0], 0, 0), extra=1)})
    yield "float_offset", safetensors('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1.0]}}', 1)
    yield "negative", safetensors({"a": tensor("U8", [-1], 0, 1)}, 1)
    yield "three_offsets", safetensors({"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1, 1]}}, 1)
    yield "metadata_number", safetensors({"__metadata__": {"a": 1}})
    yield "shared_range", safetensors({str(i): tensor("U8", [4], 0, 4) for i in range(20)}, 4)
    yield "hole", safetensors({"a": tensor("U8", [1], 0, 1), "b": tensor("U8", [1], 2, 3)}, 3)
    yield "backwards", safetensors({"a": tensor("U8", [1], 1, 0)}, 1)
    yield "trailing_bytes", safetensors(two, 30)
    yield "two_bytes_missing", safetensors(two, 20)
    yield "wrong_size", safetensors({"a": tensor("F32", [2], 0, 4)}, 4)
    yield "element_overflow", safetensors({"a": tensor("F32", [1 << 40, 1 << 40], 0, 0)})
    yield "byte_overflow", safetensors({"a": tensor("F64", [1 << 47, 1 << 12], 0, 0)})
    yield "half_byte", safetensors({"a": tensor("F4", [3], 0, 1)}, 1)
    yield "number_beyond_u64", safetensors({"a": tensor("U8", [1 << 70], 0, 0)})
    yield "rank_nine", safetensors({"a": tensor("U8", [1] * 9, 0, 1)}, 1)
    yield "long_name", safetensors({"n" * 1025: tensor("U8", [1], 0, 1)}, 1)


def json_config():
    yield "ok_rms_norm", json.dumps({"model_type": "x", "architectures": ["XForCausalLM"], "hidden_size": 64,
                                     "num_hidden_layers": 5, "num_key_value_heads": 4, "rms_norm_eps": 1e-5,
                                     "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": True,
                                     "vocab_size": 512, "rope_scaling": None, "eos_token_id": [1, 2]}, indent=2)
    yield "ok_layer_norm", json.dumps({"architectures": ["Y"], "n_embd": 32, "n_layer": 2, "layer_norm_epsilon": 1e-5})
    yield "ok_rope_scaling", json.dumps({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}})
    yield "ok_strange_types", json.dumps({"hidden_size": "64", "n_layer": 1e3, "rms_norm_eps": "small",
                                          "tie_word_embeddings": 0, "hidden_act": [], "rope_scaling": 1,
                                          "vocab_size": (1 << 64) - 1, "architectures": [[]]})
    yield "ok_escapes", '{"\\ud83d\\ude00 \\u0000":"\\"\\\\\\/\\b\\f\\n\\r\\t"}'
    yield "ok_numbers", "[0,-0,-1,1.5,1e-300,-1E+9,18446744073709551615,-9223372036854775808,123456789012345678901]"
    yield "ok_scalar", "null"
    yield "empty", ""
    yield "duplicate", '{"a":1,"a":2}'
    yield "duplicate_nested", '{"a":[{"b":1,"c":2,"b":3}]}'
    yield "deep", "[" * 40 + "]" * 40
    yield "trailing", "{} {}"
    yield "trailing_nul", "{}\0x"
    yield "lone_surrogate", '"\\ud800"'
    yield "not_utf8", b'{"a":"\xc3\x28"}'
    yield "infinity", '{"a":Infinity}'
    yield "huge_number", "1e999"
    yield "comment", "{/* no */}"
    yield "single_quotes", "{'a':1}"


def shard_index():
    def index(shards, **metadata):
        return json.dumps({"metadata": metadata, "weight_map": shards})
    yield "ok_two_shards", index({"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"},
                                 total_size=1234)
    yield "ok_float_total", index({"a": "x"}, total_size=1.5e10)
    yield "ok_no_metadata", '{"weight_map":{"a":"..x"}}'
    for name, shard in [("parent", ".."), ("up", "../x"), ("absolute", "/etc/passwd"), ("backslash", "..\\x"),
                        ("inside", "a/b"), ("dot", "."), ("no_name", ""), ("nul", "a\0b"), ("newline", "a\nb"),
                        ("number", 3), ("null", None), ("list", ["a"])]:
        yield name, index({"a": shard})
    yield "no_map", '{"metadata":{}}'
    yield "empty_map", '{"weight_map":{}}'
    yield "map_is_list", '{"weight_map":["a"]}'
    yield "list", "[]"
    yield "duplicate", '{"weight_map":{"a":"x","a":"y"}}'


def tokenizer():
    model = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "\u2581": 3, "\u2581a": 4, "<0xC3>": 5, "<0xA9>": 6,
                                      "<s>": 7, "\u0120": 8, "1": 9}, "merges": ["a b", ["\u2581", "a"]]}

    def file(text="", model=model, **parts):
        return json.dumps({"version": "1.0", "model": model, **parts}, separators=(",", ":")) + "\0" + text

    def split(regex, behavior="Isolated"):
        return {"type": "Split", "pattern": {"Regex": regex}, "behavior": behavior, "invert": False}

    yield "ok_model_alone", file("abab b\u00e9")
    yield "ok_spaces", file("a ab <s> b", dict(model, unk_token="<s>", byte_fallback=True, fuse_unk=True), normalizer={
        "type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"}, {"type": "NFKC"}, {
            "type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}, added_tokens=[
                {"id": 7, "content": "<s>", "special": True, "lstrip": True, "rstrip": True, "single_word": True}], decoder={
                    "type": "Sequence", "decoders": [
                        {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"},
                        {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]})
    yield "ok_byte_level", file("ab 12  a\n", pre_tokenizer={"type": "Sequence", "pretokenizers": [
        split(r"\s+(?!\S)|[^\s\d[ab]]?\p{L}{1,3}|\p{N}+|\s"),
        {"type": "ByteLevel", "add_prefix_space": True, "use_regex": True}]}, decoder={"type": "ByteLevel"},
                                post_processor={"type": "RobertaProcessing", "cls": ["<s>", 7], "sep": ["<s>", 7]})
    yield "ok_metaspace", file("a b  a", pre_tokenizer={"type": "Metaspace", "replacement": "\u2581",
                                                        "prepend_scheme": "first"},
                               decoder={"type": "Metaspace", "replacement": "\u2581"}, post_processor={
                                   "type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {
                                       "Sequence": {"id": "A"}}],
                                   "special_tokens": {"<s>": {"ids": [7]}}})
    yield "ok_small_cuts", file("a,b 12b!", normalizer={"type": "Sequence", "normalizers": [
        {"type": "NFD"}, {"type": "Lowercase"}, {"type": "StripAccents"}, {"type": "Strip"}]}, pre_tokenizer={
            "type": "Sequence", "pretokenizers": [{"type": "Digits"}, {"type": "Punctuation"}, {"type": "Whitespace"},
                                                  {"type": "CharDelimiterSplit", "delimiter": "b"},
                                                  split("(?=a)", "MergedWithNext")]})
    yield "ok_prefix", file("ab ab", {"type": "BPE", "vocab": {"a": 0, "##b": 1, "ab": 2}, "merges": ["a ##b"],
                                      "continuing_subword_prefix": "##"})
    yield "empty", ""
    yield "no_model", "{}"
    yield "unknown_normalizer", file(normalizer={"type": "Nmt"})
    yield "same_id", file(model={"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []})
    yield "missing_merge", file(model={"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]})
    yield "huge_id", file(model={"type": "BPE", "vocab": {"a": 1 << 40}, "merges": []})
    yield "contradicting_token", file(added_tokens=[{"id": 0, "content": "b"}])
    yield "endless_regex", file("a" * 60, pre_tokenizer=split("((a+)+)+b"))
    yield "broken_regex", file(pre_tokenizer=split("(a{3}{4}"))
    yield "growing", file("a" * 100, normalizer={"type": "Sequence", "normalizers": [
        {"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaaaaaaaa"}] * 8})
    yield "text_not_utf8", file().encode() + b"a\xc3"


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus"
    for corpus in (safetensors_header, json_config, shard_index, tokenizer):
        folder = root / corpus.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in corpus():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


if __name__ == "__main__":
    main()
