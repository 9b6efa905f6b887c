"""What OpenFace would have measured: true action units seen through a simulated detector, as its CSV file.

The format is that of OpenFace's FaceLandmarkImg (the older one, with a space after each comma): one row a face,
first 17 intensities `AUxx_r` (0..5), then 18 presences `AUxx_c` (0 or 1).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator

from ulcag.samples.synthetic.action_units import AU_INTENSITY, AU_PRESENCE, MAX_INTENSITY

NO_FACE_SHARE = 0.03  # of pictures: no CSV file at all
LOST_SHARE = 0.03  # of pictures: low confidence, measurements without meaning
PRESENCE_THRESHOLD = 1.0
PRESENCE_NOISE = 0.6

# AU -> (gain, noise): measured = gain * true + noise * N(0, 1), clipped to 0..5.  Chosen so that the correlation
# with the truth is 0.6 to 0.9, brows and parted lips in the lower half as the real detector has them.
DETECTOR: dict[str, tuple[float, float]] = {
    "AU01": (0.65, 1.26),
    "AU02": (0.60, 1.09),
    "AU04": (0.65, 0.99),
    "AU05": (0.75, 0.82),
    "AU06": (0.85, 0.77),
    "AU07": (0.75, 0.83),
    "AU09": (0.75, 0.69),
    "AU10": (0.75, 0.67),
    "AU12": (0.95, 0.81),
    "AU14": (0.80, 0.73),
    "AU15": (0.70, 0.79),
    "AU17": (0.75, 0.76),
    "AU20": (0.70, 0.71),
    "AU23": (0.65, 0.69),
    "AU25": (0.75, 1.09),
    "AU26": (0.80, 0.65),
    "AU45": (0.95, 0.71),
}


def simulate(true: Mapping[str, float], rng: Generator) -> str | None:
    """Text of the CSV file for a picture with these true intensities (0..5), or None if no face is found."""
    fate = rng.random()
    if fate < NO_FACE_SHARE:
        return None
    lost = fate < NO_FACE_SHARE + LOST_SHARE
    confidence = rng.uniform(0.03, 0.48) if lost else 0.88 + 0.10 * rng.beta(4, 1.5)
    intensities, presences = [], []
    for unit in AU_INTENSITY:
        gain, noise = DETECTOR[unit]
        measured = rng.uniform(0, 3) if lost else gain * true[unit] + noise * rng.standard_normal()
        intensities.append(float(np.clip(measured, 0, MAX_INTENSITY)))
    for unit in AU_PRESENCE:
        # A classifier of its own in OpenFace: it does not look at the intensity, so the two may disagree.
        seen = true[unit] + PRESENCE_NOISE * rng.standard_normal()
        presences.append(int(rng.random() < 0.4) if lost else int(seen > PRESENCE_THRESHOLD))

    header = ["face", "confidence"]
    header += [f"{unit}_r" for unit in AU_INTENSITY] + [f"{unit}_c" for unit in AU_PRESENCE]
    row = ["0", f"{confidence:.3f}"]
    row += [f"{value:.2f}" for value in intensities] + [f"{value:.1f}" for value in presences]
    return ", ".join(header) + "\n" + ", ".join(row) + "\n"
