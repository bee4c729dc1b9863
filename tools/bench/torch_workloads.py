"""The workloads of benchmarks/workloads/ in PyTorch, channels first, as a PyTorch user writes them. Data are random."""

import math
import time

import torch
import torch.nn.functional as F
from torch import nn

BATCHES = {"digits_mlp": 44, "mnist_mlp": 60, "mnist_cnn": 16}


def images(*shape):
    values = torch.rand(shape)
    return torch.where(torch.rand(shape) < 0.8, 0.0, values)


def one_hot(count, classes):
    return F.one_hot(torch.randint(classes, (count,)), classes).float()


def digits_mlp():
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    return model, optimizer, 32, lambda n: (images(n, 64), torch.randint(10, (n,)))


def mnist_mlp():
    model = nn.Sequential(
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 10),
    )
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9, eps=1e-7)
    return model, optimizer, 128, lambda n: (images(n, 784), one_hot(n, 10))


def mnist_cnn():
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(64 * 12 * 12, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 10),
    )
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1e-3, rho=0.95, eps=1e-7)
    return model, optimizer, 128, lambda n: (images(n, 1, 28, 28), one_hot(n, 10))


class Fcn(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = (3, 32, 64, 128)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
            )
            for a, b in zip(sizes, sizes[1:])
        )
        self.top = nn.Conv2d(128, 256, 3, padding=1)
        self.up = nn.ConvTranspose2d(256, 64, 4, stride=2, padding=1)
        self.score = nn.ConvTranspose2d(64, 12, 8, stride=4, padding=2)

    def forward(self, x):
        pooled = []
        for block in self.blocks:
            x = block(x)
            pooled.append(x)
        x = F.relu(self.up(F.relu(self.top(x))))
        return self.score(x + pooled[1])


def fcn():
    model = Fcn()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    return model, optimizer, 8, lambda n: (torch.rand(n, 3, 96, 128), torch.randint(12, (n, 96, 128)))


class Block(nn.Module):
    def __init__(self, before, filters, stride):
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(before, filters, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01),
            nn.ReLU(inplace=True),
            nn.Conv2d(filters, filters, 3, padding=1, bias=False),
            nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01),
        )
        self.shortcut = nn.Identity()
        if stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(before, filters, 1, stride, bias=False), nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
            )

    def forward(self, x):
        return F.relu(self.inner(x) + self.shortcut(x), inplace=True)


def resnet20():
    blocks = []
    before = 16
    for filters in (16, 32, 64):
        for depth in range(3):
            blocks.append(Block(before, filters, 2 if depth == 0 and filters > 16 else 1))
            before = filters
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1, bias=False),
        nn.BatchNorm2d(16, eps=1e-3, momentum=0.01),
        nn.ReLU(inplace=True),
        *blocks,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 10),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return model, optimizer, 64, lambda n: (torch.rand(n, 3, 32, 32), one_hot(n, 10))


class LstmChar(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(65, 64)
        self.lstm = nn.LSTM(64, 256, batch_first=True)
        self.dense = nn.Linear(256, 65)

    def forward(self, x):
        return self.dense(self.lstm(self.embedding(x))[0]).movedim(-1, 1)


def lstm_char():
    model = LstmChar()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    return model, optimizer, 64, lambda n: (torch.randint(65, (n, 80)), torch.randint(65, (n, 80)))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width, eps=1e-3) for _ in range(2))
        self.qkv = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.hidden = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        n, steps, width = x.shape
        qkv = self.qkv(self.norms[0](x)).view(n, steps, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.join(seen.transpose(1, 2).reshape(n, steps, width))
        return x + self.hidden(self.norms[1](x))


class TransformerChar(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(65, 128)
        self.positions = nn.Parameter(torch.empty(128, 128).uniform_(-0.05, 0.05))
        self.blocks = nn.Sequential(*(TransformerBlock(128, 4) for _ in range(4)))
        self.norm = nn.LayerNorm(128, eps=1e-3)
        self.dense = nn.Linear(128, 65)

    def forward(self, x):
        x = self.blocks(self.embedding(x) + self.positions)
        return self.dense(self.norm(x)).movedim(-1, 1)


def transformer_char():
    model = TransformerChar()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, eps=1e-7, weight_decay=0.004)
    return model, optimizer, 16, lambda n: (torch.randint(65, (n, 128)), torch.randint(65, (n, 128)))


WORKLOADS = {
    make.__name__: make for make in (digits_mlp, mnist_mlp, mnist_cnn, fcn, resnet20, lstm_char, transformer_char)
}


class TorchJob:
    """A workload and its data. Data lie in tensors and are shuffled by index; the loss and the accuracy are kept."""

    epoch_seconds = math.inf

    def __init__(self, workload, threads):
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        self.model, self.optimizer, self.batch_size, make = WORKLOADS[workload]()
        self.steps = BATCHES.get(workload, 8)
        self.x, self.y = make(self.steps * self.batch_size)

    def step(self, rows):
        x, y = self.x[rows], self.y[rows]
        self.optimizer.zero_grad()
        scores = self.model(x)
        loss = F.cross_entropy(scores, y)
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            labels = y.argmax(1) if y.is_floating_point() else y
            self.total += loss.detach()
            self.right += (scores.argmax(1) == labels).float().mean()

    def epochs(self, count):
        """Train. Seconds of each epoch."""
        times = []
        for _ in range(count):
            start = time.perf_counter()
            self.epoch()
            times.append(time.perf_counter() - start)
        return times

    def epoch(self):
        self.model.train()
        self.total, self.right = torch.zeros(()), torch.zeros(())
        for rows in torch.randperm(len(self.x)).split(self.batch_size):
            self.step(rows)
        return self.total.item() / self.steps, self.right.item() / self.steps

    def first_step(self):
        """Milliseconds that the first step takes."""
        self.model.train()
        self.total, self.right = torch.zeros(()), torch.zeros(())
        start = time.perf_counter()
        self.step(torch.randperm(len(self.x))[: self.batch_size])
        return 1e3 * (time.perf_counter() - start)

    def predict(self):
        self.model.eval()
        with torch.inference_mode():
            self.model(self.x[:1])
