"""The OpenBLAS that a process has loaded, and whether it knows the processor it runs on."""

import ctypes

# Names that OpenBLAS gives to processors without fused multiply-add. A release takes one that is newer than itself for
# the oldest: 0.3.21 takes an Emerald Rapids for a Prescott of 2004, and multiplies at a fifth of its speed.
WITHOUT_FMA = {
    "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn", "Dunnington", "Nehalem",
    "Sandybridge", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat", "Bulldozer", "Piledriver", "Nano",
    "Unknown",
}  # fmt: skip


def core():
    """The name of the kernels that the loaded OpenBLAS has chosen; None without OpenBLAS, or where the system tells nothing."""
    try:
        with open("/proc/self/maps") as maps:
            files = {line.split()[-1] for line in maps if "/" in line and "openblas" in line.split("/")[-1]}
    except OSError:
        return None
    for file in sorted(files):
        try:
            name = ctypes.CDLL(file).openblas_get_corename
        except (OSError, AttributeError):
            continue
        name.restype = ctypes.c_char_p
        return name().decode()
    return None


def flags():
    """What the processor can do, as Linux names it."""
    try:
        with open("/proc/cpuinfo") as cpuinfo:
            for line in cpuinfo:
                if line.startswith("flags"):
                    return set(line.split(":")[1].split())
    except OSError:
        pass
    return set()


def better(chosen, can):
    """The value of OPENBLAS_CORETYPE with which a processor that can do `can` is used, or None if `chosen` does."""
    if chosen not in WITHOUT_FMA or not {"avx2", "fma"} <= can:
        return None
    return "SkylakeX" if {"avx512f", "avx512vl", "avx512bw", "avx512dq"} <= can else "Haswell"
