"""What a notebook of Backprop Lab calls besides torch itself: data, show, time, check, assert_close.

A notebook that the lab has written as Python begins with "from lab_notebook import *".
"""

import gzip
import math
import os
import statistics
import struct
import time as _clock
import types
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cmp_to_key, reduce

import torch
from torch import nn
from torch.nn import functional as F

# The lab's tensors have a place for gradients that are made by hand, and its modules a method to call them.
torch.Tensor.g = None
nn.Module.call = lambda self, *inputs: self(*inputs)

nn.Sequential.layers = property(lambda self: list(self))

_parameters, _children = nn.Module.parameters, nn.Module.children
# Lists, as the lab has them: they can be counted, and gone through again.
nn.Module.parameters = lambda self, recurse=True: list(_parameters(self, recurse))
nn.Module.children = lambda self: list(_children(self))

_backward = torch.Tensor.backward


def _backward_again(self, *given, retain_graph=True, **options):
    """The lab goes backwards from a loss as often as it is asked."""
    return _backward(self, *given, retain_graph=retain_graph, **options)


torch.Tensor.backward = _backward_again


def _learning_rate(optimiser):
    return optimiser.param_groups[0]["lr"]


def _set_learning_rate(optimiser, lr):
    for group in optimiser.param_groups:
        group["lr"] = lr


# The lab's optimisers have their learning rate as a field, which a schedule sets.
torch.optim.Optimizer.lr = property(_learning_rate, _set_learning_rate)


def _forgetting(zero_grad):
    """As the lab and torch 2 do: a parameter without a gradient is left alone by the next step."""

    def forget(self, set_to_none=True):
        return zero_grad(self, set_to_none=set_to_none)

    return forget


torch.optim.Optimizer.zero_grad = _forgetting(torch.optim.Optimizer.zero_grad)
nn.Module.zero_grad = _forgetting(nn.Module.zero_grad)


def _as_float(x):
    return x.float() if isinstance(x, torch.Tensor) and not x.is_floating_point() else x


def _on_numbers(method):
    """The lab computes with what comparisons and argmax give as with other numbers; torch refuses, or adds 1 + 1 to True."""

    def of(self, *given, **options):
        return method(_as_float(self), *map(_as_float, given), **options)

    return of


for _name in (
    "add sub mul div pow neg abs sign square sqrt rsqrt exp log tanh sigmoid erf relu clamp "
    "mean var std argmax argmin logsumexp softmax matmul"
).split():
    setattr(torch.Tensor, _name, _on_numbers(getattr(torch.Tensor, _name)))

_item = torch.Tensor.item
# 1 and 0, not True and False.
torch.Tensor.item = lambda self: int(_item(self)) if self.dtype == torch.bool else _item(self)

ROWS = 50_000
MNIST = os.environ.get("BACKPROP_LAB_MNIST", os.path.join(os.path.dirname(os.path.abspath(__file__)), "mnist"))


class Method:
    """A function in an object that is given the object."""

    def __init__(self, function):
        self.function = function


class Record(dict):
    """An object of TypeScript: its parts are fields and items."""

    def __getattribute__(self, name):
        if name not in self:
            return super().__getattribute__(name)
        value = self[name]
        return types.MethodType(value.function, self) if isinstance(value, Method) else value

    def __setattr__(self, name, value):
        self[name] = value


def remainder(a, b):
    """a % b with the sign of a, as TypeScript has it."""
    rest = abs(a) % abs(b)
    return rest if a >= 0 else -rest


def sort_by(values, compare):
    """Sorts a list where it is, by a function of two elements."""
    values.sort(key=cmp_to_key(compare))
    return values


def index_of(values, one):
    """Where the first of equal ones is, or -1."""
    return values.index(one) if one in values else -1


class Keyed:
    """What Map and Set have in common: keys in the order in which they came."""

    def has(self, key):
        return key in self._of

    def delete(self, key):
        was = key in self._of
        self._of.pop(key, None)
        return was

    def clear(self):
        self._of.clear()

    @property
    def size(self):
        return len(self._of)

    def keys(self):
        return list(self._of)


class Map(Keyed):
    """TypeScript's Map: gone through in pairs."""

    def __init__(self, pairs=()):
        self._of = {}
        for key, value in pairs or ():
            self._of[key] = value

    def set(self, key, value):
        self._of[key] = value
        return self

    def get(self, key):
        return self._of.get(key)

    def values(self):
        return list(self._of.values())

    def entries(self):
        return list(self._of.items())

    def __getitem__(self, key):
        return self._of[key]

    def __iter__(self):
        return iter(self.entries())

    def __repr__(self):
        return f"Map({self._of})"


class Set(Keyed):
    """TypeScript's Set: in the order in which its values came."""

    def __init__(self, values=()):
        self._of = dict.fromkeys(values or ())

    def add(self, value):
        self._of[value] = None
        return self

    values = Keyed.keys

    def entries(self):
        return [(value, value) for value in self._of]

    def __iter__(self):
        return iter(self.keys())

    def __repr__(self):
        return f"Set({self.keys()})"


def entries_of(x):
    return x.entries() if isinstance(x, (Map, Set)) else list(enumerate(x))


def keys_of(x):
    return x.keys() if isinstance(x, (Map, Set)) else list(range(len(x)))


def values_of(x):
    return x.values() if isinstance(x, (Map, Set)) else list(x)


def for_each(x, f, takes):
    """Calls f with so many of value and key of each element."""
    for key, value in entries_of(x):
        f(*(value, key)[:takes])


def concat(x, *others):
    """A list with what follows, or a text."""
    if isinstance(x, str):
        return x + "".join(map(str, others))
    return list(x) + [one for other in others for one in (other if isinstance(other, (list, range)) else [other])]


def _not_finite(x):
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def to_fixed(x, digits=0):
    """The number as TypeScript writes it with so many digits: halves away from zero, 1e+21 and more by their exponent."""
    if not math.isfinite(x):
        return _not_finite(x)
    if abs(x) >= 1e21:
        return to_exponential(x)
    with localcontext() as context:
        context.prec = 200
        fixed = Decimal(x).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return format(abs(fixed) if x == 0 else fixed, "f")


def to_exponential(x, digits=None):
    """The number as TypeScript writes it: 1.5e+3, halves away from zero; without digits as many as tell it from others."""
    if not math.isfinite(x):
        return _not_finite(x)
    if digits is None:
        digits = next(n for n in range(17) if n == 16 or float(f"{x:.{n}e}") == x)
    with localcontext() as context:
        context.prec = 1_100
        exact = Decimal(x)
        exponent = 0 if x == 0 else exact.adjusted()
        mantissa = exact.scaleb(-exponent).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        if abs(mantissa) >= 10:
            exponent += 1
            mantissa = (mantissa / 10).quantize(Decimal(1).scaleb(-digits))
    text = format(abs(mantissa) if x == 0 else mantissa, "f")
    return f"{text}e{'-' if exponent < 0 else '+'}{abs(exponent)}"


class _Splits:
    def __init__(self, **parts):
        self.__dict__.update(parts)


def _idx(name):
    path = os.path.join(MNIST, name)
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as file:
        magic, count = struct.unpack(">II", file.read(8))
        sizes = [count, *struct.unpack(f">{(magic & 255) - 1}I", file.read(4 * ((magic & 255) - 1)))]
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(sizes)


def _either(name):
    return next((n for n in (name, name + ".gz") if os.path.exists(os.path.join(MNIST, n))), name + ".gz")


def data(name="mnist"):
    """The notebook's MNIST: pixels divided by 256; ROWS for training, the last 10,000 for validation."""
    if name != "mnist":
        raise ValueError(f'only data("mnist") is read here, not {name!r}: load your own rows as tensors instead')
    try:
        x = _idx(_either("train-images-idx3-ubyte")).reshape(-1, 784).float() / 256
        y = _idx(_either("train-labels-idx1-ubyte")).float()
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error}; put MNIST's train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz into {MNIST}, or name their folder in BACKPROP_LAB_MNIST") from None
    return _Splits(xTrain=x[:ROWS], yTrain=y[:ROWS], xValid=x[50_000:], yValid=y[50_000:])


def show(values):
    """The lab lists what a cell shows; here it is printed."""
    for name, value in values.items():
        if isinstance(value, torch.Tensor) and value.numel() == 1:
            value = value.item()
        print(f"{name}: {value}")


def _described(kind):
    def told(x, *_, **options):
        values = x if isinstance(x, torch.Tensor) else torch.tensor([])
        title = options.get("title", "")
        print(f"[{kind} {title}] {tuple(values.shape)}" if isinstance(x, torch.Tensor) else f"[{kind} {title}]")

    return told


plot, hist, image, heat = (_described(kind) for kind in ("plot", "hist", "image", "heat"))


def pad(x, pairs, value=0):
    """(before, after) of each axis, the first axis first; torch wants the last one first."""
    return F.pad(x, [size for pair in reversed(pairs) for size in pair], value=value)


def slice_along(x, begin, end, dim):
    """Elements begin ... end - 1 of an axis; negative bounds count from its end."""
    begin, end, _ = slice(begin, None if end == math.inf else end).indices(x.shape[dim])
    return x.narrow(dim, begin, end - begin)


def assert_close(a, b, rtol=1e-3, atol=1e-5):
    torch.testing.assert_close(torch.as_tensor(a), torch.as_tensor(b), rtol=rtol, atol=atol)


class Timing:
    def __init__(self, samples):
        self.samplesMs = samples
        self.medianMs = statistics.median(samples)

    def __str__(self):
        return f"{self.medianMs:.3f} ms"


def time(f, samples=5):
    """The median of some calls, after one that warms up."""
    if samples > 1:
        f()
    taken = []
    for _ in range(samples):
        began = _clock.perf_counter()
        f()
        taken.append(1000 * (_clock.perf_counter() - began))
    return Timing(taken)


class Gradient:
    def __init__(self, name, verdict, rel_norm):
        self.name, self.verdict, self.relNorm = name, verdict, rel_norm


class Report:
    def __init__(self, loss, gradients):
        self.loss, self.gradients = loss, gradients
        self.passed = all(one.verdict == "right" for one in gradients)

    def __str__(self):
        told = ", ".join(f"{one.name} {one.verdict}" for one in self.gradients)
        return f"{'passed' if self.passed else 'FAILED'}: {told}"


def check(f, of, options=None):
    """Compares gradients in .g, made by hand, or in .grad with torch's own of the loss that f gives.

    What the lab's options ask for, central differences above all, is left to torch's own gradients.
    """
    asked = {name: tensor.requires_grad for name, tensor in of.items()}
    for tensor in of.values():
        tensor.grad = None
        tensor.requires_grad_(True)
    loss = f()
    own = {name: (tensor.grad if tensor.g is None else tensor.g) for name, tensor in of.items()}
    own = {name: None if value is None else value.detach().clone() for name, value in own.items()}
    if loss.grad_fn is None:
        raise ValueError("check: the loss does not depend on the tensors")
    try:
        reference = torch.autograd.grad(loss, list(of.values()), allow_unused=True)
    except RuntimeError:
        # f has gone backwards itself: its graph is gone.
        reference = [tensor.grad for tensor in of.values()]
    for name, tensor in of.items():
        tensor.requires_grad_(asked[name])
    return _reported(loss, of, own, reference)


def _reported(loss, of, own, reference):
    gradients = []
    for name, wanted in zip(of, reference):
        found = own[name]
        if found is None or wanted is None:
            gradients.append(Gradient(name, "missing", math.nan))
            continue
        rel = ((found - wanted).norm() / wanted.norm().clamp(min=1e-30)).item()
        gradients.append(Gradient(name, "right" if torch.allclose(found, wanted, rtol=1e-3, atol=1e-5) else "wrong", rel))
    report = Report(loss.item(), gradients)
    print(report)
    return report


def _tensors_of(layer):
    """A layer's own tensors: a module's parameters, else its fields and those of lists."""
    if isinstance(layer, nn.Module):
        return dict(layer.named_parameters())
    found = {}
    for name, value in (layer if isinstance(layer, Record) else vars(layer)).items():
        for at, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(one, torch.Tensor):
                found[name if at is None else f"{name}[{at}]"] = one
    return found


def check_layer(layer, inputs, options=None):
    """Compares what a layer's backward sets in .g with torch's own gradients of its forward, a random one coming in."""
    given = inputs if isinstance(inputs, dict) else {f"input{at}": x for at, x in enumerate(inputs)}
    xs = [x.detach().clone() for x in given.values()]
    own_tensors = {name: one for name, one in _tensors_of(layer).items() if all(one is not x for x in given.values())}
    of = {**dict(zip(given, xs)), **own_tensors}
    asked = {name: tensor.requires_grad for name, tensor in of.items()}
    for tensor in of.values():
        tensor.requires_grad_(True)
    # A backward of one's own takes part in forward too: the reference is without it.
    out = getattr(layer, "by_torch", layer.forward)(*xs)
    incoming = torch.randn_like(out)
    loss = (out * incoming).sum()
    reference = torch.autograd.grad(loss, list(of.values()), allow_unused=True)
    for tensor in of.values():
        tensor.g = None
    with torch.no_grad():
        out = layer.forward(*xs)
        out.g = incoming
        layer.backward(out, *xs)
    for name, tensor in of.items():
        tensor.requires_grad_(asked[name])
    return _reported(loss, of, {name: tensor.g for name, tensor in of.items()}, reference)


class Residual(nn.Module):
    """x + body(x)."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


nn.Residual = Residual


class Product(nn.Module):
    """left(x) * right(x), element by element."""

    def __init__(self, left, right):
        super().__init__()
        self.left = left
        self.right = right

    def forward(self, x):
        return self.left(x) * self.right(x)


nn.Product = Product


def own_layer(name, make, backward=None):
    """The function that gives the module for the number of values that come in, with a backward of its own or autograd's."""
    if backward is None:
        return make

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx, layer, body, x, *parameters):
            y = body(x)
            ctx.layer = layer
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, dy):
            x, y = (saved.detach() for saved in ctx.saved_tensors)
            parameters = ctx.layer.parameters()
            before = [parameter.g for parameter in parameters]
            y.g = dy
            backward(ctx.layer, x, y)
            gradients = [parameter.g for parameter in parameters]
            # As in the lab, what stood there before stands there again.
            for parameter, g in zip(parameters, before):
                parameter.g = g
            return None, None, x.g, *gradients

    Own.__name__ = name

    def made(features):
        layer = make(features)
        body = layer.forward
        layer.by_torch = body
        layer.forward = lambda x: Own.apply(layer, body, x, *layer.parameters())
        layer.backward = lambda out, x: backward(layer, x, out)
        return layer

    return made


class _Step(nn.Module):
    """A function as a module, which nn.Sequential takes."""

    def __init__(self, function, by_torch):
        super().__init__()
        self.function = function
        self.by_torch = by_torch

    def forward(self, x):
        return self.function(x)

    def backward(self, out, x):
        """Sets x.g from out.g, as in the lab."""
        with torch.enable_grad():
            at = x.detach().requires_grad_()
            (x.g,) = torch.autograd.grad(self.function(at), at, out.g)


def activation(name, forward, backward=None):
    """A function of tensors with a backward of its own, or autograd's."""
    if backward is None:
        return _Step(forward, forward)

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z):
            ctx.save_for_backward(z)
            return forward(z)

        @staticmethod
        def backward(ctx, dy):
            return backward(*ctx.saved_tensors, dy)

    Own.__name__ = name
    return _Step(Own.apply, forward)


def loss_function(name, forward, backward=None):
    """The mean of a function of each prediction and its target; `.backward(y, t)` sets y.g, as in the lab."""

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx, y, t):
            ctx.save_for_backward(y, t)
            return forward(y, t).mean()

        @staticmethod
        def backward(ctx, g):
            y, t = ctx.saved_tensors
            return backward(y, t) / y.numel() * g, None

    def mean(y, t):
        return forward(y, t).mean() if backward is None else Own.apply(y, t)

    def set_gradient(y, t):
        with torch.enable_grad():
            at = y.detach().requires_grad_()
            (y.g,) = torch.autograd.grad(mean(at, t.detach()), at)

    mean.__name__ = name
    mean.backward = set_gradient
    return mean


def no_grad(f):
    with torch.no_grad():
        return f()


__all__ = [
    *("data show plot hist image heat pad assert_close slice_along time check check_layer no_grad activation loss_function own_layer".split()),
    *("Record Method remainder sort_by index_of reduce Map Set concat for_each".split()),
    *("entries_of keys_of values_of to_exponential to_fixed".split()),
    *("torch nn F math".split()),
]
