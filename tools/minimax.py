"""Prints the coefficients of the polynomials in src/codegen/math: near-minimax fits whose coefficients are numbers of float32
(or float64), lowest power first, with their largest relative error.

The fit is Lawson's: least squares whose weights are raised where the error is large. Coefficients are rounded one after another,
the lowest power first, and the rest is fitted anew after each. Reference values have 50 digits.

Needs NumPy. Run: python tools/minimax.py
"""
from decimal import Decimal as D, getcontext

import numpy as np

getcontext().prec = 60
PI = D("3.14159265358979323846264338327950288419716939937510582097494")


def series(x, first, ratio):
    total, term, n = D(0), first, 0
    while abs(term) > D(10) ** -58 * max(abs(total), D(10) ** -40):
        total += term
        n += 1
        term = term * ratio(n)
    return total


def sin(x):
    return series(x, x, lambda n: -x * x / ((2 * n) * (2 * n + 1)))


def cos(x):
    return series(x, D(1), lambda n: -x * x / ((2 * n - 1) * (2 * n)))


def erf(x):
    return (-x * x).exp() * 2 / PI.sqrt() * series(x, x, lambda n: 2 * x * x / (2 * n + 1))


def atan(x):
    # Halve the angle twice, then the Taylor series.
    for _ in range(2):
        x = x / (1 + (1 + x * x).sqrt())
    total, power, n = D(0), x, 0
    while abs(power) > D(10) ** -58:
        total += power / (2 * n + 1) * (-1 if n % 2 else 1)
        power *= x * x
        n += 1
    return total * 4


def fit(target, weight, low, high, degree, variable=lambda x: x, dtype=np.float32, fixed=()):
    """The polynomial p of `degree` in variable(x) that keeps |weight(x) (p - target(x))| small on [low, high]."""
    count = 60 * (degree + 2)
    nodes = [(D(low) + D(high)) / 2 + (D(high) - D(low)) / 2 * D(float(np.cos(np.pi * (k + 0.5) / count))) for k in range(count)]
    nodes = [x for x in nodes if abs(x) > D("1e-6")]
    t = np.array([float(target(x)) for x in nodes])
    w = np.array([abs(float(weight(x))) for x in nodes])
    v = np.array([float(variable(x)) for x in nodes])
    chosen = list(fixed)
    while len(chosen) <= degree:
        k = len(chosen)
        known = sum(c * v**i for i, c in enumerate(chosen)) if chosen else 0 * v
        powers = np.stack([v**i for i in range(k, degree + 1)], axis=1)
        scale = np.abs(powers).max(axis=0)
        lawson = np.ones_like(t)
        best = None
        for _ in range(400):
            root = np.sqrt(lawson) * w
            solution = np.linalg.lstsq(powers / scale * root[:, None], (t - known) * root, rcond=None)[0] / scale
            error = np.abs(w * (powers @ solution + known - t))
            if best is None or error.max() < best[0]:
                best = (error.max(), solution)
            lawson *= error
            lawson /= lawson.sum()
        chosen.append(float(dtype(best[1][0])))
    error = np.abs(w * (sum(c * v**i for i, c in enumerate(chosen)) - t)).max()
    return chosen, error


def show(name, result):
    chosen, error = result
    print(f"{name}: 2^{np.log2(error):.1f}")
    print("   [" + ", ".join(repr(c) for c in chosen) + "]")


LN2 = D(2).ln()
ROOT2 = D(2).sqrt()
WIDER = D("1.001")  # the reduced arguments are rounded
TINY = D("1e-5")  # polynomials in x² are even: half of the range is enough


def squared(x):
    return x * x


def sinh(x):
    return (x.exp() - (-x).exp()) / 2


def log2_ratio(s):
    return ((1 + s) / (1 - s)).ln() / LN2


# exponentials.ts
half = LN2 / 2 * WIDER
show("EXP", fit(lambda r: r.exp(), lambda r: (-r).exp(), -half, half, 6, fixed=[1.0, 1.0]))
show("EXPM1", fit(lambda r: (r.exp() - 1 - r) / (r * r), lambda r: r * r / (r.exp() - 1), -half, half, 5))
show("SINH", fit(lambda x: (sinh(x) - x) / x**3, lambda x: x**3 / sinh(x), TINY, D(1), 3, squared))
# logarithms.ts
low, high = (1 / ROOT2 - 1) * WIDER, (ROOT2 - 1) * WIDER
show("LOG", fit(lambda f: ((1 + f).ln() - f + f * f / 2) / f**3, lambda f: f**3 / (1 + f).ln(), low, high, 8))
# trigonometry.ts
eighth = PI / 4 * WIDER
show("SIN", fit(lambda r: (sin(r) - r) / r**3, lambda r: r**3 / sin(r), TINY, eighth, 3, squared))
show("COS", fit(lambda r: (cos(r) - 1 + r * r / 2) / r**4, lambda r: r**4 / cos(r), TINY, eighth, 2, squared))
show("ATAN", fit(lambda r: (atan(r) - r) / r**3, lambda r: r**3 / atan(r), TINY, high, 4, squared))
# erf.ts
def erfc(x):
    return 1 - erf(x)


show("NEAR", fit(lambda x: erf(x) / x - 1, lambda x: x / erf(x), TINY, D("1.1"), 6, squared))
quarter = D("0.25")
show("FAR", fit(lambda x: erfc(x) ** quarter, lambda x: 4 * erfc(x) ** (1 - quarter) / erf(x), D("1.1"), D(4), 7))
# power.ts
exp2_range = D("0.5") * WIDER
log2_range = (ROOT2 - 1) / (ROOT2 + 1) * WIDER
show("EXP2", fit(lambda r: ((r * LN2).exp() - 1) / r, lambda r: r / (r * LN2).exp(), -exp2_range, exp2_range, 6, dtype=np.float64))
show("LOG2", fit(lambda s: log2_ratio(s) / s, lambda s: s / log2_ratio(s), TINY, log2_range, 5, squared, np.float64))
