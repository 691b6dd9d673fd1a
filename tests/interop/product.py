"""Runs the oscope command line."""
import json
import subprocess
import sys
from pathlib import Path

from safetensors.torch import load_file


class Oscope:
    def __init__(self, program):
        self.program = str(program)

    def run(self, *arguments):
        """The command's JSON result; a failed command is an error with what it said."""
        done = subprocess.run([self.program, *map(str, arguments), "--json"], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"oscope {' '.join(map(str, arguments))}: exit status {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def why_unsupported(self, model):
        """What `oscope inspect` says about a folder whose architecture it doesn't know; None: it opens."""
        done = subprocess.run([self.program, "inspect", str(model), "--json"], capture_output=True, text=True)
        if done.returncode != 0 and "architecture" not in done.stderr:
            raise RuntimeError(f"oscope inspect {model}: {done.stderr}")
        return done.stderr.strip() if done.returncode != 0 else None

    def export(self, model, data, work, container, recipe=()):
        """Calibrates, plans and exports `model`; returns the exported folder."""
        work = Path(work)
        snapshot, out = work / "run.oscope.h5", work / f"out-{container}"
        if not snapshot.exists():
            self.run("calibrate", model, "-o", snapshot, "--device", "cpu", *data)
            self.run("plan", snapshot, "-o", work / "recipe.json", *recipe)
        self.run("export", model, snapshot, work / "recipe.json", "-o", out, "--format", "ct-exact",
                 "--format-param", f"container={container}")
        return out

    def quantized_logits(self, model, exported, ids, work):
        """Logits of the quantized model as `oscope verify` computes them, dynamic divisor as the client's: 127.5."""
        tokens, logits = Path(work) / "ids.json", Path(work) / "logits.safetensors"
        tokens.write_text(json.dumps([list(map(int, ids))]))
        self.run("verify", model, exported, "--device", "cpu", "--tokens", tokens, "--windows", 1, "--length", len(ids),
                 "--divisor", 127.5, "--no-static-baseline", "--logits", logits)
        return load_file(logits)["logits"].float().reshape(len(ids), -1)


# A process of its own starts the command: the peak of a forked child begins with the memory of the parent, and ours
# holds torch.
LAUNCHER = """
import json, resource, subprocess, sys, time
started = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True)
seconds = time.monotonic() - started
kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([done.returncode, seconds, kilobytes, done.stdout]))
"""


def measured(command):
    """Runs a command: seconds, peak resident bytes of that process alone, and what it printed."""
    done = subprocess.run([sys.executable, "-I", "-c", LAUNCHER, *map(str, command)], stdout=subprocess.PIPE, text=True, check=True)
    status, seconds, kilobytes, output = json.loads(done.stdout)
    if status != 0:
        raise RuntimeError(f"{command[0]} ended with status {status}")
    return seconds, kilobytes * 1024, output
