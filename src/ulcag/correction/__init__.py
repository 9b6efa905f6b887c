"""Our own correction of labels, for training and for the audit. Nothing here is the paper's."""
