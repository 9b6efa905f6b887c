"""What holds for all tests."""

import os

# Each worker of pytest, and each process that a test starts, computes with one thread: the cores are shared. Said here,
# because OpenMP reads it once, when NumPy and PyTorch are imported.
os.environ["OMP_NUM_THREADS"] = "1"
