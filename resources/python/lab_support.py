"""What train.py needs to repeat a training of Backprop Lab number by number: its order of the rows, its dropout
masks and image shifts, and .safetensors files. Only torch is needed. For a training of your own leave it out:
shuffle with torch.randperm, and let nn.Dropout draw."""

import json
import struct

import torch
from torch import nn

MASK32 = (1 << 32) - 1
MASK64 = (1 << 64) - 1
# xoroshiro128+'s jump of 2**64 draws.
JUMP = 0x170865DF_4B3201FC_DF900294_D8F554A5


class BatchOrder:
    """The rows of each epoch in the lab's order: Fisher-Yates with xoroshiro128+, a jump further each epoch."""

    def __init__(self, state, rows, shuffle):
        self.state, self.rows, self.shuffle = state, rows, shuffle
        self.next_epoch = 0

    def epoch(self, epoch):
        """The rows of epoch number `epoch`, from 0; epochs are asked for in their order."""
        if not self.shuffle:
            return torch.arange(self.rows)
        while self.next_epoch < epoch:
            self.state = _jumped(self.state)
            self.next_epoch += 1
        state, order = self.state, list(range(self.rows))
        for last in range(self.rows - 1, 0, -1):
            high, state = _drawn(state)
            low, state = _drawn(state)
            uniform = (high & 0x3FFFFFF) * 2.0**-26 + (low & 0x7FFFFFF) * 2.0**-53
            other = int(uniform * (last + 1))
            order[last], order[other] = order[other], order[last]
        return torch.tensor(order)


def _advanced(state):
    a, b = state
    b ^= a
    a = ((a << 24) | (a >> 40)) & MASK64 ^ b ^ (b << 16) & MASK64
    return a, ((b << 37) | (b >> 27)) & MASK64


def _drawn(state):
    return (state[0] + state[1]) & MASK32, _advanced(state)


def _jumped(state):
    a = b = 0
    for bit in range(128):
        if JUMP >> bit & 1:
            a, b = a ^ state[0], b ^ state[1]
        state = _advanced(state)
    return a, b


def _hash32(x):
    """A well-mixed 32-bit number of each 32-bit number in an int64 tensor."""
    x = x ^ (x >> 16)
    x = (x * 0x7FEB352D) & MASK32
    x = x ^ (x >> 15)
    x = (x * (0x846CA68B - (1 << 32))) & MASK32
    return x ^ (x >> 16)


def _key(seed, step):
    return _hash32(torch.tensor((seed + step * 0x9E3779B9) & MASK32))


class LabDropout(nn.Module):
    """nn.Dropout with the lab's masks: which elements fall out depends on seed, step and place only."""

    def __init__(self, rate, seed):
        super().__init__()
        self.rate, self.seed, self.step = rate, seed, 0

    def forward(self, x):
        if not self.training:
            return x
        place = torch.arange(x.numel(), dtype=torch.int64).reshape(x.shape)
        kept = _hash32(place ^ _key(self.seed, self.step)) >= -int(-self.rate * 2**32 // 1)
        return x * kept * (1 / (1 - self.rate))


def use_lab_masks(model, seed):
    """Puts a LabDropout in the place of each nn.Dropout. Returns a function that tells them the step."""
    masks = []

    def replace(module):
        for name, child in module.named_children():
            if isinstance(child, nn.Dropout) and child.p > 0:
                masks.append(LabDropout(child.p, seed + 0x51ED270B * (len(masks) + 1)))
                setattr(module, name, masks[-1])
            else:
                replace(child)

    replace(model)

    def at_step(step):
        for mask in masks:
            mask.step = step

    return at_step


def shift_images(x, most, fill, seed, step):
    """Square images x (N, pixels), each moved by up to `most` pixels as the lab moves it at this step."""
    rows, pixels = x.shape
    width = round(pixels**0.5)
    draws = _hash32(torch.arange(rows, dtype=torch.int64) ^ _key((seed ^ 0x2545F491) & MASK32, step))
    right = (draws & 0xFFFF) % (2 * most + 1) - most
    down = (draws >> 16) % (2 * most + 1) - most
    padded = nn.functional.pad(x.reshape(rows, pixels // width, width), (most,) * 4, value=fill)
    moved = [
        padded[i, most - d : most - d + pixels // width, most - r : most - r + width]
        for i, (d, r) in enumerate(zip(down.tolist(), right.tolist()))
    ]
    return torch.stack(moved).reshape(rows, pixels)


DTYPES = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64, "U8": torch.uint8, "I32": torch.int32}


def load_safetensors(path):
    """A dict of tensors; safetensors.torch.load_file does the same."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        dtype = DTYPES[entry["dtype"]]
        flat = torch.frombuffer(data, dtype=dtype, offset=begin, count=(end - begin) // torch.tensor([], dtype=dtype).element_size()) if end > begin else torch.empty(0, dtype=dtype)
        tensors[name] = flat.reshape(entry["shape"]).clone()
    return tensors


def save_safetensors(tensors, path):
    """Writes a state_dict; safetensors.torch.save_file does the same."""
    names = {dtype: name for name, dtype in DTYPES.items()}
    header, blobs, at = {}, [], 0
    # Largest elements first, so that all lie aligned.
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        blob = bytes(flat.view(torch.uint8).tolist()) if flat.numel() else b""
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
