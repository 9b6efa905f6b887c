"""Stage: which labels of a data set are wrong, what they should be, and the data set with better ones."""
