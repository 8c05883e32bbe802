"""PyTorch beside our own code, in the benchmark and on the ladder: answers lines of JSON on stdin, see bench/README.md.

Usage: python3 pytorch.py written-out|autograd
       python3 pytorch.py coretype    the OPENBLAS_CORETYPE that makes PyTorch fastest here, or nothing
"""

import json
import os
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

# Isolated, Python looks for nothing beside this file by itself; what is installed is left as it is.
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import openblas  # noqa: E402

STYLE = sys.argv[1]
TAKEN_FOR = "BACKPROP_LAB_TAKEN_FOR"


def read_inputs(inputs):
    return {
        entry["name"]: torch.from_numpy(
            numpy.fromfile(entry["file"], dtype=entry["dtype"]).reshape(entry["shape"])
        )
        for entry in inputs
    }


class Product:
    """c = a @ b into memory that is there already."""

    def __init__(self, recipe, inputs):
        a = inputs["a"].t() if recipe["transposeA"] else inputs["a"]
        b = inputs["b"].t() if recipe["transposeB"] else inputs["b"]
        self.a, self.b = a, b
        self.c = torch.empty(a.shape[0], b.shape[1])

    def call(self, step):
        torch.mm(self.a, self.b, out=self.c)

    def outputs(self):
        return {"c": self.c}


class WrittenOut:
    """The notebook's network and its backward pass as the notebook writes them, dW as a product."""

    def __init__(self, recipe, inputs):
        self.shift = recipe["shift"]
        self.backward_too = recipe["kind"] == "notebook-forward-backward"
        self.inputs = inputs

    def call(self, step):
        x, y, w1, b1, w2, b2 = (self.inputs[name] for name in ("x", "y", "w1", "b1", "w2", "b2"))
        l1 = x @ w1 + b1
        l2 = l1.clamp_min(0.0) - self.shift
        out = l2 @ w2 + b2
        difference = out[:, 0] - y
        result = {"loss": difference.pow(2).mean()}
        if self.backward_too:
            g = 2.0 * difference.unsqueeze(-1) / x.shape[0]
            dl2 = g @ w2.t()
            result["dw2"] = l2.t() @ g
            result["db2"] = g.sum(0)
            dl1 = (l1 > 0).float() * dl2
            result["dx"] = dl1 @ w1.t()
            result["dw1"] = x.t() @ dl1
            result["db1"] = dl1.sum(0)
        self.result = result

    def outputs(self):
        return self.result


def linear(weight, bias):
    """nn.Linear of given values; it stores the transpose of our weight."""
    layer = nn.Linear(*weight.shape)
    with torch.no_grad():
        layer.weight.copy_(weight.t())
        layer.bias.copy_(bias)
    return layer


class Autograd:
    """The same network of nn.Linear, its gradients by autograd; without autograd where none are asked for."""

    def __init__(self, recipe, inputs):
        self.shift = recipe["shift"]
        self.backward_too = recipe["kind"] == "notebook-forward-backward"
        self.x, self.y = inputs["x"], inputs["y"]
        self.first = linear(inputs["w1"], inputs["b1"])
        self.second = linear(inputs["w2"], inputs["b2"])
        if self.backward_too:
            self.x.requires_grad_()

    def forward(self):
        out = self.second(F.relu(self.first(self.x)) - self.shift)
        self.loss = F.mse_loss(out[:, 0], self.y)

    def call(self, step):
        if not self.backward_too:
            with torch.no_grad():
                self.forward()
            return
        # None, so that the backward pass writes gradients instead of adding to them.
        self.x.grad = None
        for layer in (self.first, self.second):
            layer.zero_grad(set_to_none=True)
        self.forward()
        self.loss.backward()

    def outputs(self):
        result = {"loss": self.loss.detach()}
        if self.backward_too:
            result["dx"] = self.x.grad
            result["dw1"], result["db1"] = self.first.weight.grad.t(), self.first.bias.grad
            result["dw2"], result["db2"] = self.second.weight.grad.t(), self.second.bias.grad
        return result


class TrainingStep:
    """Steps of nn.Sequential by torch.optim.SGD; each gathers the next rows of the shuffled set."""

    def __init__(self, recipe, inputs):
        self.batch_size = recipe["batchSize"]
        self.x, self.y = inputs["x"], inputs["y"].long()
        self.indices = inputs["indices"].long()
        count = sum(name.startswith("w") for name in inputs)
        layers = []
        for number in range(1, count + 1):
            layers.append(linear(inputs["w%d" % number], inputs["b%d" % number]))
            if number < count:
                layers.append(nn.ReLU())
        self.model = nn.Sequential(*layers)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=recipe["lr"])

    def call(self, step):
        at = step * self.batch_size
        rows = self.indices[at : at + self.batch_size]
        self.optimizer.zero_grad(set_to_none=True)
        self.loss = F.cross_entropy(self.model(self.x[rows]), self.y[rows])
        self.loss.backward()
        self.optimizer.step()

    def outputs(self):
        result = {"loss": self.loss.detach()}
        layers = [layer for layer in self.model if isinstance(layer, nn.Linear)]
        for number, layer in enumerate(layers, 1):
            result["w%d" % number] = layer.weight.detach().t()
            result["b%d" % number] = layer.bias.detach()
        return result


PROGRAMS = {
    "product": Product,
    "notebook-forward": Autograd if STYLE == "autograd" else WrittenOut,
    "notebook-forward-backward": Autograd if STYLE == "autograd" else WrittenOut,
    "training-step": TrainingStep,
}


def run_loop(program, calls):
    call = program.call
    for step in range(calls):
        call(step)


def sample(program, calls, samples):
    run_loop(program, calls)
    times = []
    cpu = time.process_time()
    start = time.perf_counter()
    for _ in range(samples):
        begin = time.perf_counter()
        run_loop(program, calls)
        times.append((time.perf_counter() - begin) * 1e3 / calls)
    wall = time.perf_counter() - start
    return {"samplesMs": times, "cpuMs": (time.process_time() - cpu) * 1e3, "wallMs": wall * 1e3}


def compute(program, calls, files):
    start = time.perf_counter()
    run_loop(program, calls)
    ms = (time.perf_counter() - start) * 1e3
    for name, values in program.outputs().items():
        if name in files:
            values.contiguous().numpy().astype("float32").tofile(files[name])
    return {"done": True, "ms": ms}


# Of the libraries that multiply, by a part of their file's name. Distributions let torch take any that is installed,
# and the slowest has no vector code at all.
BLAS = {"mkl": "MKL", "openblas": "OpenBLAS", "blis": "BLIS", "atlas": "ATLAS", "libblas": "reference BLAS"}


def load_blas():
    """Has the library that multiplies loaded."""
    torch.mm(torch.ones(2, 2), torch.ones(2, 2))


def better_core():
    """The OPENBLAS_CORETYPE that would be faster than what OpenBLAS has chosen by itself, or None."""
    load_blas()
    if torch.backends.mkl.is_available() or "OPENBLAS_CORETYPE" in os.environ:
        return None
    return openblas.better(openblas.core(), openblas.flags())


def know_processor():
    """Starts anew where OpenBLAS does not know the processor: what is compared is PyTorch, not the age of a package."""
    better = better_core()
    if better is None:
        return
    os.environ["OPENBLAS_CORETYPE"] = better
    os.environ[TAKEN_FOR] = openblas.core()
    os.execv(sys.executable, [sys.executable, "-I", os.path.abspath(__file__), STYLE])


def version():
    """PyTorch's version, with the library that multiplies for it where the system tells."""
    load_blas()
    try:
        with open("/proc/self/maps") as maps:
            files = {line.split()[-1] for line in maps if "/" in line}
    except OSError:
        return torch.__version__
    found = [name for part, name in BLAS.items() if any(part in file for file in files)]
    if not found and torch.backends.mkl.is_available():
        found = ["MKL"]
    core = openblas.core() if found[:1] == ["OpenBLAS"] else None
    if core is not None:
        found[0] += " for " + core
        if TAKEN_FOR in os.environ:
            found[0] += " (told to; it takes this processor for %s)" % os.environ[TAKEN_FOR]
    return ", ".join([torch.__version__] + found[:1])


def main():
    program = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["command"] == "prepare":
                torch.set_num_threads(request["threads"])
                program = PROGRAMS[request["recipe"]["kind"]](request["recipe"], read_inputs(request["inputs"]))
                answer = {"threads": torch.get_num_threads(), "version": version()}
            elif request["command"] == "compute":
                answer = compute(program, request["calls"], request["outputs"])
            else:
                answer = sample(program, request["calls"], request["samples"])
        except Exception as error:  # Whatever it is, it is the answer.
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


if STYLE == "coretype":
    print(better_core() or "")
else:
    know_processor()
    main()
