"""The paper as code: pure functions and small modules on tensors. No file, no configuration, no loop.

Shapes in the docstrings: N batch, C classes, D backbone features, M action units, B features of a node.
Equation numbers are those of Liu, Zhang, Kauttonen and Zhao, ICPR 2022, doi 10.1109/ICPR56361.2022.9956650.
"""

from ulcag.method.au_graph import ActionUnitBranch, cooccurrence, normalise_rows, random_edges
from ulcag.method.centring import RunningMean
from ulcag.method.confidence import Confidence, class_weights
from ulcag.method.losses import action_unit_loss, rank_regularisation, total_loss, weighted_cross_entropy
from ulcag.method.posterior import (
    RunningProbabilities,
    label_posterior,
    posterior_labels,
    whitened_distances,
    whitened_templates,
)
from ulcag.method.ramps import lambda1, lambda2
from ulcag.method.relabelling import cosine_distances, high_confidence_group, nearest_template_labels
from ulcag.method.scn import scn_cross_entropy, scn_labels
from ulcag.method.templates import Templates, batch_templates

__all__ = [
    "ActionUnitBranch",
    "Confidence",
    "RunningMean",
    "RunningProbabilities",
    "Templates",
    "action_unit_loss",
    "batch_templates",
    "class_weights",
    "cooccurrence",
    "cosine_distances",
    "high_confidence_group",
    "label_posterior",
    "lambda1",
    "lambda2",
    "nearest_template_labels",
    "normalise_rows",
    "posterior_labels",
    "random_edges",
    "rank_regularisation",
    "scn_cross_entropy",
    "scn_labels",
    "total_loss",
    "weighted_cross_entropy",
    "whitened_distances",
    "whitened_templates",
]
