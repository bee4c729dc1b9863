"""Times one workload of benchmarks/ in PyTorch or Keras, as benchmarks/lib/serve.ts times it in keras-ts.

    python tools/bench/peers.py torch mnist_cnn              # all at once, one JSON object
    python tools/bench/peers.py keras-jax mnist_cnn --serve  # piece by piece, as asked on standard input
    python tools/bench/peers.py torch --about                # version and time of the import

With `--serve`: prints what the first step took, then answers each line. `round SECONDS` trains for about so many seconds
and prints milliseconds a step and a prediction; `stop` prints the peak memory and ends. All answers are JSON, one a line.
"""

import argparse
import json
import math
import os
import resource
import statistics
import sys
import time
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ("torch", "keras-jax", "keras-tensorflow")
PREDICTION_SECONDS = 0.3


def prepare(peer, threads):
    """Set what must stand before the import. Threads beyond `threads` would be an advantage: their cores are left alone."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(threads)
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    if peer.startswith("keras-"):
        os.environ["KERAS_BACKEND"] = peer.removeprefix("keras-")
        os.environ["JAX_PLATFORMS"] = "cpu"
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    warnings.filterwarnings("ignore")


def about(peer):
    """The version of the peer, and milliseconds that its import takes in this fresh process."""
    start = time.perf_counter()
    if peer == "torch":
        import torch

        return {"version": f"PyTorch {torch.__version__}", "import": 1e3 * (time.perf_counter() - start)}
    import keras

    end = time.perf_counter()
    if keras.backend.backend() == "jax":
        import jax

        engine = f"JAX {jax.__version__}"
    else:
        import tensorflow

        engine = f"TensorFlow {tensorflow.__version__}"
    return {"version": f"Keras {keras.__version__}, {engine}", "import": 1e3 * (end - start)}


def job_of(peer, workload, threads):
    """The workload with its data, in an object with first_step(), epochs(), steps and predict()."""
    sys.path.insert(0, HERE)
    if peer == "torch":
        from torch_workloads import TorchJob

        return TorchJob(workload, threads)
    from keras_workloads import KerasJob

    return KerasJob(workload)


def measure_round(job, seconds):
    """Milliseconds a step, the median of the epochs that take about `seconds`; and a prediction of one sample."""
    times = job.epochs(max(1, math.ceil(seconds / job.epoch_seconds)))
    job.epoch_seconds = statistics.median(times)
    job.predict()
    predictions = []
    end = time.perf_counter() + PREDICTION_SECONDS
    while not predictions or time.perf_counter() < end:
        start = time.perf_counter()
        job.predict()
        predictions.append(time.perf_counter() - start)
    return {"step": 1e3 * job.epoch_seconds / job.steps, "predict": 1e3 * statistics.median(predictions)}


def peak_memory():
    """The largest resident memory of this process, in MB (2**20 bytes)."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 2**10 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (2**20 if sys.platform == "darwin" else 2**10)


def say(answer):
    print(json.dumps(answer), flush=True)


def serve(job):
    say({"firstStep": job.first_step()})
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "stop":
            say({"peakMemory": peak_memory()})
            return
        say(measure_round(job, float(rest[0])))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("workload", nargs="?")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1.5, help="of training in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--about", action="store_true")
    options = parser.parse_args()
    prepare(options.peer, options.threads)
    if options.about:
        say(about(options.peer))
        return
    if options.workload is None:
        parser.error("name a workload")
    job = job_of(options.peer, options.workload, options.threads)
    if options.serve:
        serve(job)
        return
    first = job.first_step()
    measure_round(job, 0)
    rounds = [measure_round(job, options.seconds) for _ in range(options.rounds)]
    say(
        {
            "peer": options.peer,
            "workload": options.workload,
            "step": statistics.median(each["step"] for each in rounds),
            "firstStep": first,
            "predict": statistics.median(each["predict"] for each in rounds),
            "peakMemory": peak_memory(),
        }
    )


if __name__ == "__main__":
    main()
