"""Times the kernels of benchmarks/lib/kernels.ts in PyTorch, on one thread: prints seconds by name, as JSON.

PyTorch has channels first; its layouts are the ones that it computes fastest in (channels last in memory for convolutions).
"""

import json
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(0)
ROWS = COLUMNS = 512


def products():
    for batch, m, k, n in [
        (1, 128, 784, 512),
        (1, 512, 512, 512),
        (1, 2048, 128, 512),
        (1, 64, 256, 1024),
        (64, 128, 32, 128),
        (1, 1, 512, 512),
    ]:
        shape = () if batch == 1 else (batch,)
        a, b, out = torch.randn(*shape, m, k), torch.randn(*shape, k, n), torch.empty(*shape, m, n)
        name = "product " + ("" if batch == 1 else f"{batch} × ") + f"{m} × {k} × {n}"
        yield name, lambda a=a, b=b, out=out: torch.matmul(a, b, out=out)


def convolutions():
    for images, side, channels, features, taps, strides in [
        (32, 28, 32, 64, 3, 1),
        (32, 32, 16, 32, 3, 2),
        (32, 32, 64, 64, 1, 1),
    ]:
        x = torch.randn(images, channels, side, side).to(memory_format=torch.channels_last)
        kernel = torch.randn(features, channels, taps, taps).to(memory_format=torch.channels_last)
        name = f"conv {images} × {side}² × {channels} → {features}, {taps}×{taps}" + (f" / {strides}" if strides > 1 else "")
        yield name, lambda x=x, kernel=kernel, s=strides, p=taps // 2: F.conv2d(x, kernel, stride=s, padding=p)
    x = torch.randn(32, 64, 32, 32).to(memory_format=torch.channels_last)
    kernel = torch.randn(64, 1, 3, 3)
    yield "depthwise conv 32 × 32² × 64, 3×3", lambda: F.conv2d(x, kernel, padding=1, groups=64)


def passes():
    x, y, out = torch.randn(ROWS, COLUMNS), torch.randn(ROWS, COLUMNS), torch.empty(ROWS, COLUMNS)
    yield "add", lambda: torch.add(x, y, out=out)
    yield "relu", lambda: torch.relu(x)
    yield "exp", lambda: torch.exp(x, out=out)
    yield "tanh", lambda: torch.tanh(x, out=out)
    yield "gelu", lambda: F.gelu(x)
    yield "softmax of rows", lambda: torch.softmax(x, 1)
    yield "normalization of rows", lambda: F.layer_norm(x, (COLUMNS,))
    yield "sum of rows", lambda: x.sum(1)
    yield "sum of columns", lambda: x.sum(0)


def seconds(run, budget=0.4):
    best = float("inf")
    end = time.perf_counter() + budget
    while time.perf_counter() < end:
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


with torch.no_grad():
    times = {name: seconds(run) for jobs in (products(), convolutions(), passes()) for name, run in jobs}
print(json.dumps({"version": f"PyTorch {torch.__version__}", "times": times}))
