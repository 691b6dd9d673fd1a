"""transformers + compressed-tensors on the CPU: loads a folder, records what every linear multiplies."""
import contextlib
import io

import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging


class Client:
    """A model as the client has it. Weights are decompressed by the first forward pass."""

    def __init__(self, folder):
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        with contextlib.redirect_stderr(io.StringIO()):
            self.model, self.info = AutoModelForCausalLM.from_pretrained(
                folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
        self.model.eval()

    def key_faults(self):
        """What did not fit: missing, unexpected and mismatched keys, error messages."""
        return {kind: sorted(str(key) for key in keys) for kind, keys in self.info.items() if keys}

    def linears(self):
        return {name: m for name, m in self.model.named_modules() if isinstance(m, torch.nn.Linear)}

    @torch.no_grad()
    def logits(self, ids):
        """ids [tokens] to logits [tokens, vocabulary]; activations are 3-D inside, as the dynamic scale needs."""
        with contextlib.redirect_stderr(io.StringIO()):
            return self.model(torch.as_tensor(ids)[None].long()).logits[0].float()

    def watch(self, ids):
        """Logits, and per linear its input before and after the client's quantize-dequantize."""
        before, after, multiplied = {}, {}, []
        plain = torch.nn.functional.linear

        def linear(x, weight, bias=None):
            multiplied.append(x)
            return plain(x, weight, bias)

        handles = []
        for name, module in self.linears().items():
            def enter(_, inputs, name=name):
                before[name] = inputs[0].clone()

            def leave(_, inputs, output, name=name):
                after[name] = multiplied[-1].clone()
            handles += [module.register_forward_pre_hook(enter), module.register_forward_hook(leave)]
        torch.nn.functional.linear = linear
        try:
            logits = self.logits(ids)
        finally:
            torch.nn.functional.linear = plain
            for handle in handles:
                handle.remove()
        return logits, before, after
