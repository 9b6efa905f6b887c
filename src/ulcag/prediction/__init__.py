"""Stage: what a trained network says of new pictures, and the network in a form that others can load."""
