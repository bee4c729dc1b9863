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
        (32, 32, 16, 16, 3, 1),
    ]:
        x = torch.randn(images, channels, side, side).to(memory_format=torch.channels_last)
        kernel = torch.randn(features, channels, taps, taps).to(memory_format=torch.channels_last)
        name = f"conv {images} × {side}² × {channels} → {features}, {taps}×{taps}" + (f" / {strides}" if strides > 1 else "")
        yield name, lambda x=x, kernel=kernel, s=strides, p=taps // 2: F.conv2d(x, kernel, stride=s, padding=p)
    last = torch.channels_last
    x, kernel = torch.randn(32, 32, 28, 28).to(memory_format=last), torch.randn(64, 32, 3, 3).to(memory_format=last)
    dy = torch.randn(32, 64, 28, 28).to(memory_format=last)
    name = "conv 32 × 28² × 32 → 64, 3×3, gradient for the "
    yield name + "kernel", lambda x=x, k=kernel: torch.nn.grad.conv2d_weight(x, k.shape, dy, padding=1)
    yield name + "input", lambda x=x, k=kernel: torch.nn.grad.conv2d_input(x.shape, k, dy, padding=1)
    x, kernel = torch.randn(8, 64, 24, 24).to(memory_format=last), torch.randn(64, 64, 3, 3).to(memory_format=last)
    yield "transposed conv 8 × 24² × 64 → 64, 3×3 × 2", lambda x=x, k=kernel: F.conv_transpose2d(
        x, k, stride=2, padding=1, output_padding=1
    )
    x = torch.randn(32, 64, 32, 32).to(memory_format=last)
    dy = torch.randn(32, 64, 16, 16).to(memory_format=last)
    _, places = F.max_pool2d(x, 2, return_indices=True)
    yield "max pooling 32 × 32² × 64, 2×2", lambda x=x: F.max_pool2d(x, 2)
    yield "average pooling 32 × 32² × 64, 2×2", lambda x=x: F.avg_pool2d(x, 2)
    yield "max pooling 32 × 32² × 64, 2×2, gradient", lambda x=x, dy=dy: (
        torch.ops.aten.max_pool2d_with_indices_backward(dy, x, [2, 2], [2, 2], [0, 0], [1, 1], False, places)
    )
    kernel = torch.randn(64, 1, 3, 3)
    yield "depthwise conv 32 × 32² × 64, 3×3", lambda: F.conv2d(x, kernel, padding=1, groups=64)


def passes():
    x, y, out = torch.randn(ROWS, COLUMNS), torch.randn(ROWS, COLUMNS), torch.empty(ROWS, COLUMNS)
    yield "negation", lambda: torch.neg(x, out=out)
    yield "add", lambda: torch.add(x, y, out=out)
    yield "relu", lambda: torch.relu(x)
    yield "exp", lambda: torch.exp(x, out=out)
    yield "tanh", lambda: torch.tanh(x, out=out)
    yield "gelu", lambda: F.gelu(x)
    yield "softmax of rows", lambda: torch.softmax(x, 1)
    yield "normalization of rows", lambda: F.layer_norm(x, (COLUMNS,))
    yield "sum of rows", lambda: x.sum(1)
    yield "sum of columns", lambda: x.sum(0)
    yield "greatest of rows", lambda: x.argmax(1)
    yield "running sum of rows", lambda: torch.cumsum(x, 1, out=out)
    yield "sorting of rows", lambda: torch.sort(x, 1)
    yield "transpose", lambda: x.t().contiguous()
    rows, segments = [(torch.arange(ROWS) * 37) % most for most in (ROWS, 64)]
    yield "rows by number", lambda: torch.index_select(x, 0, rows)
    yield "sums of rows by number", lambda: torch.zeros(64, COLUMNS).index_add_(0, segments, x)
    yield "uniform random numbers", lambda: out.uniform_()
    weights, gradient, m, v = [torch.rand(ROWS, COLUMNS) for _ in range(4)]
    yield "Adam's step", lambda: weights - 1e-3 * (m * 0.9 + gradient * 0.1) / (
        (v * 0.999 + gradient * gradient * 0.001).sqrt() + 1e-7
    )


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
